import Commerce
import TestKit
import Testing
import Units

@testable import Gateway

/// A dollar a million tokens, in and out: a token is 1,000 nanodollars.
struct FundsMeterTests {
    private func quote(bound: Int = 100, fair: Int = 40, choices: Int = 1, cap: Int = 10_000, extra: Int = 0) throws -> Quote {
        let rate = try #require(Rate(dollarsPerMillion: "1"))
        let version = PriceVersion(
            id: PriceID(1), model: "m", price: ModelPrice(input: rate, output: rate), since: Instant(seconds: 0))
        return Quote(
            price: version, inputBoundTokens: bound, inputFairTokens: fair, choices: choices, outputCap: cap,
            extraOutputTokens: extra, tranche: 1000)
    }

    private func meter(_ quote: Quote, tokens: Int, cap: Int = 10_000) -> FundsMeter {
        FundsMeter(quote, HeldFunds(hold: HoldID(1), amount: Money(nanodollars: Int64(tokens) * 1000), outputCap: cap))
    }

    @Test func `the prompt is kept at its bound, and more is asked for at half`() throws {
        var meter = meter(try quote(), tokens: 1100)
        #expect(meter.limit == 1000 && meter.askAt == 500)
        #expect(meter.wish(for: 501) == 1000)
        meter.grow(to: Money(nanodollars: 1_500_000))
        #expect(meter.limit == 1400 && meter.askAt == 1200)
    }

    @Test func `what was refused is spent to its end: the prompt at its fair estimate`() throws {
        var meter = meter(try quote(), tokens: 1100)
        meter.spendDown()
        #expect(meter.limit == 1060 && meter.askAt == 1060)
        meter.grow(to: Money(nanodollars: 1_116_000))
        #expect(meter.limit == 1076 && meter.askAt == 1076)
    }

    @Test func `a hold that pays for the cap needs no meter`() throws {
        #expect(meter(try quote(cap: 1000), tokens: 1100, cap: 1000).limit == .max)
        var lowered = meter(try quote(), tokens: 900, cap: 900)
        #expect(lowered.limit == 800)
        #expect(lowered.wish(for: 700) == 100)
        lowered.grow(to: Money(nanodollars: 940_000))
        #expect(lowered.limit == 840)
        lowered.spendDown()
        #expect(lowered.limit == .max && lowered.askAt == .max)
    }

    @Test func `all choices draw on one hold, and what comes unseen is set apart`() throws {
        let meter = meter(try quote(choices: 3, extra: 50), tokens: 3150)
        #expect(meter.limit == 3000)
        #expect(meter.wish(for: 2000) == 3000)
    }

    @Test func `a hold below the prompt's bound counts the fair estimate`() throws {
        #expect(meter(try quote(), tokens: 110).limit == 70)
    }

    /// Nothing that is paid for is kept back for the part of a report that nobody is charged.
    @Test func `a report of more of a prompt than can be is paid by what pays for all that can be`() throws {
        let meter = meter(try quote(), tokens: 150)
        #expect(meter.pays(Usage(promptTokens: 100, completionTokens: 50)))
        #expect(meter.pays(Usage(promptTokens: 9000, cachedTokens: 200, completionTokens: 50)))
        #expect(!meter.pays(Usage(promptTokens: 9000, completionTokens: 51)))
        #expect(!meter.pays(Usage(promptTokens: -1, completionTokens: 1)))
    }

    @Test func `while money lasts an event is a token at least`() throws {
        var meter = meter(try quote(), tokens: 1100)
        var delivered = Delivered()
        for _ in 0..<30 { delivered.count(outputBytes: 1) }
        #expect(meter.metered(delivered) == 30)
        meter.spendDown()
        #expect(meter.metered(delivered) == 10)
    }

    @Test func `what an engine may add to the prompt is set apart when the first hold reaches it`() throws {
        let rate = try #require(Rate(dollarsPerMillion: "1"))
        let version = PriceVersion(
            id: PriceID(1), model: "m", price: ModelPrice(input: rate, output: rate), since: Instant(seconds: 0))
        let quote = Quote(
            price: version, inputBoundTokens: 1100, inputFairTokens: 40, choices: 1, outputCap: 10_000, tranche: 1000,
            inputHiddenTokens: 1000)
        #expect(meter(quote, tokens: 2100).limit == 1000)
        #expect(meter(quote, tokens: 1116).limit == 16)
        #expect(meter(quote, tokens: 1115).limit == 1015)
        #expect(meter(quote, tokens: 115).limit == 75)
    }

    @Test func `whether a usage is paid for is worked out exactly`() throws {
        let meter = meter(try quote(), tokens: 1100)
        #expect(meter.pays(Usage(promptTokens: 100, completionTokens: 1000)))
        #expect(!meter.pays(Usage(promptTokens: 100, completionTokens: 1001)))
        #expect(!meter.pays(Usage(promptTokens: -1, completionTokens: 1)))
    }
}
