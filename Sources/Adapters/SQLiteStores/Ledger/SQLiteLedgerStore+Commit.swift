package import Commerce
import Foundation
import GRDB
import Units

extension SQLiteLedgerStore {
    package func commit(_ records: [LedgerRecord]) throws {
        guard !records.isEmpty else { return }
        try file.write { db, statements in
            // Only the last figure of a batch is ever seen, so only that is written.
            var balances: [Purse: Balance] = [:]
            var spent: [KeyID: Money] = [:]
            var changed: [HoldID: Hold] = [:]
            for record in records {
                switch record {
                case .entry(let entry):
                    try statements.insert(entry)
                    let purse = Purse(account: entry.account, book: entry.book)
                    balances[purse] = Balance(available: entry.availableAfter, held: entry.heldAfter)
                case .keySpent(let key, let total): spent[key] = total
                case .holdOpened(let hold): try statements.insert(hold)
                case .holdExtended(let hold, let before, let amount): try statements.extend(hold, from: before, to: amount)
                case .holdChanged(let hold):
                    guard changed[hold.id]?.closing == nil else { throw StoreFailure.recordRefused("\(hold.id) is closed twice") }
                    changed[hold.id] = hold
                case .epoch, .account, .key, .keyRevoked, .price: try insert(record, in: db)
                }
            }
            for hold in changed.values { try statements.change(hold) }
            for (purse, balance) in balances { try statements.set(balance, of: purse) }
            for (key, total) in spent { try statements.set(spent: total, by: key) }
            try statements.link(records)
        }
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
