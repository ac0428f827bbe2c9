/// An exact amount of US dollars, counted in nanodollars (1 USD = 1_000_000_000), at most about ±9.2 billion dollars.
///
/// Source: docs/decisions/0002-money.md
package struct Money: Hashable, Comparable, Sendable {
    package let nanodollars: Int64

    package init(nanodollars: Int64) { self.nanodollars = nanodollars }

    package static let zero = Money(nanodollars: 0)
    package static let nanodollarsPerDollar: Int64 = 1_000_000_000

    package static func < (left: Money, right: Money) -> Bool { left.nanodollars < right.nanodollars }

    /// The sum. An amount that no longer fits is a fault of ours, not of a caller: inputs are bounded before they are added.
    package static func + (left: Money, right: Money) -> Money {
        Money(nanodollars: left.nanodollars + right.nanodollars)
    }

    package static func - (left: Money, right: Money) -> Money {
        Money(nanodollars: left.nanodollars - right.nanodollars)
    }

    package static prefix func - (money: Money) -> Money { Money(nanodollars: -money.nanodollars) }

    package static func += (left: inout Money, right: Money) { left = left + right }
    package static func -= (left: inout Money, right: Money) { left = left - right }

    /// The sum, or nil when it does not fit: for amounts that come from outside.
    package func adding(_ other: Money) -> Money? {
        let (sum, overflow) = nanodollars.addingReportingOverflow(other.nanodollars)
        return overflow ? nil : Money(nanodollars: sum)
    }
}
