package import Commerce
import GRDB
import Units

extension SQLiteLedgerStore {
    /// Verifies what an end of power or process could have touched: the last entries, their links of the chain, the balances
    /// they lead to, and that every book holds what its open holds sum to. It takes the same time however long the ledger is.
    /// - Throws: GRDB's `DatabaseError` when the file cannot be read.
    package func verifyRecent() throws -> LedgerVerdict {
        try file.readAtLeisure { db in
            do {
                let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM entries") ?? 0
                var chain = try ChainAudit(db, before: max(1, last - Limits.recentEntries))
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
                let accounts = try Int.fetchOne(db, sql: "SELECT count(*) FROM accounts") ?? 0
                return .ok(entries: Int(chain.lastEntry - start), accounts: accounts)
            } catch let found as LedgerDisagreement {
                return .disagreement(found.sentence)
            }
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
