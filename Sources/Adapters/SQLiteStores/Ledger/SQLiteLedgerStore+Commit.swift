package import Commerce
import Foundation
import GRDB
import Units

extension SQLiteLedgerStore {
    package func commit(_ records: [LedgerRecord]) throws {
        guard !records.isEmpty else { return }
        try file.write { db in
            // Only the last figure of a batch is ever seen, so only that is written.
            var balances: [Purse: Balance] = [:]
            var spent: [KeyID: Money] = [:]
            var entries: [Entry] = []
            for record in records {
                switch record {
                case .entry(let entry):
                    try insert(entry, in: db)
                    entries.append(entry)
                    balances[entry.purse] = Balance(available: entry.availableAfter, held: entry.heldAfter)
                case .keySpent(let key, let total): spent[key] = total
                case .holdOpened(let hold): try insert(hold, in: db)
                case .holdExtended(let hold, let before, let amount): try extend(hold, from: before, to: amount, in: db)
                case .holdChanged(let hold): try update(hold, in: db)
                case .epoch, .account, .key, .keyRevoked, .price: try insert(record, in: db)
                }
            }
            for (purse, balance) in balances { try set(balance, of: purse, in: db) }
            for (key, total) in spent { try set(spent: total, by: key, in: db) }
            try chain(entries, in: db)
        }
    }

    // MARK: What every chat writes

