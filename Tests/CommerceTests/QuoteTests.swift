import Commerce
import TestKit
import Testing
import Units

@Suite struct `Quotes` {
    @Test(arguments: 1...8)
    func `what is afforded is never above what there is, covers the fair case, and grows with the balance`(number: UInt64) throws
    {
        var seed = Seed(number)
        for _ in 0..<400 {
            let quote = try randomQuote(&seed)
            let least = try #require(quote.least)
            let bound = try #require(quote.bound)
            #expect(least <= bound, "\(seed)")
            var before: (hold: Money, outputCap: Int)?
            for available in steps(from: least, to: bound) {
                let afforded = quote.afforded(by: available)
                #expect((afforded == nil) == (available < least), "\(seed)")
                guard let afforded else { continue }
                #expect(afforded.hold <= available && afforded.hold <= bound, "\(seed)")
                #expect(afforded.outputCap >= min(quote.outputCap, Quote.outputFloor), "\(seed)")
                #expect(afforded.outputCap <= quote.outputCap, "\(seed)")
                #expect(try cost(quote, cap: afforded.outputCap) <= afforded.hold, "\(seed)")
                if afforded.outputCap < quote.outputCap {
                    #expect(try cost(quote, cap: afforded.outputCap + 1) > afforded.hold, "the cap is the largest, \(seed)")
                }
                if let before {
                    #expect(before.hold <= afforded.hold && before.outputCap <= afforded.outputCap, "\(seed)")
                }
                before = afforded
            }
            #expect(before?.outputCap == quote.outputCap, "\(seed)")
        }
    }

    @Test(arguments: 1...8)
    func `a first tranche is within what there is, covers the fair case, grows with the balance and leaves the cap alone`(
        number: UInt64
    ) throws {
        var seed = Seed(number)
        for _ in 0..<400 {
            let whole = try randomQuote(&seed)
            let quote = Quote(
                price: whole.price, inputBoundTokens: whole.inputBoundTokens, inputFairTokens: whole.inputFairTokens,
                choices: whole.choices, outputCap: whole.outputCap, extraOutputTokens: whole.extraOutputTokens,
                tranche: [1, 16, 100, 1024].randomElement(using: &seed),
                inputHiddenTokens: [0, 100, 9000].randomElement(using: &seed) ?? 0)
            let (least, bound) = (try #require(quote.least), try #require(quote.bound))
            var before = Money.zero
            for available in steps(from: least, to: bound) {
                let all = whole.afforded(by: available)
                guard let first = quote.afforded(by: available) else {
                    #expect(all == nil, "\(seed)")
                    continue
                }
                #expect(first.outputCap == all?.outputCap, "\(seed)")
                #expect(first.hold >= least && first.hold <= min(bound, available) && first.hold >= before, "\(seed)")
                before = first.hold
            }
            let tokens = quote.outputTokens(paidBy: before, prompt: .fair)
            let (bounded, shown) = (
                quote.outputTokens(paidBy: before, prompt: .bound), quote.outputTokens(paidBy: before, prompt: .shown)
            )
            #expect(bounded <= shown && shown <= tokens, "\(seed)")
            if tokens < 1 << 30 {
                let output = { tokens in
                    Rate.cost([
                        (quote.inputFairTokens, quote.price.price.input),
                        (quote.extraOutputTokens + tokens, quote.price.price.output),
                    ])
                }
                #expect(output(tokens).map { $0 <= before } ?? false, "\(seed)")
                #expect(output(tokens + 1).map { $0 > before } ?? false, "the count is the largest, \(seed)")
            }
        }
    }

    @Test func `the fair estimate never exceeds the bound`() {
        let quote = Quote(price: version(1, 1), inputBoundTokens: 5, inputFairTokens: 50, choices: 1, outputCap: 1)
        #expect(quote.inputFairTokens == 5)
    }

    @Test func `a dearer cached rate counts in the bound`() {
        let price = ModelPrice(input: .free, cachedInput: Rate(dollarsPerMillion: "1"), output: .free)
        let version = PriceVersion(id: PriceID(1), model: "m", price: price, since: Instant(seconds: 0))
        let quote = Quote(price: version, inputBoundTokens: 5, inputFairTokens: 5, choices: 1, outputCap: 1)
        #expect(quote.bound == Money(nanodollars: 5000))
        #expect(quote.least == .zero)
    }

    @Test func `the dearest price times the most tokens still fits`() throws {
        let dearest = try #require(Rate(nanodollarsPerMillion: Rate.nanodollarsPerMillionMax))
        let version = PriceVersion(
            id: PriceID(1), model: "m", price: ModelPrice(input: dearest, output: dearest), since: Instant(seconds: 0))
        let quote = Quote(
            price: version, inputBoundTokens: Rate.quantityMax, inputFairTokens: 0, choices: 128,
            outputCap: Rate.quantityMax / 128)
        #expect(quote.bound != nil)
        #expect(quote.afforded(by: Money(nanodollars: .max)) != nil)
    }

    private func cost(_ quote: Quote, cap: Int) throws -> Money {
        let output = cap * quote.choices + quote.extraOutputTokens
        return try #require(
            Rate.cost([(quote.inputFairTokens, quote.price.price.input), (output, quote.price.price.output)]))
    }

    private func steps(from least: Money, to bound: Money) -> [Money] {
        let low = least.nanodollars
        let high = bound.nanodollars
        let between = (0...12).map { low + (high - low) / 12 * $0 }
        return ([0, low - 1, low, low + 1] + between + [high - 1, high, high + 1]).filter { $0 >= 0 }.sorted()
            .map(Money.init(nanodollars:))
    }

    private func randomQuote(_ seed: inout Seed) throws -> Quote {
        let rates: [Int64] = [0, 1, 999_999, 1_000_000, 150_000_000, 600_000_000, 10_000_000_000, 333_333_333]
        let input = rates.randomElement(using: &seed) ?? 0
        let output = rates.randomElement(using: &seed) ?? 0
        let bound = Int.random(in: 0...5000, using: &seed)
        return Quote(
            price: version(input, output, perMillion: true), inputBoundTokens: bound, inputFairTokens: bound / 3,
            choices: [1, 1, 2, 128].randomElement(using: &seed) ?? 1,
            outputCap: [1, 15, 16, 17, 1000, 128_000].randomElement(using: &seed) ?? 1,
            extraOutputTokens: [0, 0, 7, 300].randomElement(using: &seed) ?? 0)
    }

    private func version(_ input: Int64, _ output: Int64, perMillion: Bool = false) -> PriceVersion {
        let scale: Int64 = perMillion ? 1 : 1_000_000_000
        return PriceVersion(
            id: PriceID(1), model: "m",
            price: ModelPrice(
                input: Rate(nanodollarsPerMillion: input * scale) ?? .free,
                output: Rate(nanodollarsPerMillion: output * scale) ?? .free),
            since: Instant(seconds: 0))
    }
}
