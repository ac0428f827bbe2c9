#if DEBUG
    import Commerce
    import Foundation
    import Synchronization
    import Units

    /// A store around a store: the moments before and after a commit, and the planted bug, if there is one, in what is written.
    final class FaultyStore: LedgerStore {
        private let store: any LedgerStore
        private let bug: Mutex<PlantedBug?>

        init(_ store: any LedgerStore, bug: PlantedBug.Name?) {
            self.store = store
            self.bug = Mutex(bug.map(PlantedBug.init))
        }

        func load() throws -> LedgerImage {
            let image = try store.load()
            return bug.withLock { $0?.altered(image) ?? image }
        }

        func commit(_ records: [LedgerRecord]) throws {
            let records = bug.withLock { $0 == nil ? records : $0?.altered(records, at: .now) } ?? []
            let opens = records.contains { if case .holdOpened = $0 { true } else { false } }
            let closes = records.contains { if case .holdChanged(let hold) = $0 { hold.closing != nil } else { false } }
            if opens { Failpoint.reach(.holdCommitting) }
            if closes { Failpoint.reach(.settleCommitting) }
            try store.commit(records)
            if opens { Failpoint.reach(.holdCommitted) }
            if closes { Failpoint.reach(.settleCommitted) }
        }

        func statement(of purse: Purse, from: Instant?, to: Instant?) throws -> [StatementLine] {
            try store.statement(of: purse, from: from, to: to)
        }

        func movements(of purse: Purse, before entry: EntryID?, limit: Int) throws -> [StatementLine] {
            try store.movements(of: purse, before: entry, limit: limit)
        }

        func openHolds(of purse: Purse) throws -> [StatementLine] { try store.openHolds(of: purse) }

        func usageByKey(of purse: Purse, from: Instant?, to: Instant?) throws -> [KeyUsage] {
            try store.usageByKey(of: purse, from: from, to: to)
        }

        func usage(of purse: Purse, from: Instant?, to: Instant?, model: String?) throws -> [UsageLine] {
            try store.usage(of: purse, from: from, to: to, model: model)
        }

        func used(since: Instant) throws -> [DayUse] { try store.used(since: since) }
        func margins(from: Instant?, to: Instant?, model: String?) throws -> [MarginLine] {
            try store.margins(from: from, to: to, model: model)
        }

        func makeRoom() { store.makeRoom() }

        func hasRoom() -> Bool { store.hasRoom() }
        func rest() throws { try store.rest() }

        func verifyRecent(after entry: EntryID?) throws -> RecentVerdict { try store.verifyRecent(after: entry) }
        func verify() throws -> LedgerVerdict { try store.verify() }

        func unfinishedJobs() throws -> [StoredJob] { try store.unfinishedJobs() }
        func endedJobs(of account: AccountID?, before hold: HoldID?, limit: Int) throws -> [StoredJob] {
            try store.endedJobs(of: account, before: hold, limit: limit)
        }
        func job(_ id: Int64) throws -> StoredJob? { try store.job(id) }
        func owedCallbacks(at now: Instant, without jobs: Set<Int64>, accounts: Set<AccountID>, limit: Int) throws
            -> [OwedCallback]
        {
            try store.owedCallbacks(at: now, without: jobs, accounts: accounts, limit: limit)
        }
        func owedCallbacks(of account: AccountID) throws -> Int { try store.owedCallbacks(of: account) }
        func submission(_ key: String, of purse: Purse, since: Instant) throws -> (job: StoredJob, submission: Submission)? {
            try store.submission(key, of: purse, since: since)
        }

        func namedRequest(_ key: String, of purse: Purse, since: Instant) throws -> NamedRequestRecord? {
            try store.namedRequest(key, of: purse, since: since)
        }
        func backUp(to path: String) throws { try store.backUp(to: path) }
    }
#endif
