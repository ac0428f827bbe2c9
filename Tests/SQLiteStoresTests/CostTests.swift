import Commerce
import TestKit
import Testing
import Units

@testable import SQLiteStores

@Suite struct `The cost book` {
    private let start = Instant(seconds: 1_780_000_000)

    private func attempt(
        _ number: Int, _ outcome: ProviderAttempt.Outcome = .answered, reported: Usage? = nil, cost: Int64?, hold: HoldID
    ) -> ProviderAttempt {
        ProviderAttempt(
            hold: hold, number: number, engine: "e", model: "up", outcome: outcome, reported: reported,
            cost: cost.map(Money.init(nanodollars:)))
    }

    @Test func `income and cost stand beside each other by day and model`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(
            LedgerStory(
                "two days",
                """
                account A · price m 1 1 · key k A live · top-up A 1 r1 · hold k h1 in=5/5 cap=5 · settle h1 5 5
                hold k h2 in=5/5 cap=5 · settle h2 5 5 · wait 86400 · hold k h3 in=5/5 cap=5 · settle h3 5 5
                hold k h4 in=5/5 cap=5 · release h4
                """))
        let store = play.stage.store
        let holds = try store.statement(of: Purse(account: AccountID(1), book: .live), from: nil, to: nil)
        #expect(holds.map(\.id.value) == [1, 3, 5, 7, 9])
        let (first, third, fourth) = (HoldID(2), HoldID(6), HoldID(8))
        let reported = Usage(promptTokens: 6, completionTokens: 5)
        let later = start.advanced(bySeconds: 86_400)
        try store.commit([
            .attempt(attempt(1, .unknown, cost: nil, hold: first), at: start),
            .attempt(attempt(2, reported: reported, cost: 7000, hold: first), at: start),
            // The same again, as a worker that was restarted would say it.
            .attempt(attempt(2, cost: 9_999_999, hold: first), at: later),
            .attempt(attempt(1, .brokeOff, cost: 12_000, hold: third), at: later),
            .attempt(attempt(1, .failed, cost: 0, hold: fourth), at: later),
        ])
        let lines = try store.margins(from: nil, to: nil, model: nil)
        #expect(
            lines == [
                MarginLine(
                    day: "2026-05-28", model: "m", requests: 2, requestsWithoutCost: 1, charged: Money(nanodollars: 20_000),
                    attempts: 2, attemptsFailed: 1, cost: Money(nanodollars: 7000), billedUnits: 10, reportedUnits: 11),
                MarginLine(
                    day: "2026-05-29", model: "m", requests: 1, charged: Money(nanodollars: 10_000), attempts: 2,
                    attemptsFailed: 2, cost: Money(nanodollars: 12_000)),
            ])
        #expect(lines.map(\.margin.nanodollars) == [13_000, -2000])
        #expect(try store.margins(from: later, to: nil, model: nil).map(\.day) == ["2026-05-29"])
        #expect(try store.margins(from: nil, to: nil, model: "other") == [])
        guard case .ok = try store.verify() else {
            Issue.record("the cost book changes nothing of the money")
            return
        }
    }

    @Test func `test money is not in it`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(
            LedgerStory(
                "a test", "account A · price m 1 1 · key k A test · top-up A 1 r1 test · hold k h1 in=5/5 cap=5 · settle h1 5 5"))
        try play.stage.store.commit([.attempt(attempt(1, cost: 5, hold: HoldID(2)), at: start)])
        #expect(try play.stage.store.margins(from: nil, to: nil, model: nil) == [])
    }
}
