import TestKit
import Testing
import Units

@Suite struct `Rates and costs` {
    @Test(arguments: [("0.15", 150_000_000), ("0.0028", 2_800_000), ("0", 0), ("1000000", 1_000_000_000_000_000)])
    func `a price list's figure is an integer`(text: String, nanodollarsPerMillion: Int64) {
        #expect(Rate(dollarsPerMillion: text)?.nanodollarsPerMillion == nanodollarsPerMillion)
    }

    @Test(arguments: ["-0.01", "1000000.000000001", "1e6", "", "0.0000000001"])
    func `a rate out of range is refused`(text: String) {
        #expect(Rate(dollarsPerMillion: text) == nil)
    }

    @Test func `a rate is written as price lists are`() {
        #expect(Rate(dollarsPerMillion: "0.15")?.dollarsPerMillion == "0.150000")
    }

    /// nanodollars per million, quantity, nanodollars
    @Test(arguments: [
        (1_000_000, 1, 1), (1_000_000, 0, 0), (1, 1, 1), (1, 1_000_000, 1), (1, 1_000_001, 2), (0, 2_147_483_648, 0),
        (150_000_000, 17, 2_550), (999_999, 1, 1), (1_000_001, 1, 2),
        (1_000_000_000_000_000, 2_147_483_648, 2_147_483_648_000_000_000),
    ])
    func `a cost is rounded up to a nanodollar`(rate: Int64, quantity: Int, nanodollars: Int64) throws {
        let rate = try #require(Rate(nanodollarsPerMillion: rate))
        #expect(Rate.cost([(quantity, rate)]) == Money(nanodollars: nanodollars))
    }

    @Test func `several quantities are rounded once, not each`() throws {
        let rate = try #require(Rate(nanodollarsPerMillion: 300_000))
        #expect(Rate.cost([(1, rate), (1, rate), (1, rate)]) == Money(nanodollars: 1))
    }

    @Test func `a cost that does not fit is nil`() throws {
        let dearest = try #require(Rate(nanodollarsPerMillion: Rate.nanodollarsPerMillionMax))
        #expect(Rate.cost(Array(repeating: (Rate.quantityMax, dearest), count: 4)) != nil)
        #expect(Rate.cost(Array(repeating: (Rate.quantityMax, dearest), count: 5)) == nil)
    }

    @Test(arguments: [
        (Usage(promptTokens: 17, cachedTokens: 17, completionTokens: 3, reasoningTokens: 3), true),
        (Usage(promptTokens: 17, cachedTokens: 18, completionTokens: 3), false),
        (Usage(promptTokens: 17, completionTokens: 3, reasoningTokens: 4), false),
        (Usage(promptTokens: -1, completionTokens: 3), false), (Usage(promptTokens: 1, completionTokens: -3), false),
        (Usage(promptTokens: 1 << 31, completionTokens: 1 << 31), true),
        (Usage(promptTokens: 1 << 31 + 1, completionTokens: 0), false),
        (Usage(promptTokens: .max, completionTokens: .max), false),
        (Usage(promptTokens: 5, cachedTokens: -1, completionTokens: 0), false),
    ])
    func `only counts that make sense are plausible`(usage: Usage, plausible: Bool) {
        #expect(usage.isPlausible == plausible)
    }

    @Test func `adding up an absurd report does not crash`() {
        #expect(Usage(promptTokens: .max, completionTokens: .max).totalTokens == .max)
    }
}
