package import Units

/// What one key, account or model may use; nil: as much as it likes.
package struct RateLimits: Hashable, Sendable {
    /// In one minute, or on one day (UTC).
    package struct Amounts: Hashable, Sendable {
        package var requests: Int?
        package var tokens: Int?
        package var spend: Money?

        package init(requests: Int? = nil, tokens: Int? = nil, spend: Money? = nil) {
            self.requests = requests
            self.tokens = tokens
            self.spend = spend
        }

        package var isNone: Bool { self == Amounts() }
    }

    package var minute: Amounts
    package var day: Amounts
    /// Requests under way at once.
    package var concurrent: Int?

    package init(minute: Amounts, day: Amounts = Amounts(), concurrent: Int? = nil) {
        self.minute = minute
        self.day = day
        self.concurrent = concurrent
    }

    package init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, concurrent: Int? = nil) {
        self.init(minute: Amounts(requests: requestsPerMinute, tokens: tokensPerMinute), concurrent: concurrent)
    }

    package var isNone: Bool { self == RateLimits(minute: Amounts()) }
}

/// By the names that the configuration and keys have for them; money in nanodollars.
extension RateLimits {
    /// What a counter counts to, but for money.
    package static let most = 1_000_000_000

    package var amounts: [String: Int64] {
        let pairs: [(String, Int64?)] = [
            ("requests_per_minute", minute.requests.map(Int64.init)), ("tokens_per_minute", minute.tokens.map(Int64.init)),
            ("spend_per_minute", minute.spend?.nanodollars), ("requests_per_day", day.requests.map(Int64.init)),
            ("tokens_per_day", day.tokens.map(Int64.init)), ("spend_per_day", day.spend?.nanodollars),
            ("concurrent", concurrent.map(Int64.init)),
        ]
        return pairs.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }

    /// - Returns: nil for a name there is not, and for an amount below 1 or beyond ``most``.
    package init?(amounts: [String: Int64]) {
        guard amounts.allSatisfy({ $1 > 0 && ($0.hasPrefix("spend") || $1 <= Int64(RateLimits.most)) }) else { return nil }
        func ofPeriod(_ period: String) -> Amounts {
            Amounts(
                requests: amounts["requests_per_\(period)"].map(Int.init), tokens: amounts["tokens_per_\(period)"].map(Int.init),
                spend: amounts["spend_per_\(period)"].map(Money.init(nanodollars:)))
        }
        self.init(
            minute: ofPeriod("minute"), day: ofPeriod("day"), concurrent: amounts["concurrent"].map(Int.init))
        guard self.amounts == amounts else { return nil }
    }

    /// These, where `own` says nothing.
    package func overridden(by own: RateLimits) -> RateLimits {
        func merged(_ own: Amounts, _ common: Amounts) -> Amounts {
            Amounts(
                requests: own.requests ?? common.requests, tokens: own.tokens ?? common.tokens,
                spend: own.spend ?? common.spend)
        }
        return RateLimits(
            minute: merged(own.minute, minute), day: merged(own.day, day), concurrent: own.concurrent ?? concurrent)
    }
}
