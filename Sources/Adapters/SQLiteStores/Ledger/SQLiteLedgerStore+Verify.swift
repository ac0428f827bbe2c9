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
                let foldedTo = try EntryTail.foldedTo(db)
                var audit = LedgerAudit(prices: try auditedPrices(db), keys: keys, epochs: try epochs(db))
                let chain = try ChainAudit(db)
                if foldedTo == 0 { try compareFold(with: audit, keys, db) }
                let cursor = try Row.fetchCursor(db, sql: AuditedEntry.sql, arguments: [0])
                while let row = try cursor.next() {
                    var columns = Columns(row)
                    let entry = AuditedEntry(&columns)
                    try audit.replay(entry)
                    try chain.follow(entry)
                    if entry.id == foldedTo { try compareFold(with: audit, keys, db) }
                }
                guard foldedTo <= audit.entries else {
                    throw LedgerDisagreement(
                        "the balances are as of \(EntryID(foldedTo)), but the entries end with \(EntryID(audit.entries))")
                }
                try compareProgress(with: audit, db)
                try compareLimits(keys, with: audit)
                try compareGrants(db)
                try compareTopUps(with: audit, db)
                try chain.end()
                let accounts = try Int.fetchOne(db, sql: "SELECT count(*) FROM accounts") ?? 0
                return .ok(entries: Int(audit.entries), accounts: accounts)
            }
        } catch let found as LedgerDisagreement {
            return .disagreement(found.sentence)
        }
    }

    /// What stands beside the entries, against the entries up to the one it was folded from.
    private func compareFold(with audit: LedgerAudit, _ keys: [Int64: AuditedKey], _ db: Database) throws {
        try compareOpenHolds(with: audit, db)
        try compareBalances(with: audit, db)
        for (id, key) in keys.sorted(by: { $0.key < $1.key }) {
            let folded = audit.spent[id] ?? 0
            guard key.spent == folded else {
                throw LedgerDisagreement("\(KeyID(id)) is said to have spent \(usd(key.spent)), the entries give \(usd(folded))")
            }
        }
    }

    private func compareOpenHolds(with audit: LedgerAudit, _ db: Database) throws {
        let listed = try Int64.fetchAll(db, sql: "SELECT hold FROM open_holds ORDER BY hold")
        if let hold = listed.first(where: { audit.openHolds[$0] == nil }) {
            throw LedgerDisagreement("\(HoldID(hold)) is listed as open, but no entry has left it open")
        }
        if let hold = Set(audit.openHolds.keys).subtracting(listed).min() {
            throw LedgerDisagreement("\(HoldID(hold)) is not listed as open, but no entry closes it")
        }
        var held: [AuditedPurse: Int64] = [:]
        for hold in audit.openHolds.values { held[hold.purse, default: 0] += hold.held }
        for (purse, balance) in audit.purses where balance.held != held[purse] ?? 0 {
            throw LedgerDisagreement(
                "\(purse.name) holds \(usd(balance.held)), but its open holds sum to \(usd(held[purse] ?? 0))")
        }
    }

    /// What is said of open holds as of the last commit.
    private func compareProgress(with audit: LedgerAudit, _ db: Database) throws {
        var amounts: [Int64: Int64] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT hold, amount FROM progress") { amounts[row[0]] = row[1] }
        for (hold, open) in audit.openHolds.sorted(by: { $0.key < $1.key }) {
            let amount = amounts[hold] ?? open.opened
            guard open.held == amount else {
                throw LedgerDisagreement("\(HoldID(hold)) is for \(usd(amount)), but its entries hold \(usd(open.held))")
            }
        }
    }

    private func compareBalances(with audit: LedgerAudit, _ db: Database) throws {
        var left = audit.purses
        let cursor = try Row.fetchCursor(db, sql: "SELECT account, book, available, held, last_shown FROM balances")
        while let row = try cursor.next() {
            let purse = AuditedPurse(account: row[0], book: row[1])
            let kept = LedgerAudit.Book(available: row[2], held: row[3], lastShown: row[4])
            let folded = left.removeValue(forKey: purse) ?? LedgerAudit.Book()
            guard kept == folded else {
                throw LedgerDisagreement(
                    "the balance of \(purse.name) is kept as \(usd(kept.available)) available and \(usd(kept.held)) held, the entries "
                        + "give \(usd(folded.available)) and \(usd(folded.held))"
                        + (kept.lastShown == folded.lastShown
                            ? "" : "; its last entry is said to be \(EntryID(kept.lastShown)), not \(EntryID(folded.lastShown))"))
            }
        }
        if let (purse, folded) = left.first {
            throw LedgerDisagreement("\(purse.name) has no balance, the entries give \(usd(folded.available))")
        }
    }

    private func compareLimits(_ keys: [Int64: AuditedKey], with audit: LedgerAudit) throws {
        for (id, key) in keys.sorted(by: { $0.key < $1.key }) {
            guard let limit = key.limit, let spent = audit.spent[id], spent > limit else { continue }
            throw LedgerDisagreement("\(KeyID(id)) has spent \(usd(spent)), above its limit of \(usd(limit))")
        }
    }

    /// Every grant has its reference, once, and no reference is without its grant.
    private func compareGrants(_ db: Database) throws {
        let repeated = """
            SELECT account, book, note, min(id), max(id) FROM entries WHERE kind IN ('grant', 'adjust')
            GROUP BY account, book, note HAVING count(*) > 1 ORDER BY min(id) LIMIT 1
            """
        if let row = try Row.fetchOne(db, sql: repeated) {
            var columns = Columns(row)
            let purse = AuditedPurse(account: columns.next(), book: columns.next())
            let reference: String = columns.next()
            throw LedgerDisagreement(
                "\(EntryID(columns.next())) and \(EntryID(columns.next())) both grant \(purse.name) under the reference \(reference)"
            )
        }
        let odd = """
            SELECT entry FROM (SELECT account, book, note AS reference, id AS entry FROM entries WHERE kind IN ('grant', 'adjust')
                EXCEPT SELECT account, book, reference, entry FROM grants)
            UNION ALL
            SELECT entry FROM (SELECT account, book, reference, entry FROM grants
                EXCEPT SELECT account, book, note, id FROM entries WHERE kind IN ('grant', 'adjust'))
            LIMIT 1
            """
        if let entry = try Int64.fetchOne(db, sql: odd) {
            throw LedgerDisagreement("\(EntryID(entry)) and the reference kept of it are not of one grant")
        }
    }

    private func auditedPrices(_ db: Database) throws -> [Int64: AuditedPrice] {
        var prices: [Int64: AuditedPrice] = [:]
        let cursor = try Row.fetchCursor(db, sql: "SELECT id, input, cached_input, output FROM prices")
        while let row = try cursor.next() {
            prices[row[0]] = AuditedPrice(input: row[1], cachedInput: row[2], output: row[3])
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

    func usd(_ nanodollars: Int64) -> String { Money(nanodollars: nanodollars).description }
}
