import Commerce
import SQLiteStores
import TestKit
import Testing
import Units

@Suite struct `Statements and usage` {
    private let live = Purse(account: AccountID(1), book: .live)

    @Test func `every movement is there, with its reason and its arithmetic`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let lines = try play.stage.store.statement(of: live, from: nil, to: nil)
        #expect(lines.map(\.kind) == [.grant, .charge, .release, .charge, .charge, .hold, .hold])
        #expect(lines.map(\.id.value) == [1, 3, 5, 7, 9, 10, 11])
        #expect(lines.map(\.amount.nanodollars) == [1_000_000, -60_000, 0, -58_000, -40_000, -120_000, -20_000])
        #expect(lines.map(\.balanceAfter.nanodollars) == [1_000_000, 940_000, 940_000, 882_000, 842_000, 722_000, 702_000])
        #expect(lines.map(\.request?.description) == [nil, "req_h1", "req_h2", "req_h3", "req_h4", "req_h5", "req_h6"])
        #expect(lines[0].note == "ref1")
        #expect(
            lines[1].note
                == "m: 30 input × $1.00/M + 20 cached × $0.50/M + 10 output × $2.00/M = $0.00006 (measured, price_1)")
        #expect(lines[2].note == "as the story wants")
        #expect(lines[3].note.contains("50 input × $1.00/M + 4 output × $2.00/M = $0.000058 (provisional, price_1); the server"))
        #expect(lines[5].note == "m: set aside while first answers")
    }

    @Test func `a write-off is told`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(
            LedgerStory(
                "overrun",
                "account A · price m 1 1 · key k A live · top-up A 0.000005 r · hold k h1 in=2/2 cap=3 · settle h1 2 10"))
        let line = try #require(try play.stage.store.statement(of: live, from: nil, to: nil).last)
        #expect(
            line.note
                == "m: 2 input × $1.00/M + 10 output × $1.00/M = $0.000012, paid $0.000005, written off $0.000007 "
                + "(measured, price_1)"
        )
        #expect(line.balanceAfter == .zero)
    }

    @Test func `a part of the time keeps the true running figure`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(
            LedgerStory(
                "three days",
                """
                account A · price m 1 1 · key k A live · top-up A 1 r1 · wait 86400
                hold k h1 in=5/5 cap=5 · settle h1 5 5 · wait 86400 · top-up A 1 r2 · hold k h2 in=5/5 cap=5
                """))
        let start = Instant(seconds: 1_780_000_000)
        let store = play.stage.store
        let middle = try store.statement(of: live, from: start.advanced(bySeconds: 1), to: start.advanced(bySeconds: 172_800))
        #expect(middle.map(\.balanceAfter) == [Money(nanodollars: 999_990_000)])
        let rest = try store.statement(of: live, from: start.advanced(bySeconds: 172_800), to: nil)
        #expect(rest.map(\.kind) == [.grant, .hold])
        #expect(rest.map(\.balanceAfter) == [Money(nanodollars: 1_999_990_000), Money(nanodollars: 1_999_980_000)])
        #expect(try store.statement(of: live, from: nil, to: start) == [])
        #expect(try store.statement(of: Purse(account: AccountID(1), book: .test), from: nil, to: nil) == [])
    }

    @Test func `usage is by day and model`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(
            LedgerStory(
                "two days",
                """
                account A · price m 1 1 · price n 2 2 · key k A live · key t A test · top-up A 1 r1 · top-up A 1 r1 test
                hold k h1 m in=5/5 cap=5 · settle h1 5 3 cached 2 · hold k h2 m in=5/5 cap=5 · settle h2 4 1
                hold k h3 n in=5/5 cap=5 · settle h3 1 1 · hold k h4 m in=5/5 cap=5 · release h4 · hold k h5 m in=5/5 cap=5
                hold t h6 m in=5/5 cap=5 · settle h6 5 5 · wait 86400 · hold k h7 m in=5/5 cap=5 · progress h7 2 · crash · recover h7
                """))
        let lines = try play.stage.store.usage(of: live, from: nil, to: nil, model: nil)
        #expect(
            lines == [
                UsageLine(
                    day: "2026-05-28", model: "m", requests: 2, promptTokens: 9, cachedTokens: 2, completionTokens: 4,
                    cost: Money(nanodollars: 13_000)),
                UsageLine(
                    day: "2026-05-28", model: "n", requests: 1, promptTokens: 1, cachedTokens: 0, completionTokens: 1,
                    cost: Money(nanodollars: 4_000)),
                UsageLine(
                    day: "2026-05-29", model: "m", requests: 1, promptTokens: 5, cachedTokens: 0, completionTokens: 2,
                    cost: Money(nanodollars: 7_000)),
            ])
        #expect(try play.stage.store.usage(of: live, from: nil, to: nil, model: "n").map(\.model) == ["n"])
        let later = Instant(seconds: 1_780_000_001)
        #expect(try play.stage.store.usage(of: live, from: later, to: nil, model: nil).map(\.day) == ["2026-05-29"])
        #expect(
            try play.stage.store.usage(of: live, from: nil, to: later, model: nil).map(\.day) == ["2026-05-28", "2026-05-28"])
    }
}
