/// A price: nanodollars per 1,000,000 units (tokens, characters) — the unit in which price lists are written, scaled by 10^9.
///
/// `$0.10` per million tokens is `Rate(nanodollarsPerMillion: 100_000_000)`, and `$0.0028` is still an integer.
package struct Rate: Hashable, Comparable, Sendable {
    package let nanodollarsPerMillion: Int64

    /// The dearest rate that is accepted: $1,000,000 per million units. Anything above is a slip of the pen.
    package static let nanodollarsPerMillionMax: Int64 = 1_000_000_000_000_000

    package static let free = Rate(unchecked: 0)

    private init(unchecked value: Int64) { nanodollarsPerMillion = value }

    /// nil when negative or above ``nanodollarsPerMillionMax``.
    package init?(nanodollarsPerMillion value: Int64) {
        guard value >= 0, value <= Rate.nanodollarsPerMillionMax else { return nil }
        nanodollarsPerMillion = value
    }

    /// Reads decimal US dollars per million units, `0.15`; nil when it is not one, or is out of range.
    package init?(dollarsPerMillion text: some StringProtocol) {
        guard let value = Int64(decimal: text, places: 9) else { return nil }
        self.init(nanodollarsPerMillion: value)
    }

    package static func < (left: Rate, right: Rate) -> Bool { left.nanodollarsPerMillion < right.nanodollarsPerMillion }

    /// US dollars per million units, `0.150000`.
    package var dollarsPerMillion: String { Money(nanodollars: nanodollarsPerMillion).description }
}

extension Rate {
    /// What several quantities cost together: multiplied first, added exactly, rounded up once.
    ///
    /// Quantities are clamped to 0...2^31: 2^31 units at the dearest rate is about 2×10^24 before division, so `Int128` never
    /// overflows, and the quotient of a few terms fits `Int64`.
    /// - Returns: nil when the sum does not fit ``Money``.
    package static func cost(_ terms: [(quantity: Int, rate: Rate)]) -> Money? {
        cost(terms.reduce(0) { $0 + $1.rate.millionths($1.quantity) })
    }

    /// What `quantity` units cost, in millionths of a nanodollar: to be added up before it is rounded.
    package func millionths(_ quantity: Int) -> Int128 {
        precondition(quantity >= 0 && quantity <= Rate.quantityMax, "a quantity is within 0...2^31")
        return Int128(quantity) * Int128(nanodollarsPerMillion)
    }

    /// A sum of ``millionths(_:)``, rounded up.
    /// - Returns: nil when it does not fit ``Money``.
    package static func cost(_ millionths: Int128) -> Money? {
        // Nearly every sum fits a word, and dividing a word takes a tenth of the time.
        if let word = Int64(exactly: millionths), word >= 0 {
            let (whole, rest) = word.quotientAndRemainder(dividingBy: 1_000_000)
            return Money(nanodollars: rest > 0 ? whole + 1 : whole)
        }
        guard let nanodollars = Int64(exactly: millionths.dividedRoundingUp(by: 1_000_000)) else { return nil }
        return Money(nanodollars: nanodollars)
    }

    /// The largest quantity that is priced. Far above every context window; a usage report beyond it is refused as malformed.
    package static let quantityMax = 1 << 31
}

extension Int128 {
    /// The quotient of a non-negative number, rounded up.
    package func dividedRoundingUp(by divisor: Int128) -> Int128 {
        precondition(self >= 0 && divisor > 0, "only non-negative amounts are divided")
        return (self + divisor - 1) / divisor
    }
}
