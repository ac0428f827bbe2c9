package import Commerce

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
