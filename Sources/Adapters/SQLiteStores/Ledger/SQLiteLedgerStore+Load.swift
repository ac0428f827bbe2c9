package import Commerce
import Foundation
import GRDB
import Units

extension SQLiteLedgerStore {
    package func load() throws -> LedgerImage {
        try file.read { db in
            var balances = try balances(db)
            var spent = try spent(db)
            var open = Set(try Int64.fetchAll(db, sql: "SELECT hold FROM open_holds").map(HoldID.init))
            var last = try EntryTail.foldedTo(db)
            try EntryTail.forEach(db) { entry in
                last = entry.id
                balances[entry.purse] = entry.balance
                if let key = entry.key, entry.charge > .zero { spent[key, default: .zero] += entry.charge }
                guard let hold = entry.hold else { return }
                if entry.kind == .hold { open.insert(hold) } else if entry.kind != .extend { open.remove(hold) }
            }
            return LedgerImage(
                epoch: Epoch(try Int64.fetchOne(db, sql: "SELECT max(number) FROM epochs") ?? 0),
                accounts: try accounts(db), balances: balances, keys: try keys(db), spent: spent, prices: try prices(db),
                openHolds: try open.sorted().map { try openHold($0, db) }, jobHolds: try jobHolds(db),
                credits: try credits(db), lastEntry: EntryID(last), topUps: try topUps(db), people: try people(db))
        }
    }

    private func jobHolds(_ db: Database) throws -> Set<HoldID> {
        Set(try Int64.fetchAll(db, sql: "SELECT hold FROM jobs WHERE NOT is_over").map(HoldID.init))
    }

    private func accounts(_ db: Database) throws -> [AccountRecord] {
        try rows(db, "SELECT id, name, created FROM accounts ORDER BY id") { columns in
            AccountRecord(id: AccountID(columns.next()), name: columns.next(), created: columns.instant())
        }
    }

    private func balances(_ db: Database) throws -> [Purse: Balance] {
        let pairs = try rows(db, "SELECT account, book, available, held FROM balances") { columns in
            (try columns.purse(of: "a balance"), Balance(available: columns.money(), held: columns.money()))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private func keys(_ db: Database) throws -> [KeyRecord] {
        let sql = """
            SELECT id, account, book, mac, prefix, label, models, spending_limit, expires, created, revoked, rates, caches
            FROM keys ORDER BY id
            """
        return try rows(db, sql) { columns in
            let id = KeyID(columns.next())
            let purse = try columns.purse(of: id.description)
            let mac: Data = columns.next()
            let prefix: String = columns.next()
            let label: String = columns.next()
            let models: String? = columns.optional()
            return KeyRecord(
                id: id, account: purse.account, book: purse.book, mac: [UInt8](mac), prefix: prefix, label: label,
                models: try models.map { try JSONDecoder().decode([String].self, from: Data($0.utf8)) },
                limit: columns.optional().map(Money.init(nanodollars:)),
                expires: columns.optional().map(Instant.init(microseconds:)),
                created: columns.instant(), revoked: columns.optional().map(Instant.init(microseconds:)),
                rates: try rates(columns.optional(), of: id), caches: columns.next())
        }
    }

    private func rates(_ text: String?, of key: KeyID) throws -> RateLimits? {
        guard let text else { return nil }
        guard let amounts = try? JSONDecoder().decode([String: Int64].self, from: Data(text.utf8)),
            let rates = RateLimits(amounts: amounts)
        else { throw StoreFailure.unreadable(row: key.description, column: "rates", value: text) }
        return rates
    }

    private func spent(_ db: Database) throws -> [KeyID: Money] {
        let pairs = try rows(db, "SELECT id, spent FROM keys WHERE spent > 0") { (KeyID($0.next()), $0.money()) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private func prices(_ db: Database) throws -> [PriceVersion] {
        try rows(db, "SELECT id, model, input, cached_input, output, since, unit FROM prices ORDER BY id") {
            try $0.priceVersion()
        }
    }

    private func openHold(_ id: HoldID, _ db: Database) throws -> Hold {
        let sql = """
            SELECT request, account, book, key, price, model, amount, input_fair_tokens, epoch, opened, attempts, engine,
                accepted, output_tokens
            FROM holds WHERE id = ?
            """
        guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [id.value]) else {
            throw StoreFailure.unreadable(row: id.description, column: "its opening", value: "missing")
        }
        var columns = Columns(row)
        let request = RequestID(columns.next())
        let purse = try columns.purse(of: id.description)
        return Hold(
            id: id, request: request, account: purse.account, book: purse.book, key: KeyID(columns.next()),
            price: PriceID(columns.next()), model: columns.next(), amount: columns.money(), inputFairTokens: columns.next(),
            epoch: Epoch(columns.next()), opened: columns.instant(), state: .dispatched, attempts: columns.next(),
            engine: columns.next(), accepted: columns.next(), outputTokens: columns.next(), closing: nil)
    }

    private func credits(_ db: Database) throws -> [LedgerImage.Credit] {
        let sql =
            "SELECT g.account, g.book, g.reference, g.entry, e.available FROM grants g JOIN entries e ON e.id = g.entry ORDER BY g.entry"
        return try rows(db, sql) { columns in
            LedgerImage.Credit(
                purse: try columns.purse(of: "a grant"), reference: columns.next(), entry: EntryID(columns.next()),
                amount: columns.money())
        }
    }

    func rows<Value>(_ db: Database, _ sql: String, _ read: (inout Columns) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        let cursor = try Row.fetchCursor(db, sql: sql)
        while let row = try cursor.next() {
            var columns = Columns(row)
            values.append(try read(&columns))
        }
        return values
    }
}
