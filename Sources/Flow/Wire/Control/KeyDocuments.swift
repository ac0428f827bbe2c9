/// A key as it is listed: everything but its secret. Members that do not apply are null.
package struct KeyDocument: Codable, Hashable, Sendable {
    package let id: String
    /// The account's name.
    package let account: String
    package let accountId: String
    /// `live` or `test`.
    package let mode: String
    package let prefix: String
    package let label: String
    /// null: every model.
    package let models: [String]?
    package let limit: String?
    package let spent: String
    package let expires: String?
    package let created: String
    package let revoked: String?
    /// Limits of its own, by the names that the configuration has for them.
    package let rates: [String: String]
    /// What it asked before is answered again.
    package let caches: Bool

    package init(
        id: String, account: String, accountId: String, mode: String, prefix: String, label: String, models: [String]?,
        limit: String?, spent: String, expires: String?, created: String, revoked: String?, rates: [String: String], caches: Bool
    ) {
        self.rates = rates
        self.caches = caches
        self.id = id
        self.account = account
        self.accountId = accountId
        self.mode = mode
        self.prefix = prefix
        self.label = label
        self.models = models
        self.limit = limit
        self.spent = spent
        self.expires = expires
        self.created = created
        self.revoked = revoked
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(account, forKey: .account)
        try container.encode(accountId, forKey: .accountId)
        try container.encode(mode, forKey: .mode)
        try container.encode(prefix, forKey: .prefix)
        try container.encode(label, forKey: .label)
        try container.encode(models, forKey: .models)
        try container.encode(limit, forKey: .limit)
        try container.encode(spent, forKey: .spent)
        try container.encode(expires, forKey: .expires)
        try container.encode(created, forKey: .created)
        try container.encode(revoked, forKey: .revoked)
        try container.encode(rates, forKey: .rates)
        try container.encode(caches, forKey: .caches)
    }
}

/// `key list`, and with one key `key revoke`.
package struct KeysDocument: Codable, Hashable, Sendable {
    package let keys: [KeyDocument]

    package init(keys: [KeyDocument]) { self.keys = keys }
}

/// The limits that a key may have of its own, by name.
package enum RateName {
    package static let all = [
        "requests_per_minute", "tokens_per_minute", "spend_per_minute", "requests_per_day", "tokens_per_day", "spend_per_day",
        "concurrent",
    ]
}

/// `key create`: the only document that ever carries a secret.
package struct NewKeyDocument: Codable, Hashable, Sendable {
    package let id: String
    package let key: String
    /// The account's name.
    package let account: String
    package let accountId: String
    /// `live` or `test`.
    package let mode: String

    package init(id: String, key: String, account: String, accountId: String, mode: String) {
        self.id = id
        self.key = key
        self.account = account
        self.accountId = accountId
        self.mode = mode
    }
}
