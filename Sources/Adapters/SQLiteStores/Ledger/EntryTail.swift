import Commerce
import GRDB
import Units

/// The entries since what stands beside them was last brought up to date.
struct EntryTail {
    let id: Int64
    let kind: Entry.Kind
    let purse: Purse
    let key: KeyID?
    let hold: HoldID?
    let held: Money
    let balance: Balance
    let charge: Money

    /// The last entry that the tables beside the entries know of.
    static func foldedTo(_ db: Database) throws -> Int64 { try Int64.fetchOne(db, sql: "SELECT entry FROM folded") ?? 0 }

    /// - Parameter purse: only of this book; nil: of all.
    static func forEach(_ db: Database, of purse: Purse? = nil, _ body: (EntryTail) throws -> Void) throws {
        let sql = """
            SELECT id, kind, account, book, key, hold, held, available_after, held_after, revenue + writeoff
            FROM entries WHERE id > (SELECT entry FROM folded) AND (?1 IS NULL OR (account = ?1 AND book = ?2)) ORDER BY id
            """
        let arguments: StatementArguments = [purse?.account.value, purse?.book.rawValue]
        let cursor = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: arguments)
        while let row = try cursor.next() {
            var columns = Columns(row)
            let id = EntryID(columns.next())
            try body(
                EntryTail(
                    id: id.value, kind: try columns.word(Entry.Kind.self, "kind", of: id.description),
                    purse: try columns.purse(of: id.description), key: columns.optional().map(KeyID.init),
                    hold: columns.optional().map(HoldID.init), held: columns.money(),
                    balance: Balance(available: columns.money(), held: columns.money()), charge: columns.money()))
        }
    }
}
