import Commerce
import GRDB
import TestKit
import Testing
import Units

@testable import SQLiteStores

@Suite struct `Holds that grow` {
    /// One account, three holds: closed after an extension, extended and open, never extended and open.
    private func grown() throws -> LedgerPlay<SQLiteStage> {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(
            LedgerStory(
                "grown",
                """
                account A · price m 1 2 · key k A live limit 0.5 · top-up A 1 ref1
                hold k h1 in=10/10 cap=9000 tranche=100 · held 0.00021 cap 9000 · extend h1 50 · extended 0.00031
                settle h1 10 140 · charged 0.00029
                hold k h2 in=10/10 cap=9000 tranche=100 · extend h2 100 · extended 0.00041 · extend h2 10 · extended 0.00043
                hold k h3 in=10/10 cap=9000 tranche=100 · balance A 0.99907 held 0.00064
                """))
        return play
    }

    @Test func `a statement has one line for each charge and each open hold, however often it grew`() throws {
        let play = try grown()
        let store = play.stage.store
        let lines = try store.statement(of: Purse(account: AccountID(1), book: .live), from: nil, to: nil)
        #expect(lines.map(\.kind) == [.grant, .charge, .hold, .hold])
        #expect(lines.map(\.id.value) == [1, 4, 5, 8])
        #expect(lines.map(\.amount.nanodollars) == [1_000_000_000, -290_000, -430_000, -210_000])
        #expect(lines.last?.balanceAfter == Money(nanodollars: 999_070_000))
        #expect(try store.verify() == .ok(entries: 8, accounts: 1))
    }

    @Test(arguments: [
        ("UPDATE holds SET amount = amount - 1 WHERE id = 2", ["hold_2", "0.000429999", "its entries hold 0.000430"]),
        ("UPDATE holds SET amount = amount + 1 WHERE id = 1", ["hold_1", "0.000310001", "its entries hold 0.000310"]),
        ("UPDATE entries SET hold = 3 WHERE id = 6", ["ent_6 extends hold_3, which was never opened"]),
        ("UPDATE entries SET hold = 1 WHERE id = 7", ["ent_7 extends hold_1, which was closed before"]),
        (
            """
            UPDATE entries SET available = 0, held = 0, available_after = available_after + 20000,
                held_after = held_after - 20000 WHERE id = 7;
            UPDATE entries SET available_after = available_after + 20000, held_after = held_after - 20000 WHERE id = 8
            """, ["ent_7 moves 0.000000 out of available and 0.000000 into held"]
        ),
        ("UPDATE keys SET spending_limit = 400000 WHERE id = 1", ["ent_6 extends hold_2 beyond the limit of key_1"]),
        (
            "INSERT INTO epochs VALUES (2, 0); UPDATE entries SET epoch = 2 WHERE id >= 6",
            ["hold_2 is of epoch 1, ent_6 of epoch 2"]
        ),
        ("UPDATE entries SET hold = NULL WHERE id = 6", ["ent_6 is a extend without a hold"]),
    ])
    func `a planted error is found and named`(sql: String, named: [String]) throws {
        let play = try grown()
        try play.stage.tamper(sql)
        guard case .disagreement(let sentence) = try play.stage.store.verify() else {
            Issue.record("\(sql) was not found")
            return
        }
        for name in named { #expect(sentence.contains(name), "\(sentence)") }
    }

    @Test func `an extension is a compare-and-set`() throws {
        var play = try grown()
        let store = play.stage.store
        let usd = { Money(nanodollars: $0) }
        for (hold, before) in [(2, 429_999), (1, 310_000), (9, 1)] as [(Int64, Int64)] {
            #expect(throws: StoreFailure.self) {
                try store.commit([.holdExtended(HoldID(hold), from: usd(before), to: usd(before + 5))])
            }
        }
        #expect(throws: DatabaseError.self) { try store.commit([.holdExtended(HoldID(2), from: usd(430_000), to: usd(429_999))]) }
        try play.play(LedgerStory("as before", "settle h2 10 210 · charged 0.00043 · settle h3 10 1 · charged 0.000012"))
        #expect(try store.verify() == .ok(entries: 10, accounts: 1))
    }

    /// What a version whose holds could not grow left behind.
    @Test func `an older ledger is brought up to date and keeps every row`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let scratch = try Scratch()
        let old = try DatabaseQueue(path: scratch.database)
        try old.writeWithoutTransaction { db in
            try Migration.bringUpToDate(db, path: scratch.database, migrations: Array(Migration.all.prefix(2)))
            let guards = ["entries_of_this_epoch", "chain_goes_on"]
            let made = try guards.map {
                try String.fetchOne(db, sql: "SELECT sql FROM sqlite_schema WHERE name = ?", arguments: [$0]) ?? ""
            }
            for name in guards { try db.execute(sql: "DROP TRIGGER \(name)") }
            try db.execute(sql: "ATTACH ? AS new", arguments: [play.stage.path])
            for table in ["epochs", "accounts", "balances", "prices", "keys", "holds", "entries", "chain"] {
                try db.execute(sql: "INSERT INTO main.\(table) SELECT * FROM new.\(table)")
            }
            try db.execute(sql: "DETACH new")
            for sql in made { try db.execute(sql: sql) }
        }
        try old.close()

        let store = try SQLiteLedgerStore(path: scratch.database)
        #expect(try store.verify() == .ok(entries: 11, accounts: 2))
        let (one, other) = (try store.load(), try play.stage.store.load())
        #expect(one.openHolds == other.openHolds && one.balances == other.balances && one.lastEntry == other.lastEntry)
        #expect(try schema(scratch.database) == schema(play.stage.path))
        let epoch = one.epoch.next
        try store.commit([.epoch(epoch, at: Instant(seconds: 5))])
        var ledger = Ledger(one, epoch: epoch)
        for hold in one.openHolds { try store.commit(ledger.step(.recover(hold.id), at: Instant(seconds: 5)).records) }
        #expect(try store.verify() == .ok(entries: 13, accounts: 2))
    }

    private func schema(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read {
            try String.fetchAll($0, sql: "SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name")
        }
    }
}
