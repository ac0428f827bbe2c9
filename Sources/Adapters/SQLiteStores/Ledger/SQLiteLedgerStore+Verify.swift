package import Commerce
import GRDB
import Units

extension SQLiteLedgerStore {
    /// Replays every entry and compares the outcome with every figure that is kept beside them. Rows are streamed, on a
    /// connection of its own, so it may run while the server works.
    /// - Throws: GRDB's `DatabaseError` when the file cannot be read at the moment.
    package func verify() throws -> LedgerVerdict {
        do {
            return try file.audit { db in
                if let damage = try DatabaseFile.damage(of: db) { throw LedgerDisagreement("the file is damaged: \(damage)") }
                let keys = try auditedKeys(db)
                var audit = LedgerAudit(prices: try auditedPrices(db), keys: keys, epochs: try epochs(db))
                var chain = try ChainAudit(db)
                let cursor = try Row.fetchCursor(db, sql: AuditedEntry.sql, arguments: [0])
                while let row = try cursor.next() {
                    var columns = Columns(row)
                    let entry = try AuditedEntry(&columns)
                    try audit.replay(entry)
                    try chain.follow(entry)
                }
                try compareHolds(with: audit, db)
                try compareBalances(with: audit, db)
                try compare(keys, with: audit)
                try findRepeatedGrants(db)
                try chain.end()
                let accounts = try Int.fetchOne(db, sql: "SELECT count(*) FROM accounts") ?? 0
                return .ok(entries: Int(audit.entries), accounts: accounts)
            }
        } catch let found as LedgerDisagreement {
            return .disagreement(found.sentence)
        }
    }

    /// The rows that are open, read past every index, are just the holds that no entry has closed.
    private func compareHolds(with audit: LedgerAudit, _ db: Database) throws {
        let count = try Int64.fetchOne(db, sql: "SELECT count(*) FROM holds NOT INDEXED") ?? 0
        guard count == audit.holds else {
            throw LedgerDisagreement("there are \(count) holds, but entries open \(audit.holds)")
        }
        var left = audit.openHolds
        var held: [AuditedPurse: Int64] = [:]
        let cursor = try Row.fetchCursor(db, sql: "SELECT id, amount FROM holds NOT INDEXED WHERE state = 'dispatched'")
        while let row = try cursor.next() {
            let id: Int64 = row[0]
            let amount: Int64 = row[1]
            guard let hold = left.removeValue(forKey: id) else {
                throw LedgerDisagreement("\(HoldID(id)) is open, but an entry has closed it")
            }
            guard hold.held == amount else {
                throw LedgerDisagreement("\(HoldID(id)) is for \(usd(amount)), but its entries hold \(usd(hold.held))")
            }
            held[hold.purse, default: 0] += amount
        }
        if let (hold, open) = left.min(by: { $0.key < $1.key }) {
            throw LedgerDisagreement("\(HoldID(hold)) is \(open.state), but no entry closes it")
        }
        for (purse, balance) in audit.purses where balance.held != held[purse] ?? 0 {
            throw LedgerDisagreement(
                "\(purse.name) holds \(usd(balance.held)), but its open holds sum to \(usd(held[purse] ?? 0))")
        }
    }

    private func compareBalances(with audit: LedgerAudit, _ db: Database) throws {
        var left = audit.purses
        let cursor = try Row.fetchCursor(db, sql: "SELECT account, book, available, held FROM balances")
        while let row = try cursor.next() {
            let purse = AuditedPurse(account: row[0], book: row[1])
            let available: Int64 = row[2]
            let held: Int64 = row[3]
            let folded = left.removeValue(forKey: purse) ?? (0, 0)
            guard (available, held) == folded else {
                throw LedgerDisagreement(
                    "the balance of \(purse.name) is kept as \(usd(available)) available and \(usd(held)) held, the entries give "
                        + "\(usd(folded.available)) and \(usd(folded.held))")
            }
        }
        if let (purse, folded) = left.first {
            throw LedgerDisagreement("\(purse.name) has no balance, the entries give \(usd(folded.available))")
        }
    }

    private func compare(_ keys: [Int64: AuditedKey], with audit: LedgerAudit) throws {
        for (id, key) in keys.sorted(by: { $0.key < $1.key }) {
            let folded = audit.spent[id] ?? 0
            guard key.spent == folded else {
                throw LedgerDisagreement("\(KeyID(id)) is said to have spent \(usd(key.spent)), the entries give \(usd(folded))")
            }
            if let limit = key.limit, folded > limit {
                throw LedgerDisagreement("\(KeyID(id)) has spent \(usd(folded)), above its limit of \(usd(limit))")
            }
        }
    }

    private func findRepeatedGrants(_ db: Database) throws {
        let sql = """
            SELECT account, book, note, min(id), max(id) FROM entries NOT INDEXED WHERE kind = 'grant'
            GROUP BY account, book, note HAVING count(*) > 1 ORDER BY min(id) LIMIT 1
            """
        guard let row = try Row.fetchOne(db, sql: sql) else { return }
        var columns = Columns(row)
        let purse = AuditedPurse(account: columns.next(), book: columns.next())
        let reference: String = columns.next()
        throw LedgerDisagreement(
            "\(EntryID(columns.next())) and \(EntryID(columns.next())) both grant \(purse.name) under the reference \(reference)")
    }

    private func auditedPrices(_ db: Database) throws -> [Int64: AuditedPrice] {
        var prices: [Int64: AuditedPrice] = [:]
        let cursor = try Row.fetchCursor(db, sql: "SELECT id, model, input, cached_input, output FROM prices")
        while let row = try cursor.next() {
            prices[row[0]] = AuditedPrice(model: row[1], input: row[2], cachedInput: row[3], output: row[4])
        }
        return prices
    }

    private func auditedKeys(_ db: Database) throws -> [Int64: AuditedKey] {
        var keys: [Int64: AuditedKey] = [:]
        let cursor = try Row.fetchCursor(db, sql: "SELECT id, account, book, spending_limit, spent FROM keys")
        while let row = try cursor.next() {
            keys[row[0]] = AuditedKey(purse: AuditedPurse(account: row[1], book: row[2]), limit: row[3], spent: row[4])
        }
        return keys
    }

    private func epochs(_ db: Database) throws -> Set<Int64> {
        Set(try Int64.fetchAll(db, sql: "SELECT number FROM epochs"))
    }

    private func usd(_ nanodollars: Int64) -> String { Money(nanodollars: nanodollars).description }
}
