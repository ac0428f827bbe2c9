package import Units

/// What a limit counts.
package enum RateDimension: String, Hashable, Sendable {
    case requests, tokens
    /// Requests under way.
    case concurrent
    /// Nanodollars.
    case spend
}

/// In what time. Minutes glide; days are those of UTC.
package enum RatePeriod: String, Hashable, Sendable { case minute, day }

/// What a request uses, or may use, of limits.
package struct RateUse: Hashable, Sendable {
    package var tokens: Int
    package var spend: Money

    package init(tokens: Int = 0, spend: Money = .zero) {
        self.tokens = tokens
        self.spend = spend
    }

    package static let none = RateUse()
}

/// Whose limit it is.
package enum RateScope: String, Hashable, Sendable {
    case key, account
    /// Of an account, for one model.
    case model
}

/// How much of one limit is left, as OpenAI's `x-ratelimit-*` fields tell it.
package struct RateQuota: Hashable, Sendable {
    package let limit: Int
    package let remaining: Int
    /// Until all of it is there again if nothing more is asked.
    package let resetMilliseconds: Int

    package init(limit: Int, remaining: Int, resetMilliseconds: Int) {
        self.limit = limit
        self.remaining = remaining
        self.resetMilliseconds = resetMilliseconds
    }
}

/// What is left of a caller's limits a minute; of several that apply, the one with the least left.
package struct RateStanding: Hashable, Sendable {
    package var requests: RateQuota?
    package var tokens: RateQuota?

    package init(requests: RateQuota? = nil, tokens: RateQuota? = nil) {
        self.requests = requests
        self.tokens = tokens
    }
}

/// A request beyond a limit. Nothing was held or counted for it.
package struct RateRefusal: Error, Hashable, Sendable {
    package let scope: RateScope
    package let dimension: RateDimension
    package let period: RatePeriod
    package let limit: Int
    package let used: Int
    package let asked: Int
    /// When it can be asked again; nil: never, it is larger than the limit itself.
    package let retryMilliseconds: Int?
    package let standing: RateStanding

    package init(
        scope: RateScope, dimension: RateDimension, period: RatePeriod = .minute, limit: Int, used: Int, asked: Int,
        retryMilliseconds: Int?, standing: RateStanding
    ) {
        self.period = period
        self.scope = scope
        self.dimension = dimension
        self.limit = limit
        self.used = used
        self.asked = asked
        self.retryMilliseconds = retryMilliseconds
        self.standing = standing
    }
}
