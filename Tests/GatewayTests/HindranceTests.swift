import Commerce
import Foundation
import Logging
import SQLiteStores
import Synchronization
import TestKit
import Testing
import Units

@testable import Gateway

struct HindranceTests {
    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A writer over a store that can be told to refuse, with one account and $1.
    private func books() async throws -> (ledger: LedgerWriter, store: HinderedStore, purse: Purse) {
        let store = HinderedStore(try SQLiteLedgerStore.inMemory())
        let begun = try Recovery.begin(store, prices: PriceList.builtInChat, clock: ManualClock())
        let ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: ManualClock(), logger: HindranceTests.silent)
        guard case .account(let account) = await ledger.perform(.openAccount(name: "acme")) else { throw Refusal.busy }
        let purse = Purse(account: account.id, book: .live)
        _ = await ledger.perform(.grant(purse: purse, amount: Money(nanodollars: 1_000_000_000), reference: "start"))
        let key = NewKey(account: account.id, book: .live, mac: Array(repeating: 7, count: 32), prefix: "sk-test")
        _ = await ledger.perform(.createKey(key))
        return (ledger, store, purse)
    }

    private func hold(_ ledger: LedgerWriter) async throws -> LedgerOutcome {
        let priced = try #require(PriceList.builtInChat.first)
        let price = PriceVersion(id: PriceID(1), model: priced.model, price: priced.price, since: ManualClock().now())
        let quote = Quote(price: price, inputBoundTokens: 100, inputFairTokens: 17, choices: 1, outputCap: 100)
        let request = HoldRequest(request: RequestID("req_1"), key: KeyID(1), quote: quote, engine: "up")
        return await ledger.perform(.hold(request))
    }

    @Test(arguments: [StoreHindrance.full, .locked])
    func `what is under way is settled when there is room again, and nothing new is begun before`(by hindrance: StoreHindrance)
        async throws
    {
        let (ledger, store, purse) = try await books()
        guard case .held(let funds) = try await hold(ledger) else {
            Issue.record("not held")
            return
        }
        store.hinder(by: hindrance)
        let answered = Mutex(false)
        let settling = Task {
            let outcome = await ledger.perform(
                .settle(funds.hold, usage: Usage(promptTokens: 17, completionTokens: 3), source: .measured, note: ""))
            answered.withLock { $0 = true }
            return outcome
        }
        await store.refusals(atLeast: 2)
        #expect(!ledger.isAdmitting)
        #expect(!answered.withLock { $0 }, "nobody hears of what is not on the disk")
        guard case .refused(.busy) = try await hold(ledger) else {
            Issue.record("a new hold was taken")
            return
        }
        #expect(store.madeRoom == (hindrance == .full))
        #expect(ledger.balance(of: purse).held == funds.amount)

        store.hinder(by: nil)
        guard case .closed(let receipt) = await settling.value else {
            Issue.record("not settled")
            return
        }
        #expect(receipt.charge > .zero && ledger.balance(of: purse).held == .zero)
        while !ledger.isAdmitting { try await Task.sleep(for: .milliseconds(20)) }
        guard case .held = try await hold(ledger) else {
            Issue.record("not held again")
            return
        }
        ledger.close()
        guard case .ok = try store.verify() else {
            Issue.record("\(try store.verify())")
            return
        }
    }

    @Test func `a hold that meets a full disk is refused and leaves nothing`() async throws {
        let (ledger, store, purse) = try await books()
        store.hinder(by: .full)
        guard case .refused(.busy) = try await hold(ledger) else {
            Issue.record("held on a full disk")
            return
        }
        store.hinder(by: nil)
        while !ledger.isAdmitting { try await Task.sleep(for: .milliseconds(20)) }
        guard case .held(let funds) = try await hold(ledger) else {
            Issue.record("not held again")
            return
        }
        #expect(funds.hold == HoldID(openedBy: EntryID(2)))
        #expect(ledger.balance(of: purse).held == funds.amount)
        ledger.close()
    }

    @Test func `a commit of which nothing is known ends the process at once`() async {
        await #expect(processExitsWith: .exitCode(74)) {
            struct DiskBroke: Error {}
            let store = HinderedStore(try SQLiteLedgerStore.inMemory())
            let begun = try Recovery.begin(store, prices: [], clock: ManualClock())
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: ManualClock(), logger: logger)
            store.breakDown(with: DiskBroke())
            _ = await ledger.perform(.openAccount(name: "acme"))
        }
    }

    @Test func `what begins something is refused when nothing may begin, and what ends something is taken`() {
        let job = SealedJob(
            id: 1, purse: Purse(account: AccountID(1), book: .live), submitted: Instant(microseconds: 1), isOver: false,
            contents: [])
        let price = PriceVersion(id: PriceID(1), model: "m", price: PriceList.builtInImage, since: Instant(microseconds: 1))
        let quote = Quote(price: price, inputBoundTokens: 0, inputFairTokens: 0, choices: 1, outputCap: 1)
        let hold = HoldRequest(request: RequestID("r"), key: KeyID(1), quote: quote, engine: "e")
        for hinder in [{ $0.isHindered = true }, { $0.stopAdmitting() }] as [(inout LedgerInbox) -> Void] {
            var inbox = LedgerInbox(commandsMax: 10)
            hinder(&inbox)
            #expect(inbox.add(.hold(hold)) { _ in } != nil)
            #expect(inbox.add(.openJob(hold, job)) { _ in } != nil)
            #expect(inbox.add(.closeJob(HoldID(1), units: 1, note: "", job)) { _ in } == nil)
            #expect(inbox.add(.noteJob(HoldID(1), job)) { _ in } == nil)
            #expect(inbox.add(.release(HoldID(1), reason: "")) { _ in } == nil)
        }
    }

    @Test func `as much may wait as a second carries out, within bounds`() {
        var inbox = LedgerInbox(commandsMax: 10)
        inbox.expect(commandsPerSecond: 3)
        for number in 0..<600 { _ = inbox.add(.openAccount(name: "\(number)")) { _ in } }
        #expect(inbox.take(256).count == 256 && inbox.take(256).count == 256 && inbox.take(256).count == 88 && inbox.isEmpty)
    }
}

/// A store that refuses as told. The flags are behind a lock; the store inside is what it is in production.
private final class HinderedStore: LedgerStore {
    private struct State: Sendable {
        var error: (any Error)?
        var refused = 0
        var madeRoom = false
    }

    private let store: SQLiteLedgerStore
    private let state = Mutex(State())

    init(_ store: SQLiteLedgerStore) { self.store = store }

    var madeRoom: Bool { state.withLock { $0.madeRoom } }

    func hinder(by hindrance: StoreHindrance?) { state.withLock { $0.error = hindrance } }
    func breakDown(with error: any Error) { state.withLock { $0.error = error } }

    func refusals(atLeast count: Int) async {
        while state.withLock({ $0.refused < count }) { await Task.yield() }
    }

    func commit(_ records: [LedgerRecord]) throws {
        let error = state.withLock { state in
            if state.error != nil { state.refused += 1 }
            return state.error
        }
        if let error { throw error }
        try store.commit(records)
    }
    func makeRoom() { state.withLock { $0.madeRoom = true } }
    func rest() {}
    func hasRoom() -> Bool { state.withLock { $0.error == nil } }
    func load() throws -> LedgerImage { try store.load() }
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
    func verify() throws -> LedgerVerdict { try store.verify() }
    func verifyRecent(after entry: EntryID?) throws -> RecentVerdict { try store.verifyRecent(after: entry) }
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
