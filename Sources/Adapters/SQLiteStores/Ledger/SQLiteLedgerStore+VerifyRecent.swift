package import Commerce
import GRDB
package import Units

extension SQLiteLedgerStore {
    /// Verifies what an end of power or process could have touched: the last entries, their links of the chain, the balances
    /// they lead to, and that every book holds what its open holds sum to. It takes the same time however long the ledger is,
    /// unless more entries than that follow `entry`: then it verifies all of these.
    /// - Throws: GRDB's `DatabaseError` when the file cannot be read at the moment.
    package func verifyRecent(after entry: EntryID?) throws -> RecentVerdict {
        try verifyRecent(after: entry, atLeast: Limits.recentEntries)
    }

    /// - Parameter count: so many of the last entries are looked at however few came after `entry`.
    package func verifyRecent(after entry: EntryID?, atLeast count: Int64) throws -> RecentVerdict {
        do {
            return try file.audit { db in
                let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM entries") ?? 0
                if let entry, last < entry.value {
                    throw LedgerDisagreement("the ledger was verified up to \(entry), but ends with \(EntryID(last))")
                }
                var chain = try ChainAudit(db, before: max(1, min(last - count, entry.map { $0.value + 1 } ?? .max)))
                let start = chain.lastEntry
                var purses: [AuditedPurse: (available: Int64, held: Int64)] = [:]
                let cursor = try Row.fetchCursor(db, sql: AuditedEntry.sql, arguments: [start])
                while let row = try cursor.next() {
                    var columns = Columns(row)
                    let entry = try AuditedEntry(&columns)
                    guard entry.id == chain.lastEntry + 1 else {
                        throw LedgerDisagreement("\(EntryID(chain.lastEntry + 1)) should come next, but \(entry.name) does")
                    }
                    try follow(entry, from: purses[entry.purse])
                    purses[entry.purse] = (entry.availableAfter, entry.heldAfter)
                    try chain.follow(entry)
                }
                try chain.end()
                try compareBalances(with: purses, db)
                return .ok(entries: Int(chain.lastEntry - start), end: EntryID(chain.lastEntry))
            }
        } catch let found as LedgerDisagreement {
            return .disagreement(found.sentence)
        }
    }

    private func follow(_ entry: AuditedEntry, from before: (available: Int64, held: Int64)?) throws {
        guard let before else { return }
        guard Int128(before.available) + Int128(entry.available) == Int128(entry.availableAfter),
            Int128(before.held) + Int128(entry.held) == Int128(entry.heldAfter)
        else { throw LedgerDisagreement("\(entry.name) does not continue the entry of \(entry.purse.name) before it") }
    }

    private func compareBalances(with purses: [AuditedPurse: (available: Int64, held: Int64)], _ db: Database) throws {
        var open: [AuditedPurse: Int64] = [:]
        let holds = "SELECT account, book, sum(amount) FROM holds WHERE state = 'dispatched' GROUP BY account, book"
        for row in try Row.fetchAll(db, sql: holds) { open[AuditedPurse(account: row[0], book: row[1])] = row[2] }
        var left = Set(purses.keys).union(open.keys)
        let cursor = try Row.fetchCursor(db, sql: "SELECT account, book, available, held FROM balances")
        while let row = try cursor.next() {
            let purse = AuditedPurse(account: row[0], book: row[1])
            let balance: (available: Int64, held: Int64) = (row[2], row[3])
            left.remove(purse)
            if let told = purses[purse], told != balance {
                throw LedgerDisagreement(
                    "the balance of \(purse.name) is kept as \(Money(nanodollars: balance.available)) available and "
                        + "\(Money(nanodollars: balance.held)) held, its last entry says \(Money(nanodollars: told.available)) and "
                        + "\(Money(nanodollars: told.held))")
            }
            guard balance.held == open[purse] ?? 0 else {
                throw LedgerDisagreement(
                    "\(purse.name) holds \(Money(nanodollars: balance.held)), but its open holds sum to "
                        + "\(Money(nanodollars: open[purse] ?? 0))")
            }
        }
        if let purse = left.first { throw LedgerDisagreement("\(purse.name) has no balance") }
    }
}

extension DatabaseFile {
    /// One consistent view for a look that vouches for the ledger: damage that SQLite meets on the way is a disagreement. What
    /// else it cannot do may pass.
    func audit<Value>(_ look: (Database) throws -> Value) throws -> Value {
        do {
            return try readAtLeisure(look)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB {
            throw LedgerDisagreement("the file is damaged: \(error.message ?? "it is no database")")
        }
    }
}
