import Commerce
import Inference
import Logging
import SQLiteStores
import Synchronization
import TestKit
import Testing
import Units

@testable import Gateway

struct SettlementTests {
    @Test func `a command is carried out though the task that asked was cancelled`() async throws {
        let house = try await House([])
        let task = Task { [administration = house.administration] in
            try await administration.grant(Money(nanodollars: 5), to: "acme", book: .live, reference: "late")
        }
        task.cancel()
        _ = try await task.value
        #expect(house.balance.available == Money(nanodollars: 1_000_000_005))
    }

    @Test func `commands that gather share a commit`() async throws {
        let store = CountingStore(try SQLiteLedgerStore.inMemory())
        let clock = ManualClock()
        let begun = try Recovery.begin(store, prices: [], clock: clock)
        let ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: clock, logger: .silent)
        guard case .account(let account) = await ledger.perform(.openAccount(name: "acme")) else {
            Issue.record("no account")
            return
        }
        let before = store.commits
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    _ = await ledger.perform(
                        .grant(
                            purse: Purse(account: account.id, book: .live), amount: Money(nanodollars: 1),
                            reference: "grant \(number)"))
                }
            }
        }
        #expect(ledger.balance(of: Purse(account: account.id, book: .live)).available == Money(nanodollars: 500))
        #expect(store.commits - before < 400)
        ledger.close()
    }

    @Test func `new holds are refused once the server is going down`() async throws {
        let house = try await House([ScriptedEngine([.open, .complete(nil)])])
        house.ledger.stopAdmitting()
        await #expect(throws: Refusal.notAdmitting) { try await house.ask() }
    }

    @Test func `what came of commands is counted by the time who asked is told`() async throws {
        let house = try await House([])
        let quote = Quote(
            price: try #require(house.chat.prices.version(for: House.model, in: .live)), inputBoundTokens: 264,
            inputFairTokens: 17, choices: 1, outputCap: 1000)
        for number in 1...2 {
            let request = HoldRequest(request: RequestID("req_\(number)"), key: house.caller.key.id, quote: quote, engine: "up")
            guard case .held(let funds) = await house.ledger.perform(.hold(request)) else {
                Issue.record("not held")
                return
            }
            _ = await house.ledger.perform(.release(funds.hold, reason: "the test is over"))
            #expect(house.ledger.figures.released == number && house.ledger.figures.stale == number - 1)
            _ = await house.ledger.perform(.release(funds.hold, reason: "again"))
            #expect(house.ledger.figures.released == number && house.ledger.figures.stale == number)
        }
    }

    @Test(arguments: [(accepted: false, delivered: 0, charge: 0), (true, 0, 17 * 150), (true, 64, 17 * 150 + 64 * 600)])
    func `what a dead server left open is closed by rule before the next one serves`(
        accepted: Bool, delivered: Int, charge: Int
    ) async throws {
        let house = try await House([])
        let quote = Quote(
            price: try #require(house.chat.prices.version(for: House.model, in: .live)), inputBoundTokens: 264,
            inputFairTokens: 17,
            choices: 1, outputCap: 1000)
        let request = HoldRequest(request: RequestID("req_1"), key: house.caller.key.id, quote: quote, engine: "up")
        guard case .held(let funds) = await house.ledger.perform(.hold(request)) else {
            Issue.record("not held")
            return
        }
        if accepted { _ = await house.ledger.perform(.accept(funds.hold)) }
        _ = await house.ledger.perform(.progress(funds.hold, outputTokens: delivered))

        let (ledger, report) = try Recovery.begin(house.store, prices: PriceList.builtInChat, clock: house.clock)
        #expect(ledger.balance(of: house.caller.purse).held == .zero)
        #expect(ledger.balance(of: house.caller.purse).available == Money(nanodollars: 1_000_000_000 - Int64(charge)))
        #expect(
            report == (accepted ? Recovery.Report(released: 0, provisional: 1) : Recovery.Report(released: 1, provisional: 0)))
        guard case .ok = try house.verdict() else {
            Issue.record("\(try house.verdict())")
            return
        }
    }
}

/// Counts what is committed. The count is behind a lock; the store inside is what it is in production.
private final class CountingStore: LedgerStore {
    private let store: SQLiteLedgerStore
    private let count = Mutex(0)

    init(_ store: SQLiteLedgerStore) { self.store = store }

    var commits: Int { count.withLock { $0 } }

    func load() throws -> LedgerImage { try store.load() }
    func commit(_ records: [LedgerRecord]) throws {
        count.withLock { $0 += 1 }
        try store.commit(records)
    }
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

extension Logger {
    fileprivate static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
