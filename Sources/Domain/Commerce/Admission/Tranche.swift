package import Units

/// How much is held at a time for an answer whose output is counted while it is made, so that a long answer takes neither more
/// than it needs from others nor less than its caller can pay.
///
/// Source: docs/decisions/0010-holds-in-tranches.md
package enum Tranche {
    /// Output tokens per choice in one hold or extension: about ten seconds of a fast engine, so that extensions are rare beside
    /// commits, while what lies idle is little beside what a long answer costs.
    package static let outputTokens = 1024
    /// One hold or extension takes at most this part of what is free. Twenty answers that begin at once leave half of a balance,
    /// so none is left without, and the last dollar is divided in ever smaller steps instead of going to who came first.
    package static let shareDivisor: Int64 = 32

    /// What is granted of `available`: the price of `outputTokens`, or a fair share when that is less, but always the price of
    /// ``Quote/outputFloor`` tokens as far as it goes.
    /// - Returns: nil when not even one token can be paid; zero when output is free or nothing is asked.
    package static func `extension`(by outputTokens: Int, at rate: Rate, from available: Money) -> Money? {
        let wanted = price(outputTokens, at: rate)
        guard wanted > .zero else { return .zero }
        guard least(at: rate) <= available else { return nil }
        return min(wanted, max(price(Quote.outputFloor, at: rate), share(of: available)), available)
    }

    /// What one token costs: less than that buys nothing.
    package static func least(at rate: Rate) -> Money { price(1, at: rate) }

    static func share(of available: Money) -> Money { Money(nanodollars: available.nanodollars / shareDivisor) }

    private static func price(_ tokens: Int, at rate: Rate) -> Money {
        guard let price = Rate.cost(rate.millionths(min(max(0, tokens), Rate.quantityMax))) else {
            preconditionFailure("one quantity at one rate always fits")
        }
        return price
    }
}
