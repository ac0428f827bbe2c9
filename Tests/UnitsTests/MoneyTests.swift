import TestKit
import Testing
import Units

@Suite struct `Amounts of money` {
    @Test(arguments: [
        ("5", 5_000_000_000), ("5.00", 5_000_000_000), ("0.000000001", 1), ("-1.5", -1_500_000_000), ("0", 0), ("-0", 0),
        ("00012.5", 12_500_000_000), ("9223372036.854775807", .max), ("-9223372036.854775808", .min),
    ])
    func `a decimal amount is read exactly`(text: String, nanodollars: Int64) {
        #expect(Money(decimal: text) == Money(nanodollars: nanodollars))
    }

    @Test(arguments: [
        "", "-", ".", "5.", ".5", "+5", " 5", "5 ", "1e3", "1,5", "1.2.3", "--1", "0x10", "٣", "5.0000000000", "0.0000000001",
        "9223372036.854775808", "-9223372036.854775809", "9223372037", "99999999999999999999999999", "NaN", "1_000",
    ])
    func `what cannot be held exactly is refused`(text: String) {
        #expect(Money(decimal: text) == nil)
    }

    @Test(arguments: [
        (4_350, "0.00000435"), (4_998_500_000, "4.998500"), (0, "0.000000"), (-1, "-0.000000001"), (10_000_000_000, "10.000000"),
        (.max, "9223372036.854775807"), (.min, "-9223372036.854775808"),
    ])
    func `an amount is written with six to nine decimals`(nanodollars: Int64, text: String) {
        #expect(Money(nanodollars: nanodollars).description == text)
    }

    @Test(arguments: [
        (4_350, "0.00000435"), (150_000_000, "0.15"), (600_000_000, "0.60"), (0, "0.00"), (-2_500_000_000, "-2.50"),
    ])
    func `an amount in running text has at least two decimals`(nanodollars: Int64, text: String) {
        #expect(Money(nanodollars: nanodollars).brief == text)
    }

    @Test(arguments: [1, 2, 3])
    func `what is written is read back, whatever the amount`(seed: UInt64) {
        var seed = Seed(seed)
        for _ in 0..<2000 {
            let shift = Int64.random(in: 0..<63, using: &seed)
            let money = Money(nanodollars: Int64.random(in: .min ... .max, using: &seed) >> shift)
            #expect(Money(decimal: money.description) == money, "\(seed)")
            #expect(Money(decimal: money.brief) == money, "\(seed)")
        }
    }

    @Test func `a sum from outside that does not fit is nil, not a crash`() {
        let most = Money(nanodollars: .max)
        #expect(most.adding(Money(nanodollars: 1)) == nil)
        #expect(Money(nanodollars: .min).adding(Money(nanodollars: -1)) == nil)
        #expect(most.adding(Money(nanodollars: -1)) == Money(nanodollars: .max - 1))
    }
}
