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
                let foldedTo = try EntryTail.foldedTo(db)
                // From where the balances that are kept can be followed.
                let first = max(1, min(last - count, foldedTo + 1, entry.map { $0.value + 1 } ?? .max))
                let chain = try ChainAudit(db, before: first)
                let start = chain.lastEntry
                // As of the last entry, and as of the one that the tables beside the entries are from.
                var (purses, folded): ([AuditedPurse: Totals], [AuditedPurse: Totals]) = ([:], [:])
                let cursor = try Row.fetchCursor(db, sql: AuditedEntry.sql, arguments: [start])
                while let row = try cursor.next() {
                    var columns = Columns(row)
                    let entry = AuditedEntry(&columns)
                    guard entry.id == chain.lastEntry + 1 else {
                        throw LedgerDisagreement("\(EntryID(chain.lastEntry + 1)) should come next, but \(entry.name) does")
                    }
                    try follow(entry, from: purses[entry.purse])
                    purses[entry.purse] = Totals(available: entry.availableAfter, held: entry.heldAfter)
                    if entry.id == foldedTo { folded = purses }
                    try chain.follow(entry)
                }
                try chain.end()
                guard foldedTo <= last else {
                    throw LedgerDisagreement(
                        "the balances are as of \(EntryID(foldedTo)), but the entries end with \(EntryID(last))")
                }
                try compareBalances(folded, now: purses, db)
                return .ok(entries: Int(chain.lastEntry - start), end: EntryID(chain.lastEntry))
            }
        } catch let found as LedgerDisagreement {
            return .disagreement(found.sentence)
        }
    }

    /// What one book has.
    private struct Totals: Equatable {
        let available: Int64
        let held: Int64

        var text: String { "\(Money(nanodollars: available)) available and \(Money(nanodollars: held)) held" }
    }

    private func follow(_ entry: AuditedEntry, from before: Totals?) throws {
        guard let before else { return }
        guard Int128(before.available) + Int128(entry.available) == Int128(entry.availableAfter),
            Int128(before.held) + Int128(entry.held) == Int128(entry.heldAfter)
        else { throw LedgerDisagreement("\(entry.name) does not continue the entry of \(entry.purse.name) before it") }
    }

    private func compareBalances(
        _ folded: [AuditedPurse: Totals], now: [AuditedPurse: Totals], _ db: Database
    ) throws {
        var open = try openHolds(db)
        var left = folded
        var unwritten = now
        let cursor = try Row.fetchCursor(db, sql: "SELECT account, book, available, held FROM balances")
        while let row = try cursor.next() {
            let purse = AuditedPurse(account: row[0], book: row[1])
            let balance = Totals(available: row[2], held: row[3])
            if let told = left.removeValue(forKey: purse), told != balance {
                throw LedgerDisagreement(
                    "the balance of \(purse.name) is kept as \(balance.text), its last entry says \(told.text)")
            }
            try compare((unwritten.removeValue(forKey: purse) ?? balance).held, with: open.removeValue(forKey: purse) ?? 0, purse)
        }
        if let purse = left.keys.first { throw LedgerDisagreement("\(purse.name) has no balance") }
        for (purse, totals) in unwritten { try compare(totals.held, with: open.removeValue(forKey: purse) ?? 0, purse) }
        if let purse = open.keys.first { throw LedgerDisagreement("\(purse.name) has no balance") }
    }

    private func compare(_ held: Int64, with open: Int64, _ purse: AuditedPurse) throws {
        guard held == open else {
            throw LedgerDisagreement(
                "\(purse.name) holds \(Money(nanodollars: held)), but its open holds sum to \(Money(nanodollars: open))")
        }
    }

    /// What the open holds of each book sum to.
    private func openHolds(_ db: Database) throws -> [AuditedPurse: Int64] {
        var open = Set(try Int64.fetchAll(db, sql: "SELECT hold FROM open_holds"))
        try EntryTail.forEach(db) { entry in
            guard let hold = entry.hold else { return }
            if entry.kind == .hold { open.insert(hold.value) } else if entry.kind != .extend { open.remove(hold.value) }
        }
        var sums: [AuditedPurse: Int64] = [:]
        for hold in open.sorted() {
            let sql = "SELECT account, book, amount, state FROM holds WHERE id = ?"
            guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [hold]), row[3] == "dispatched" else {
                throw LedgerDisagreement("\(HoldID(hold)) is listed as open, but no entry has left it open")
            }
            sums[AuditedPurse(account: row[0], book: row[1]), default: 0] += row[2] as Int64
        }
        return sums
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
