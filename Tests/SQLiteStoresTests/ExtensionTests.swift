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
        ("UPDATE progress SET amount = amount - 1 WHERE hold = 5", ["hold_5", "0.000429999", "its entries hold 0.000430"]),
        ("DELETE FROM progress", ["hold_5 is for 0.000210", "its entries hold 0.000430"]),
        ("UPDATE entries SET hold = 8 WHERE id = 6", ["ent_6 extends hold_8, which is not open"]),
        ("UPDATE entries SET hold = 2 WHERE id = 7", ["ent_7 extends hold_2, which is not open"]),
        (
            """
            UPDATE entries SET available = 0, held = 0, available_after = available_after + 20000,
                held_after = held_after - 20000 WHERE id = 7;
            UPDATE entries SET available_after = available_after + 20000, held_after = held_after - 20000 WHERE id = 8
            """, ["ent_7 moves 0.000000 out of available and 0.000000 into held"]
        ),
        ("UPDATE keys SET spending_limit = 400000 WHERE id = 1", ["ent_6 extends hold_5 beyond the limit of key_1"]),
        (
            "INSERT INTO epochs VALUES (2, 0); UPDATE entries SET epoch = 2 WHERE id >= 6",
            ["hold_5 is of epoch 1, ent_6 of epoch 2"]
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
        var ledger = play.ledger
        let open = try #require(ledger.openHolds[HoldID(5)])
        let usd = { Money(nanodollars: $0) }
        let step = ledger.step(.extend(open.id, outputTokens: 1), at: Instant(seconds: 9))
        for (id, before) in [(5, 429_999), (2, 310_000), (9, 1)] as [(Int64, Int64)] {
            let hold = open.with(id: HoldID(id))
            let records = step.records.map { record -> LedgerRecord in
                if case .holdExtended = record { .holdExtended(hold, from: usd(before)) } else { record }
            }
            #expect(throws: StoreFailure.self) { try store.commit(records) }
        }
        try play.play(LedgerStory("as before", "settle h2 10 210 · charged 0.00043 · settle h3 10 1 · charged 0.000012"))
        #expect(try store.verify() == .ok(entries: 10, accounts: 1))
    }

    /// What versions before left behind: without a chain, without growing holds, with a table of holds.
    @Test(arguments: 1...4) func `an older ledger is brought up to date and keeps every row`(number: Int) throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let old = try OldLedger(of: play, schema: number)
        let store = try SQLiteLedgerStore(path: old.path)
        #expect(try store.verify() == .ok(entries: 11, accounts: 2))
        let (one, other) = (try store.load(), try play.stage.store.load())
        #expect(one.openHolds == other.openHolds && one.balances == other.balances && one.lastEntry == other.lastEntry)
        #expect(one.credits == other.credits && one.spent == other.spent)
        #expect(try schema(old.path) == schema(play.stage.path))
        let live = Purse(account: AccountID(1), book: .live)
        #expect(
            try store.statement(of: live, from: nil, to: nil) == play.stage.store.statement(of: live, from: nil, to: nil))
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

extension Hold {
    fileprivate func with(id: HoldID) -> Hold {
        Hold(
            id: id, request: request, account: account, book: book, key: key, price: price, model: model, amount: amount,
            inputFairTokens: inputFairTokens, epoch: epoch, opened: opened, state: state, attempts: attempts, engine: engine,
            accepted: accepted, outputTokens: outputTokens, closing: closing)
    }
}
