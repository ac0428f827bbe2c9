package import Units

/// A job as the ledger carries it: whose it is, which hold pays for it, and an envelope it does not open. It is written in the commit that
/// moves the job's money, so that neither is ever there without the other.
package final class SealedJob: Sendable {
    package let id: Int64
    package let purse: Purse
    package let submitted: Instant
    /// Nothing is left to do for it; its money has been moved.
    package let isOver: Bool
    /// Who did it; nil while that is not known.
    package let engine: String?
    /// What the flow knows of it.
    package let contents: [UInt8]
    /// Its end is to be told somewhere, from then on: that is written down in the commit that ends it. nil: nobody waits to hear of it.
    package let callbackDue: Instant?
    /// Of a job that is opened: what its caller named the submission.
    package let submission: Submission?

    package init(
        id: Int64, purse: Purse, submitted: Instant, isOver: Bool, engine: String? = nil, contents: [UInt8],
        callbackDue: Instant? = nil, submission: Submission? = nil
    ) {
        precondition(isOver || callbackDue == nil, "only an end can be told")
        self.id = id
        self.purse = purse
        self.submitted = submitted
        self.isOver = isOver
        self.engine = engine
        self.contents = contents
        self.callbackDue = callbackDue
        self.submission = submission
    }
}

/// A job as it lies in the store.
package struct StoredJob: Sendable {
    package let job: SealedJob
    package let hold: HoldID

    package init(job: SealedJob, hold: HoldID) {
        self.job = job
        self.hold = hold
    }
}
