/// What one key, account or model may use; nil: as much as it likes.
package struct RateLimits: Hashable, Sendable {
    package var requestsPerMinute: Int?
    package var tokensPerMinute: Int?
    /// Requests under way at once.
    package var concurrent: Int?

    package init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, concurrent: Int? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.concurrent = concurrent
    }

    var isNone: Bool { self == RateLimits() }
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
}
