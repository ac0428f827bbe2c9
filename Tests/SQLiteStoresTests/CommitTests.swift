import Commerce
import Foundation
import GRDB
import SQLiteStores
import TestKit
import Testing
import Units

@Suite struct `Commits` {
    @Test func `a batch whose middle fails leaves nothing`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let store = play.stage.store
        let before = try store.load()
        var ledger = play.ledger
        let good = ledger.step(
            .grant(purse: Purse(account: AccountID(2), book: .live), amount: Money(nanodollars: 5), reference: "x"),
            at: Instant(seconds: 9))
        let hold = try #require(before.openHolds.first)
        var closed = hold
        closed.state = .settled
        let bad: [[LedgerRecord]] = [
            [.holdOpened(hold)], [.keySpent(KeyID(77), Money(nanodollars: 1))], [.keyRevoked(KeyID(77), at: Instant(seconds: 1))],
            [.epoch(Epoch(1), at: Instant(seconds: 1))], [.holdChanged(closed)], good.records,
        ]
        for records in bad {
            #expect(throws: (any Error).self) { try store.commit(good.records + records) }
            let after = try store.load()
            #expect(after.lastEntry == before.lastEntry && after.balances == before.balances && after.credits == before.credits)
        }
        try store.commit(good.records)
        #expect(try store.load().lastEntry == EntryID(before.lastEntry.value + 1))
    }

    @Test func `a closed hold is not closed again`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(LedgerStory("one", "account A · price m 1 1 · key k A live · top-up A 1 r · hold k h1 in=1/1 cap=1"))
        let hold = try #require(try play.stage.store.load().openHolds.first)
        try play.play(LedgerStory("two", "settle h1 1 1"))
        var again = hold
        again.attempts = 2
        #expect(throws: StoreFailure.recordRefused("hold_2 is not open in the store")) {
            try play.stage.store.commit([.holdChanged(again)])
        }
    }

    @Test func `an earlier life writes no more`() throws {
        var play = try LedgerPlay<SQLiteStage>.wellUsed()
        var zombie = play.ledger
        try play.play(LedgerStory("the next life", "crash"))
        let late = zombie.step(
            .grant(purse: Purse(account: AccountID(1), book: .live), amount: Money(nanodollars: 5), reference: "x"),
            at: Instant(seconds: 9))
        #expect(throws: (any Error).self) { try play.stage.store.commit(late.records) }
    }

    @Test func `a customer who hangs up does not roll back a charge`() async throws {
        let stage = try SQLiteStage()
        let store = stage.store
        let records: [LedgerRecord] = [
            .epoch(Epoch(1), at: Instant(seconds: 1)),
            .account(AccountRecord(id: AccountID(1), name: "A", created: Instant(seconds: 1))),
        ]
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                #expect(Task.isCancelled)
                #expect(throws: Never.self) { try store.commit(records) }
            }
        }
        #expect(try store.load().accounts.count == 1)
    }

    @Test func `entries are numbered without gaps`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        var ledger = play.ledger
        let purse = Purse(account: AccountID(1), book: .live)
        let records = ["x", "y"].map { reference in
            ledger.step(.grant(purse: purse, amount: Money(nanodollars: 5), reference: reference), at: Instant(seconds: 9))
                .records
        }
        #expect(throws: StoreFailure.recordRefused("ent_13 does not follow ent_11")) { try play.stage.store.commit(records[1]) }
        try play.stage.store.commit(records[0])
        try play.stage.store.commit(records[1])
    }

    /// What somebody tries, and what the database says to it.
    @Test(arguments: [
        ("UPDATE entries SET note = 'x' WHERE id = 1", "an entry is never changed"),
        ("DELETE FROM entries WHERE id = 11", "an entry is never removed"),
        ("UPDATE prices SET input = 5", "a price is never changed"), ("DELETE FROM prices", "a price is never removed"),
        ("UPDATE epochs SET started = 0", "an epoch is never changed"), ("DELETE FROM epochs", "an epoch is never removed"),
        ("UPDATE entries SET price = 2 WHERE id = 10", "an entry is never changed"),
        ("UPDATE folded SET entry = 10", "what was folded stays folded"), ("DELETE FROM folded", "what was folded stays folded"),
        ("UPDATE grants SET reference = 'other'", "a reference is never changed"),
        ("DELETE FROM grants", "a reference is never removed"),
        ("DELETE FROM keys", "a key is never removed"),
        ("UPDATE keys SET spending_limit = 5", "the terms of a key are never changed"),
        ("UPDATE keys SET spent = -1", "CHECK constraint failed"), ("DELETE FROM accounts", "an account is never removed"),
        ("DELETE FROM balances", "a balance is never removed"),
        ("UPDATE balances SET available = -1", "CHECK constraint failed: available >= 0"),
        ("UPDATE balances SET held = -1", "CHECK constraint failed: held >= 0"),
        (forgery(of: 1, id: 13) + link(to: 12), "ends with the last entry"),
        (forgery(of: 1, epoch: 1) + link(to: 12), "an earlier epoch writes no more"),
        ("INSERT INTO grants SELECT account, book, reference, 3 FROM grants", "UNIQUE constraint failed: grants.account"),
        (forgery(of: 1, available: "available + 1"), "CHECK constraint failed: available + held"),
        (forgery(of: 1, available: "-available", granted: "-granted"), "CHECK constraint failed: kind <> 'grant'"),
        (forgery(of: 3), "UNIQUE constraint failed: entries.hold"), (forgery(of: 11), "CHECK constraint failed: kind <> 'hold'"),
        (forgery(of: 3, hold: "NULL"), "CHECK constraint failed: kind <> 'settle'"),
        (forgery(of: 3, hold: "99"), "CHECK constraint failed: kind <> 'settle'"),
        (forgery(of: 3, kind: "'gift'"), "CHECK constraint failed: kind = 'hold'"),
        (forgery(of: 3, hold: "10", source: "NULL"), "CHECK constraint failed: kind <> 'settle'"),
        (forgery(of: 1, available: "-9999999", granted: "9999999", after: "-1"), "CHECK constraint failed: available_after >= 0"),
    ])
    func `the database itself refuses what the ledger never does`(sql: String, reason: String) throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let database = try DatabaseQueue(path: play.stage.path)
        let error = #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
        #expect(error?.message?.contains(reason) == true, "\(error?.message ?? "")")
        #expect(try play.stage.store.verify() == .ok(entries: 11, accounts: 2))
    }

    /// What every commit ends with: only then is asked what holds for all of it.
    private static func link(to entry: Int) -> String {
        "; INSERT INTO chain SELECT max(batch) + 1, \(entry), zeroblob(32) FROM chain"
    }

    /// One more entry, like another but for what is said.
    private static func forgery(
        of entry: Int, id: Int = 12, epoch: Int = 2, kind: String = "kind", hold: String = "hold",
        available: String = "available", granted: String = "granted", after: String = "available_after",
        source: String = "source"
    ) -> String {
        """
        INSERT INTO entries SELECT \(id), at, \(epoch), \(kind), account, book, key, \(hold), \(available), held, revenue,
            \(granted), writeoff, \(after), held_after, 'again', previous, request, price, input_fair_tokens, engine, attempts,
            accepted, output_tokens, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, \(source)
        FROM entries WHERE id = \(entry)
        """
    }

    @Test func `every column of every record comes back`() throws {
        var stage = try SQLiteStage()
        let at = Instant(microseconds: 1_795_379_328_123_456)
        let key = KeyRecord(
            id: KeyID(1), account: AccountID(1), book: .test, mac: Array(0..<32), prefix: "sk-test-ab", label: "for \"Ümläut\"",
            models: ["m", "n\"o"], limit: Money(nanodollars: 7), expires: at, created: at)
        let none = KeyRecord(
            id: KeyID(2), account: AccountID(1), book: .live, mac: Array(1..<33), prefix: "", label: "", models: [], limit: nil,
            expires: nil, created: at)
        try stage.keep([
            .epoch(Epoch(1), at: at), .account(AccountRecord(id: AccountID(1), name: "Ä", created: at)), .key(key), .key(none),
            .keyRevoked(KeyID(2), at: at.advanced(bySeconds: 1)),
        ])
        let keys = try stage.reopen().keys
        #expect(keys.first == key)
        #expect(keys.last?.models == [])
        #expect(keys.last?.revoked == at.advanced(bySeconds: 1))
    }

    /// A figure, not a race: a batch of this size must stay far below the group-commit window's order of magnitude.
    @Test func `a batch of two hundred holds and settlements takes milliseconds`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(LedgerStory("rich", "account A · price m 1 1 · key k A live · top-up A 1000 r"))
        let store = play.stage.store
        var ledger = play.ledger
        let price = try #require(ledger.price(PriceID(1)))
        let quote = Quote(price: price, inputBoundTokens: 10, inputFairTokens: 10, choices: 1, outputCap: 10)
        let clock = ContinuousClock()
        var fastest = Duration.seconds(60)
        for batch in 0..<20 {
            var records: [LedgerRecord] = []
            for number in 0..<100 {
                let request = HoldRequest(
                    request: RequestID("req_\(batch)_\(number)"), key: KeyID(1), quote: quote, engine: "sandbox")
                let held = ledger.step(.hold(request), at: Instant(seconds: 1))
                guard case .held(let funds) = held.outcome else { continue }
                let usage = Usage(promptTokens: 5, completionTokens: 5)
                let settled = ledger.step(
                    .settle(funds.hold, usage: usage, source: .measured, note: ""), at: Instant(seconds: 2))
                records += held.records + settled.records
            }
            fastest = min(fastest, try clock.measure { try store.commit(records) })
        }
        #expect(fastest < .milliseconds(500))
        #expect(try store.verify() == .ok(entries: 4001, accounts: 1))
    }
}
