import Commerce
import Logging
import SQLiteStores
import Synchronization
import TestKit
import Testing
import Units

@testable import Gateway

struct VerifierTests {
    private struct Unreadable: Error {}

    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let start = ContinuousClock.now

    /// A ledger over a store that says of itself what it is told to, and a verifier that has begun.
    private func begun(_ store: OracleStore) throws -> (ledger: LedgerWriter, verifier: LedgerVerifier) {
        let begun = try Recovery.begin(store, prices: [], clock: ManualClock())
        let ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: ManualClock(), logger: VerifierTests.silent)
        var verifier = LedgerVerifier(store, ledger, VerifierTests.silent)
        try verifier.begin(at: start)
        return (ledger, verifier)
    }

    @Test func `the whole is looked at first and once a day, what came since at every other look`() throws {
        let store = OracleStore(try SQLiteLedgerStore.inMemory())
        var (ledger, verifier) = try begun(store)
        #expect(store.asked == ["recent after nothing"] && ledger.figures.verified == EntryID(0))
        for (minute, entries) in [(1, 7), (2, 9), (3, 9), (24 * 60, 12), (24 * 60 + 1, 20), (24 * 60 + 2, 21)] {
            store.grow(to: entries)
            verifier.look(at: start + .seconds(60 * minute))
            #expect(ledger.figures.verified == EntryID(Int64(entries)))
            #expect(ledger.figures.verifyAgeSeconds(at: start + .seconds(60 * minute + 59)) == 59)
        }
        #expect(
            store.asked == [
                "recent after nothing", "whole", "recent after ent_7", "recent after ent_9", "recent after ent_9", "whole",
                "recent after ent_20",
            ])
        #expect(ledger.isAdmitting && !verifier.isQuarantined)
        ledger.close()
    }

    @Test(arguments: ["recent", "whole"]) func `what does not agree quarantines, and is looked at no more`(look: String) throws {
        let store = OracleStore(try SQLiteLedgerStore.inMemory())
        var (ledger, verifier) = try begun(store)
        if look == "recent" { verifier.look(at: start) }
        store.disagree()
        verifier.look(at: start + .seconds(60))
        #expect(!ledger.isAdmitting && verifier.isQuarantined)
        let asked = store.asked.count
        verifier.look(at: start + .seconds(120))
        #expect(store.asked.count == asked && store.asked.last?.hasPrefix(look) == true)
        #expect(ledger.figures.verifyAgeSeconds(at: start + .seconds(120)) == 120, "a look that did not agree is none")
        ledger.close()
    }

    @Test func `a start that finds a disagreement serves in quarantine`() throws {
        let store = OracleStore(try SQLiteLedgerStore.inMemory())
        store.disagree()
        let (ledger, verifier) = try begun(store)
        #expect(!ledger.isAdmitting && verifier.isQuarantined && ledger.figures.verified == nil)
        ledger.close()
    }

    @Test func `a store that cannot be read at the moment is looked at again, for the same`() throws {
        let store = OracleStore(try SQLiteLedgerStore.inMemory())
        var (ledger, verifier) = try begun(store)
        store.fail(with: Unreadable())
        for minute in 1...3 { verifier.look(at: start + .seconds(60 * minute)) }
        #expect(ledger.isAdmitting && !verifier.isQuarantined)
        #expect(ledger.figures.verifyAgeSeconds(at: start + .seconds(180)) == 180)
        store.fail(with: nil)
        verifier.look(at: start + .seconds(240))
        verifier.look(at: start + .seconds(300))
        #expect(store.asked == ["recent after nothing", "whole", "whole", "whole", "whole", "recent after ent_0"])
        #expect(ledger.figures.verifyAgeSeconds(at: start + .seconds(300)) == 0)
        ledger.close()
    }
}

/// A store that answers for itself as told. What it says is behind a lock; the store inside is what it is in production.
private final class OracleStore: LedgerStore {
    private struct State: Sendable {
        var asked: [String] = []
        var entries = 0
        var disagrees = false
        var error: (any Error)?
    }

    private let store: SQLiteLedgerStore
    private let state = Mutex(State())

    init(_ store: SQLiteLedgerStore) { self.store = store }

    var asked: [String] { state.withLock { $0.asked } }

    func grow(to entries: Int) { state.withLock { $0.entries = entries } }
    func disagree() { state.withLock { $0.disagrees = true } }
    func fail(with error: (any Error)?) { state.withLock { $0.error = error } }

    func verifyRecent(after entry: EntryID?) throws -> RecentVerdict {
        try state.withLock { state in
            state.asked.append("recent after \(entry.map(\.description) ?? "nothing")")
            if let error = state.error { throw error }
            return state.disagrees ? .disagreement("as told") : .ok(entries: 0, end: EntryID(Int64(state.entries)))
        }
    }

    func verify() throws -> LedgerVerdict {
        try state.withLock { state in
            state.asked.append("whole")
            if let error = state.error { throw error }
            return state.disagrees ? .disagreement("as told") : .ok(entries: state.entries, accounts: 0)
        }
    }

    func load() throws -> LedgerImage { try store.load() }
    func commit(_ records: [LedgerRecord]) throws { try store.commit(records) }
    func makeRoom() { store.makeRoom() }
    func hasRoom() -> Bool { store.hasRoom() }
    func rest() throws { try store.rest() }
    func statement(of purse: Purse, from: Instant?, to: Instant?) throws -> [StatementLine] {
        try store.statement(of: purse, from: from, to: to)
    }
    func movements(of purse: Purse, before entry: EntryID?, limit: Int) throws -> [StatementLine] {
        try store.movements(of: purse, before: entry, limit: limit)
    }
    func openHolds(of purse: Purse) throws -> [StatementLine] { try store.openHolds(of: purse) }
    func used(since: Instant) throws -> [DayUse] { try store.used(since: since) }
    func margins(from: Instant?, to: Instant?, model: String?) throws -> [MarginLine] {
        try store.margins(from: from, to: to, model: model)
    }
    func usageByKey(of purse: Purse, from: Instant?, to: Instant?) throws -> [KeyUsage] {
        try store.usageByKey(of: purse, from: from, to: to)
    }
    func usage(of purse: Purse, from: Instant?, to: Instant?, model: String?) throws -> [UsageLine] {
        try store.usage(of: purse, from: from, to: to, model: model)
    }
    func unfinishedJobs() throws -> [StoredJob] { try store.unfinishedJobs() }
    func endedJobs(of account: AccountID?, before hold: HoldID?, limit: Int) throws -> [StoredJob] {
        try store.endedJobs(of: account, before: hold, limit: limit)
    }
    func job(_ id: Int64) throws -> StoredJob? { try store.job(id) }
    func owedCallbacks(at now: Instant, without jobs: Set<Int64>, accounts: Set<AccountID>, limit: Int) throws -> [OwedCallback] {
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
