package import Units

/// How far it has come with telling a job's end.
package struct CallbackStanding: Hashable, Sendable {
    package let job: Int64
    /// How often it was tried, without success.
    package let attempts: Int
    /// When it is tried next; nil: it was delivered or given up, and is forgotten.
    package let due: Instant?

    package init(job: Int64, attempts: Int, due: Instant?) {
        self.job = job
        self.attempts = attempts
        self.due = due
    }
}

/// A job that is over, and whose end is still to be told.
package struct OwedCallback: Sendable {
    package let stored: StoredJob
    /// How often it was tried, without success.
    package let attempts: Int

    package init(stored: StoredJob, attempts: Int) {
        self.stored = stored
        self.attempts = attempts
    }

    package var account: AccountID { stored.job.purse.account }
}
