package import Units

/// A job as the ledger carries it: whose it is, which hold pays for it, and an envelope it does not open. It is written in the commit that
/// moves the job's money, so that neither is ever there without the other.
package final class SealedJob: Sendable {
    package let id: Int64
    package let purse: Purse
    package let submitted: Instant
    /// Nothing is left to do for it; its money has been moved.
    package let isOver: Bool
    /// What the flow knows of it.
    package let contents: [UInt8]

    package init(id: Int64, purse: Purse, submitted: Instant, isOver: Bool, contents: [UInt8]) {
        self.id = id
        self.purse = purse
        self.submitted = submitted
        self.isOver = isOver
        self.contents = contents
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
