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

        var isNone: Bool { self == Amounts() }
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

    var isNone: Bool { self == RateLimits(minute: Amounts()) }
}

/// The limits of everybody.
package struct LimitRules: Hashable, Sendable {
    /// Of each key.
    package var key: RateLimits
    /// Of each account in each of its books, all its keys together.
    package var account: RateLimits
    /// Of each account for one model, by the model's id.
    package var models: [String: RateLimits]

    package init(
        key: RateLimits = RateLimits(), account: RateLimits = RateLimits(), models: [String: RateLimits] = [:]
    ) {
        self.key = key
        self.account = account
        self.models = models.filter { !$0.value.isNone }
    }

    var areNone: Bool { key.isNone && account.isNone && models.isEmpty }

    /// Whether anything is counted by the day: then what was used today is known again after a restart.
    package var countDays: Bool {
        !key.day.isNone || !account.day.isNone || models.values.contains { !$0.day.isNone }
    }
}
