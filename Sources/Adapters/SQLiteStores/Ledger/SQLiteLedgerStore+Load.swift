package import Commerce
import Foundation
import GRDB
import Units

extension SQLiteLedgerStore {
    package func load() throws -> LedgerImage {
        try file.read { db in
            LedgerImage(
                epoch: Epoch(try Int64.fetchOne(db, sql: "SELECT max(number) FROM epochs") ?? 0),
                accounts: try accounts(db), balances: try balances(db), keys: try keys(db), spent: try spent(db),
                prices: try prices(db), openHolds: try openHolds(db), credits: try credits(db),
                lastEntry: EntryID(try Int64.fetchOne(db, sql: "SELECT max(id) FROM entries") ?? 0),
                lastHold: HoldID(try Int64.fetchOne(db, sql: "SELECT max(id) FROM holds") ?? 0))
        }
    }

    private func accounts(_ db: Database) throws -> [AccountRecord] {
        try rows(db, "SELECT id, name, created FROM accounts ORDER BY id") { columns in
            AccountRecord(id: AccountID(columns.next()), name: columns.next(), created: columns.instant())
        }
    }

    private func balances(_ db: Database) throws -> [Purse: Balance] {
        let pairs = try rows(db, "SELECT account, book, available, held FROM balances") { columns in
            (try purse(&columns, of: "a balance"), Balance(available: columns.money(), held: columns.money()))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private func keys(_ db: Database) throws -> [KeyRecord] {
        let sql = """
            SELECT id, account, book, mac, prefix, label, models, spending_limit, expires, created, revoked
            FROM keys ORDER BY id
            """
        return try rows(db, sql) { columns in
            let id = KeyID(columns.next())
            let purse = try purse(&columns, of: id.description)
            let mac: Data = columns.next()
            let prefix: String = columns.next()
            let label: String = columns.next()
            let models: String? = columns.optional()
            return KeyRecord(
                id: id, account: purse.account, book: purse.book, mac: [UInt8](mac), prefix: prefix, label: label,
                models: try models.map { try JSONDecoder().decode([String].self, from: Data($0.utf8)) },
                limit: columns.optional().map(Money.init(nanodollars:)),
                expires: columns.optional().map(Instant.init(microseconds:)),
                created: columns.instant(), revoked: columns.optional().map(Instant.init(microseconds:)))
        }
    }

    private func spent(_ db: Database) throws -> [KeyID: Money] {
        let pairs = try rows(db, "SELECT id, spent FROM keys WHERE spent > 0") { (KeyID($0.next()), $0.money()) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private func prices(_ db: Database) throws -> [PriceVersion] {
        try rows(db, "SELECT id, model, input, cached_input, output, since FROM prices ORDER BY id") { try $0.priceVersion() }
    }

    private func openHolds(_ db: Database) throws -> [Hold] {
        let sql = """
            SELECT id, request, account, book, key, price, model, amount, input_fair_tokens, epoch, opened, attempts, engine,
                accepted, output_tokens
            FROM holds WHERE state = 'dispatched' ORDER BY id
            """
        return try rows(db, sql) { columns in
            let id = HoldID(columns.next())
            let request = RequestID(columns.next())
            let purse = try purse(&columns, of: id.description)
            return Hold(
                id: id, request: request, account: purse.account, book: purse.book, key: KeyID(columns.next()),
                price: PriceID(columns.next()), model: columns.next(), amount: columns.money(), inputFairTokens: columns.next(),
                epoch: Epoch(columns.next()), opened: columns.instant(), state: .dispatched, attempts: columns.next(),
                engine: columns.next(), accepted: columns.next(), outputTokens: columns.next(), closing: nil)
        }
    }

    private func credits(_ db: Database) throws -> [LedgerImage.Credit] {
        let sql = "SELECT account, book, note, id, available FROM entries WHERE kind = 'grant' ORDER BY +id"
        return try rows(db, sql) { columns in
            LedgerImage.Credit(
                purse: try purse(&columns, of: "a grant"), reference: columns.next(), entry: EntryID(columns.next()),
                amount: columns.money())
        }
    }

    /// `account, book`.
    private func purse(_ columns: inout Columns, of row: @autoclosure () -> String) throws -> Purse {
        Purse(account: AccountID(columns.next()), book: try columns.word(Book.self, "book", of: row()))
    }

    private func rows<Value>(_ db: Database, _ sql: String, _ read: (inout Columns) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        let cursor = try Row.fetchCursor(db, sql: sql)
        while let row = try cursor.next() {
            var columns = Columns(row)
            values.append(try read(&columns))
        }
        return values
    }
}
