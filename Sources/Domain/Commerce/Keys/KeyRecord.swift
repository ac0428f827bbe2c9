package import Units

/// The two books of every account. A test key moves only test money, and only sandbox engines answer it.
package enum Book: String, Sendable, CaseIterable { case live, test }

/// An API key as it is kept: everything but the secret.
package struct KeyRecord: Hashable, Sendable {
    package let id: KeyID
    package let account: AccountID
    package let book: Book
    /// HMAC-SHA256 of the secret under the server's pepper: 32 bytes.
    package let mac: [UInt8]
    /// The first characters of the secret, to tell keys apart in a list.
    package let prefix: String
    package let label: String
    /// nil: every model.
    package let models: [String]?
    /// The most this key may ever spend, overruns included; nil: no limit of its own.
    package let limit: Money?
    package let expires: Instant?
    /// What it may use beside or in place of what every key may; nil: what every key may.
    package let rates: RateLimits?
    /// Answers to what it asked before are given again, for less.
    package let caches: Bool
    package let created: Instant
    package var revoked: Instant?

    package init(
        id: KeyID, account: AccountID, book: Book, mac: [UInt8], prefix: String, label: String, models: [String]?, limit: Money?,
        expires: Instant?, created: Instant, revoked: Instant? = nil, rates: RateLimits? = nil, caches: Bool = false
    ) {
        self.rates = rates
        self.caches = caches
        self.id = id
        self.account = account
        self.book = book
        self.mac = mac
        self.prefix = prefix
        self.label = label
        self.models = models
        self.limit = limit
        self.expires = expires
        self.created = created
        self.revoked = revoked
    }

    /// nil when the key may be used `now`.
    package func refusal(at now: Instant) -> Refusal? {
        if revoked != nil { return .keyRevoked }
        if let expires, expires <= now { return .keyExpired }
        return nil
    }

    package func allows(model: String) -> Bool { models?.contains(model) ?? true }
}