    private func insert(_ entry: Entry, in db: Database) throws {
        let sql = """
            INSERT INTO entries (id, at, epoch, kind, account, book, key, hold, available, held, revenue, granted, writeoff,
                available_after, held_after, note)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            entry.id.value, entry.at.microseconds, entry.epoch.value, entry.kind.rawValue, entry.account.value,
            entry.book.rawValue, entry.key?.value, entry.hold?.value, entry.available.nanodollars, entry.held.nanodollars,
            entry.revenue.nanodollars, entry.grant.nanodollars, entry.writeoff.nanodollars, entry.availableAfter.nanodollars,
            entry.heldAfter.nanodollars, entry.note,
        ])
    }

    /// One link for all entries of the batch.
    private func chain(_ entries: [Entry], in db: Database) throws {
        guard let last = entries.last else { return }
        let end = try Row.fetchOne(db.cachedStatement(sql: "SELECT batch, hash FROM chain ORDER BY batch DESC LIMIT 1"))
        let batch: Int64 = end?[0] ?? 0
        let before: Data? = end?[1]
        var chain = EntryChain(after: before.map { [UInt8]($0) } ?? EntryChain.origin)
        var row = CanonicalRow()
        for entry in entries {
            entry.write(to: &row)
            chain.append(row)
        }
        try db.cachedStatement(sql: "INSERT INTO chain (batch, last_entry, hash) VALUES (?, ?, ?)")
            .execute(arguments: [batch + 1, last.id.value, Data(chain.hash())])
    }

    private func insert(_ hold: Hold, in db: Database) throws {
        precondition(hold.state.isOpen, "a hold is written when it is opened")
        let sql = """
            INSERT INTO holds (id, request, account, book, key, price, model, amount, input_fair_tokens, epoch, opened, state,
                attempts, engine, accepted, output_tokens)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            hold.id.value, hold.request.description, hold.account.value, hold.book.rawValue, hold.key.value, hold.price.value,
            hold.model, hold.amount.nanodollars, hold.inputFairTokens, hold.epoch.value, hold.opened.microseconds,
            hold.state.rawValue, hold.attempts, hold.engine, hold.accepted, hold.outputTokens,
        ])
    }

    /// A compare-and-set, as for every change of a hold.
    private func extend(_ hold: HoldID, from before: Money, to amount: Money, in db: Database) throws {
        let sql = "UPDATE holds SET amount = ? WHERE id = ? AND state = 'dispatched' AND amount = ?"
        try db.cachedStatement(sql: sql).execute(arguments: [amount.nanodollars, hold.value, before.nanodollars])
        try requireOneChange(in: db, "\(hold) is not open in the store, or not for \(before)")
    }

    /// A compare-and-set: a hold that was closed is not found, and then nothing of the batch is written.
    private func update(_ hold: Hold, in db: Database) throws {
        let sql = """
            UPDATE holds SET state = ?, attempts = ?, engine = ?, accepted = ?, output_tokens = ?, closed = ?, charge = ?,
                prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, reasoning_tokens = ?, source = ?, note = ?
            WHERE id = ? AND state = 'dispatched'
            """
        let closing = hold.closing
        try db.cachedStatement(sql: sql).execute(arguments: [
            hold.state.rawValue, hold.attempts, hold.engine, hold.accepted, hold.outputTokens, closing?.at.microseconds,
            closing?.charge.nanodollars, closing?.usage?.promptTokens, closing?.usage?.cachedTokens,
            closing?.usage?.completionTokens, closing?.usage?.reasoningTokens, closing?.source?.rawValue, closing?.note,
            hold.id.value,
        ])
        try requireOneChange(in: db, "\(hold.id) is not open in the store")
    }

    private func set(_ balance: Balance, of purse: Purse, in db: Database) throws {
        let sql = """
            INSERT INTO balances (account, book, available, held) VALUES (?, ?, ?, ?)
            ON CONFLICT (account, book) DO UPDATE SET available = excluded.available, held = excluded.held
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            purse.account.value, purse.book.rawValue, balance.available.nanodollars, balance.held.nanodollars,
        ])
    }

    private func set(spent total: Money, by key: KeyID, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE keys SET spent = ? WHERE id = ?").execute(arguments: [total.nanodollars, key.value])
        try requireOneChange(in: db, "\(key) is not in the store")
    }

    // MARK: What an operator writes

    private func insert(_ record: LedgerRecord, in db: Database) throws {
        switch record {
        case .epoch(let epoch, let at):
            try db.cachedStatement(sql: "INSERT INTO epochs (number, started) VALUES (?, ?)")
                .execute(arguments: [epoch.value, at.microseconds])
        case .account(let account):
            try db.cachedStatement(sql: "INSERT INTO accounts (id, name, created) VALUES (?, ?, ?)")
                .execute(arguments: [account.id.value, account.name, account.created.microseconds])
        case .key(let key): try insert(key, in: db)
        case .keyRevoked(let key, let at):
            try db.cachedStatement(sql: "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL")
                .execute(arguments: [at.microseconds, key.value])
            try requireOneChange(in: db, "\(key) is not in the store, or was revoked before")
        case .price(let version): try insert(version, in: db)
        case .entry, .holdOpened, .holdExtended, .holdChanged, .keySpent: preconditionFailure("an operator writes no such record")
        }
    }

    private func insert(_ key: KeyRecord, in db: Database) throws {
        let models = try key.models.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let sql = """
            INSERT INTO keys (id, account, book, mac, prefix, label, models, spending_limit, expires, created, revoked)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            key.id.value, key.account.value, key.book.rawValue, Data(key.mac), key.prefix, key.label, models,
            key.limit?.nanodollars, key.expires?.microseconds, key.created.microseconds, key.revoked?.microseconds,
        ])
    }

    private func insert(_ version: PriceVersion, in db: Database) throws {
        let sql = "INSERT INTO prices (id, model, input, cached_input, output, since) VALUES (?, ?, ?, ?, ?, ?)"
        try db.cachedStatement(sql: sql).execute(arguments: [
            version.id.value, version.model, version.price.input.nanodollarsPerMillion,
            version.price.cachedInput?.nanodollarsPerMillion, version.price.output.nanodollarsPerMillion,
            version.since.microseconds,
        ])
    }

    private func requireOneChange(in db: Database, _ sentence: @autoclosure () -> String) throws {
        guard db.changesCount == 1 else { throw StoreFailure.recordRefused(sentence()) }
    }
}

extension Entry {
    fileprivate var purse: Purse { Purse(account: account, book: book) }

    /// Its columns, in the order of the table.
    fileprivate func write(to row: inout CanonicalRow) {
        row.clear()
        row.add(id.value)
        row.add(at.microseconds)
        row.add(epoch.value)
        row.add(kind.rawValue)
        row.add(account.value)
        row.add(book.rawValue)
        row.add(key?.value)
        row.add(hold?.value)
        for amount in [available, held, revenue, grant, writeoff, availableAfter, heldAfter] { row.add(amount.nanodollars) }
        row.add(note)
    }
}
