import Commerce
import Testing
import Units

@Suite struct `Prices` {
    @Test func `the reference's sample costs 0_00000435`() throws {
        let price = try #require(PriceList.builtInChat.first { $0.model == "gpt-4o-mini" }).price
        #expect(price.charge(for: Usage(promptTokens: 17, completionTokens: 3)) == Money(nanodollars: 4350))
    }

    @Test(arguments: [
        ("gpt-4o-mini", "0.15", "0.60"), ("gpt-4o", "2.50", "10.00"), ("gpt-4.1", "2.00", "8.00"),
        ("gpt-4.1-mini", "0.40", "1.60"),
        ("gpt-4.1-nano", "0.10", "0.40"),
    ])
    func `the built-in prices are the reference's`(model: String, input: String, output: String) throws {
        let price = try #require(PriceList.builtInChat.first { $0.model == model }).price
        #expect(
            price
                == ModelPrice(
                    input: try #require(Rate(dollarsPerMillion: input)), output: try #require(Rate(dollarsPerMillion: output))))
        #expect(PriceList.builtInChat.count == 5)
    }

    @Test func `a model without a price is free to try with a test key and refused to a live one`() {
        let trial = PriceVersion(id: PriceID(1), model: PriceList.trialName(of: "m"), price: .free, since: Instant(seconds: 1))
        #expect(PriceList([trial]).version(for: "m", in: .test) == trial)
        #expect(PriceList([trial]).version(for: "m", in: .live) == nil)
    }

    @Test func `the latest version of a price is in force, in whatever order they come`() {
        let versions = [2, 3, 1].map {
            PriceVersion(id: PriceID($0), model: "m", price: .free, since: Instant(seconds: $0))
        }
        #expect(PriceList(versions).version(for: "m", in: .live)?.id == PriceID(3))
        #expect(PriceList(versions).version(for: "n", in: .live) == nil)
    }

    @Test(arguments: [
        (
            Usage(promptTokens: 17, completionTokens: 3), 4350, 0, "",
            "gpt-4o-mini: 17 input × $0.15/M + 3 output × $0.60/M = $0.00000435 (measured, price_1)"
        ),
        (
            Usage(promptTokens: 17, cachedTokens: 7, completionTokens: 3), 3825, 0, "drained",
            "gpt-4o-mini: 10 input × $0.15/M + 7 cached × $0.075/M + 3 output × $0.60/M = $0.000003825 (measured, price_1); drained"
        ),
        (
            Usage(promptTokens: 17, completionTokens: 3), 4000, 350, "",
            "gpt-4o-mini: 17 input × $0.15/M + 3 output × $0.60/M = $0.00000435, paid $0.000004, written off $0.00000035 "
                + "(measured, price_1)"
        ),
        (
            Usage(promptTokens: 17, completionTokens: 3), 4000, 0, "",
            "gpt-4o-mini: 17 input × $0.15/M + 3 output × $0.60/M = $0.00000435, no more than the hold of $0.000004 is charged "
                + "(measured, price_1)"
        ),
    ])
    func `a charge shows its arithmetic`(usage: Usage, charge: Int64, writeoff: Int64, remark: String, note: String) throws {
        let price = ModelPrice(
            input: try #require(Rate(dollarsPerMillion: "0.15")), cachedInput: Rate(dollarsPerMillion: "0.075"),
            output: try #require(Rate(dollarsPerMillion: "0.60")))
        let version = PriceVersion(id: PriceID(1), model: "gpt-4o-mini", price: price, since: Instant(seconds: 0))
        let made = ChargeNote(
            price: version, usage: usage, source: .measured, charge: Money(nanodollars: charge),
            writeoff: Money(nanodollars: writeoff), remark: remark)
        #expect(made.description == note)
    }

    @Test func `a charge that was rounded says so`() throws {
        let rate = try #require(Rate(nanodollarsPerMillion: 1))
        let version = PriceVersion(
            id: PriceID(2), model: "m", price: ModelPrice(input: rate, output: rate), since: Instant(seconds: 0))
        let note = ChargeNote(
            price: version, usage: Usage(promptTokens: 1, completionTokens: 0), source: .counted, charge: Money(nanodollars: 1),
            writeoff: .zero, remark: "")
        #expect(note.description.hasSuffix("= $0.000000001 rounded up (counted, price_2)"))
    }
}
