package import Units

/// A paid request that its caller named by `Idempotency-Key`: whoever asks again by that name within
/// ``Submission/keptSeconds`` is never charged again.
package struct NamedRequest: Sendable {
    package let submission: Submission
    package let hold: HoldID
    package let purse: Purse
    package let at: Instant

    package init(submission: Submission, hold: HoldID, purse: Purse, at: Instant) {
        self.submission = submission
        self.hold = hold
        self.purse = purse
        self.at = at
    }
}

/// What is known of a named request.
package struct NamedRequestRecord: Sendable {
    package let request: NamedRequest
    package let state: Hold.State
    /// What was paid for it; nil while its hold is open.
    package let charge: Money?
    /// What was answered, sealed; nil when it was not kept: the answer did not come to its end, or was too large.
    package let answer: [UInt8]?

    package init(request: NamedRequest, state: Hold.State, charge: Money?, answer: [UInt8]?) {
        self.request = request
        self.state = state
        self.charge = charge
        self.answer = answer
    }
}
