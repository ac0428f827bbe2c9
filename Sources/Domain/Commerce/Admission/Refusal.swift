package import Units

/// Why a caller is not served: expected, typed, and free of charge.
package enum Refusal: Error, Hashable, Sendable {
    case noKey
    case unknownKey
    case keyRevoked
    case keyExpired
    /// The key may not use this model.
    case modelNotAllowed(model: String)
    case modelUnknown(model: String)
    /// The model is listed but has no price, so a live key cannot use it.
    case modelNotPriced(model: String)
    /// The model is listed and priced but no engine serves it.
    case engineUnavailable(model: String)
    case insufficientBalance(needed: Money, available: Money)
    /// The key's own spending limit leaves too little.
    case keyLimitReached(needed: Money, left: Money)
    /// A limit of the key, its account or the model for it is reached.
    case rateLimited(RateRefusal)
    /// The writer has more work than it finishes in a second; nothing was held.
    case busy
    /// So many jobs of this account and book are not over, and no more may be.
    case tooManyJobs(limit: Int)
    /// The same of speeches.
    case tooManySpeeches(limit: Int)
    /// The server is going down or the ledger is in quarantine.
    case notAdmitting
    /// A submission of the same name is being taken at this moment.
    case submissionInFlight
    /// The name was given to another submission before.
    case submissionNameTaken
    /// The request of this name was paid for, and what was answered was not kept.
    case alreadyCompleted(charge: Money)
    /// The request would be larger than anything that can be priced.
    case notPriceable
}
