import Commerce
import GRDB
import Units

/// The way through one book: from the last entry that a statement shows, from each to the one before it.
enum BookWalk {
    /// Names `shown (id)`, for a query behind it. Takes its last entry; nothing is shown behind 0.
    static let sql = """
        WITH RECURSIVE shown (id) AS (
            SELECT ?
            UNION ALL
            SELECT e.previous FROM shown JOIN entries e ON e.id = shown.id
        )

        """

    /// For a query with ``sql`` before it that takes two moments behind.
    static func arguments(_ purse: Purse, _ from: Instant?, _ to: Instant?, _ db: Database) throws -> StatementArguments {
        [try lastShown(of: purse, db), from?.microseconds ?? .min, to?.microseconds ?? .max]
    }

    static func lastShown(of purse: Purse, _ db: Database) throws -> Int64 {
        var last: Int64?
        try EntryTail.forEach(db, of: purse) { if $0.kind.isShown { last = $0.id } }
        if let last { return last }
        let sql = "SELECT last_shown FROM balances WHERE account = ? AND book = ?"
        return try Int64.fetchOne(db, sql: sql, arguments: [purse.account.value, purse.book.rawValue]) ?? 0
    }

    /// What the book has, available and held together.
    static func owned(by purse: Purse, _ db: Database) throws -> Money {
        var last: Money?
        try EntryTail.forEach(db, of: purse) { last = $0.balance.posted }
        if let last { return last }
        let sql = "SELECT available + held FROM balances WHERE account = ? AND book = ?"
        return Money(
            nanodollars: try Int64.fetchOne(db, sql: sql, arguments: [purse.account.value, purse.book.rawValue]) ?? 0)
    }

    /// In the order in which they were opened.
    static func openHolds(of purse: Purse, _ db: Database) throws -> [HoldID] {
        let sql = """
            SELECT open_holds.hold FROM open_holds JOIN entries o ON o.id = open_holds.hold WHERE o.account = ? AND o.book = ?
            """
        let listed = try Int64.fetchAll(db, sql: sql, arguments: [purse.account.value, purse.book.rawValue])
        var open = Set(listed.map(HoldID.init))
        try EntryTail.forEach(db, of: purse) { entry in
            guard let hold = entry.hold else { return }
            if entry.kind == .hold { open.insert(hold) } else if entry.kind != .extend { open.remove(hold) }
        }
        return open.sorted()
    }
}
