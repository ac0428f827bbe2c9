package import Units

/// What the ledger's records are written to and read back from.
package protocol LedgerJournal: Sendable {
    func load() throws -> LedgerImage
    /// All records or none, durable when it returns.
    /// - Throws: ``StoreHindrance`` when it is certain that nothing was written: it may be tried again. After anything else
    ///   nothing is known, and the process must end and recover.
    func commit(_ records: [LedgerRecord]) throws
}

/// Where the ledger is kept. One process writes; whoever reads does not wait for it.
package protocol LedgerStore: LedgerJournal {
    /// Gives up what was set aside for a full disk, so that what is under way can be finished.
    func makeRoom()
    /// Whether there is room for new business; sets aside again what was given up.
    func hasRoom() -> Bool
    /// Housekeeping that no commit should have to wait for. Called on the writer's thread when nothing has come for a while.
    /// - Throws: what leaves the store in doubt, as after a failed ``LedgerJournal/commit(_:)``.
    func rest() throws

    /// Every movement of one book, oldest first.
    func statement(of purse: Purse, from: Instant?, to: Instant?) throws -> [StatementLine]
    /// The last movements of one book, the newest first, without what is still held.
    /// - Parameter entry: only those before it; nil: from the end.
    func movements(of purse: Purse, before entry: EntryID?, limit: Int) throws -> [StatementLine]
    /// What is held and for which request, the oldest first.
    func openHolds(of purse: Purse) throws -> [StatementLine]
    /// What each key of a book has paid, by its settled requests.
    func usageByKey(of purse: Purse, from: Instant?, to: Instant?) throws -> [KeyUsage]
    /// Settled requests by day (UTC) and model, oldest first.
    func usage(of purse: Purse, from: Instant?, to: Instant?, model: String?) throws -> [UsageLine]
    /// What live keys paid and what engines cost, by day (UTC) and model, oldest first.
    func margins(from: Instant?, to: Instant?, model: String?) throws -> [MarginLine]
    /// What every key has used since a moment, by model.
    func used(since: Instant) throws -> [DayUse]
    /// Jobs that are not over, oldest first.
    func unfinishedJobs() throws -> [StoredJob]
    /// A job, over or not; nil: there is none of this number.
    func job(_ id: Int64) throws -> StoredJob?
    /// Jobs that are over, the one that was submitted last first.
    /// - Parameters:
    ///   - account: nil for all.
    ///   - hold: only those submitted before the job of this hold.
    func endedJobs(of account: AccountID?, before hold: HoldID?, limit: Int) throws -> [StoredJob]
    /// Jobs whose end is to be told now, those that waited longest first, without those of `jobs` and `accounts`.
    func owedCallbacks(at now: Instant, without jobs: Set<Int64>, accounts: Set<AccountID>, limit: Int) throws -> [OwedCallback]
    /// How many ends of jobs of an account are still to be told.
    func owedCallbacks(of account: AccountID) throws -> Int
    /// The job that was submitted under this name after `since`, and what was submitted.
    func submission(_ key: String, of purse: Purse, since: Instant) throws -> (job: StoredJob, submission: Submission)?
    /// What became of the request that was named so after `since`.
    func namedRequest(_ key: String, of purse: Purse, since: Instant) throws -> NamedRequestRecord?
    /// Replays everything and compares: see ``LedgerVerdict``.
    func verify() throws -> LedgerVerdict
    /// The same for the last entries and what they lead to: as many as a start has time for, and all after `entry`, with which an
    /// earlier look ended.
    func verifyRecent(after entry: EntryID?) throws -> RecentVerdict
    /// Writes a consistent copy while serving.
    func backUp(to path: String) throws
}

/// Why nothing was written although nothing is broken.
package enum StoreHindrance: Error, Hashable, Sendable {
    /// The disk, or what the store may use of it, is full.
    case full
    /// Somebody else has the store locked.
    case locked
}

/// One line a customer can check by hand.
package struct StatementLine: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case grant, charge, release, adjust, refund
        /// Still open: listed after everything else, its amount not available.
        case hold
    }

    package let id: EntryID
    package let at: Instant
    package let kind: Kind
    /// What it changed: positive in, negative out. The amounts of a book sum to its available balance.
    package let amount: Money
    package let balanceAfter: Money
    package let request: RequestID?
    /// The reason, and for a charge its arithmetic.
    package let note: String

    package init(
        id: EntryID, at: Instant, kind: Kind, amount: Money, balanceAfter: Money, request: RequestID?, note: String
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.amount = amount
        self.balanceAfter = balanceAfter
        self.request = request
        self.note = note
    }
}

package struct UsageLine: Hashable, Sendable {
    /// `2026-11-22`, UTC.
    package let day: String
    package let model: String
    package let requests: Int
    package let promptTokens: Int
    package let cachedTokens: Int
    package let completionTokens: Int
    /// Pictures that were delivered; a model has one of these, tokens and characters.
    package let images: Int
    /// Unicode scalars that were spoken.
    package let characters: Int
    package let cost: Money

    package init(
        day: String, model: String, requests: Int, promptTokens: Int, cachedTokens: Int, completionTokens: Int, images: Int = 0,
        characters: Int = 0, cost: Money
    ) {
        self.day = day
        self.model = model
        self.requests = requests
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.completionTokens = completionTokens
        self.images = images
        self.characters = characters
        self.cost = cost
    }
}

package struct KeyUsage: Hashable, Sendable {
    package let key: KeyID
    package let requests: Int
    package let cost: Money

    package init(key: KeyID, requests: Int, cost: Money) {
        self.key = key
        self.requests = requests
        self.cost = cost
    }
}

/// What a look at the last entries found.
package enum RecentVerdict: Hashable, Sendable {
    /// So many agree, the last of them `end`: a later look may go on from there.
    case ok(entries: Int, end: EntryID)
    case disagreement(String)
}

package enum LedgerVerdict: Hashable, Sendable {
    case ok(entries: Int, accounts: Int)
    /// The first thing that does not add up, with the numbers on both sides.
    case disagreement(String)
}

/// What one key has used of one model since some moment, by its settled requests.
package struct DayUse: Hashable, Sendable {
    package let key: KeyID
    package let account: AccountID
    package let book: Book
    package let model: String
    package let requests: Int
    package let use: RateUse

    package init(key: KeyID, account: AccountID, book: Book, model: String, requests: Int, use: RateUse) {
        self.key = key
        self.account = account
        self.book = book
        self.model = model
        self.requests = requests
        self.use = use
    }
}
