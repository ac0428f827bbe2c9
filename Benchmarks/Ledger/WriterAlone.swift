import ArgumentParser
import Commerce
import Dispatch
import Foundation
import Gateway
import Logging
import SQLiteStores
import Synchronization
import TestKit
import Units

/// Pairs of hold and settlement per second through the writer, each durable before it is answered: half the callers hold while
/// the other half settle, so a commit takes as many of each as are asked for.
struct WriterAlone: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "writer", abstract: "Hold and settle through the writer.")

    @Option(help: "Where to make the database: the disk that is measured.")
    var folder = FileManager.default.temporaryDirectory.path
    @Option(help: "Pairs of hold and settlement in a commit.")
    var pairs = 100
    @Option(help: "Accounts, a key each.")
    var accounts = 1000
    @Option(help: "How long to measure.")
    var seconds = 5.0
    @Option(help: "How long to run before.")
    var warm = 1.0

    private struct Figures: Encodable {
        let pairs, commits, entries: Int
        let seconds, pairsPerSecond, pairsPerCommit, cpuMicrosecondsPerPair, syncMicroseconds: Double
    }

    func run() throws {
        let place = URL(filePath: folder).appending(path: "ledger-benchmark-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: place) }
        let directory = try DataDirectory(place)
        let pepper = try directory.pepper()
        let store = CountingStore(try SQLiteLedgerStore(path: directory.databasePath, pepper: pepper))
        let clock = SystemClock()
        var (ledger, _) = try Recovery.begin(store, prices: [], clock: clock)
        var records: [LedgerRecord] = []
        let customers = try Customers(
            keys: accounts, accounts: accounts, in: &ledger, mint: KeyMint(pepper: pepper), at: clock.now()
        ) { records += $0 }
        try store.commit(records)

        let writer = LedgerWriter(ledger: ledger, store: store, clock: clock, logger: Logger(label: "benchmark"))
        let meter = Meter()
        let left = DispatchGroup()
        for number in 0..<2 * pairs {
            left.enter()
            let caller = Caller(number: number, customers: customers, writer: writer, meter: meter, left: left)
            // Odd callers come half a pair later.
            if number % 2 == 0 { caller.hold() } else { caller.holdAfterOne() }
        }
        Thread.sleep(forTimeInterval: warm)
        let before = Reading(meter, store)
        Thread.sleep(forTimeInterval: seconds)
        let after = Reading(meter, store)
        meter.stop()
        left.wait()
        writer.close()
        if let surprise = meter.surprise { throw Surprise(what: surprise) }
        guard case .ok(let entries, _) = try store.verify() else { throw Surprise(what: "to verify") }

        let elapsed = after.at - before.at
        let made = after.pairs - before.pairs
        let commits = after.commits - before.commits
        try LedgerBenchmark.print(
            Figures(
                pairs: made, commits: commits, entries: entries, seconds: elapsed, pairsPerSecond: Double(made) / elapsed,
                pairsPerCommit: Double(made) / Double(max(1, commits)),
                cpuMicrosecondsPerPair: (after.cpu - before.cpu) * 1e6 / Double(max(1, made)),
                syncMicroseconds: try Reading.syncMicroseconds(in: place)))
    }
}

/// One caller after another request: holds, hears, settles, hears, and again. What it hears comes on the writer's thread.
private final class Caller: Sendable {
    private let number: Int
    private let customers: Customers
    private let writer: LedgerWriter
    private let meter: Meter
    private let left: DispatchGroup
    private let random: Mutex<Seed>

    init(number: Int, customers: Customers, writer: LedgerWriter, meter: Meter, left: DispatchGroup) {
        self.number = number
        self.customers = customers
        self.writer = writer
        self.meter = meter
        self.left = left
        random = Mutex(Seed(UInt64(number)))
    }

    func hold() {
        let request = random.withLock { Customers.requestID(using: &$0) }
        writer.submit(.hold(customers.hold(by: number, request: request))) { [self] outcome in
            guard case .held(let funds) = outcome else { return end("a hold: \(outcome)") }
            settle(funds.hold)
        }
    }

    /// Lets one commit pass with a command that is always taken and changes nothing.
    func holdAfterOne() {
        writer.submit(.release(HoldID(.max), reason: "")) { [self] _ in hold() }
    }

    private func settle(_ hold: HoldID) {
        writer.submit(Customers.settle(hold)) { [self] outcome in
            guard case .closed = outcome else { return end("a settlement: \(outcome)") }
            if meter.countPair() { self.hold() } else { left.leave() }
        }
    }

    private func end(_ surprise: String) {
        meter.note(surprise)
        left.leave()
    }
}

private final class Meter: Sendable {
    private struct State: Sendable {
        var pairs = 0
        var stopped = false
        var surprise: String?
    }

    private let state = Mutex(State())

    var pairs: Int { state.withLock { $0.pairs } }
    var surprise: String? { state.withLock { $0.surprise } }

    /// - Returns: whether to go on.
    func countPair() -> Bool {
        state.withLock { state in
            state.pairs += 1
            return !state.stopped
        }
    }

    func note(_ surprise: String) { state.withLock { $0.surprise = surprise } }
    func stop() { state.withLock { $0.stopped = true } }
}

/// The real store, and how often it was asked to commit.
private final class CountingStore: LedgerStore {
    private let store: SQLiteLedgerStore
    private let count = Atomic(0)

    init(_ store: SQLiteLedgerStore) { self.store = store }

    var commits: Int { count.load(ordering: .relaxed) }

    func commit(_ records: [LedgerRecord]) throws {
        try store.commit(records)
        count.add(1, ordering: .relaxed)
    }

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

/// What had been done at a moment, and what it had cost.
private struct Reading {
    let at, cpu: Double
    let pairs, commits: Int

    init(_ meter: Meter, _ store: CountingStore) {
        at = Reading.seconds(of: CLOCK_MONOTONIC)
        cpu = Reading.seconds(of: CLOCK_PROCESS_CPUTIME_ID)
        pairs = meter.pairs
        commits = store.commits
    }

    private static func seconds(of clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What the disk itself takes to make 4 KiB durable: the median of 50 tries.
    static func syncMicroseconds(in folder: String) throws -> Double {
        let file = open(folder + "/sync", O_CREAT | O_WRONLY, 0o600)
        guard file >= 0 else { throw Surprise(what: "a file in \(folder)") }
        defer { close(file) }
        let block = [UInt8](repeating: 1, count: 4096)
        let times = try (0..<50).map { _ in
            let start = seconds(of: CLOCK_MONOTONIC)
            guard write(file, block, block.count) == block.count, fdatasync(file) == 0 else { throw Surprise(what: "a write") }
            return (seconds(of: CLOCK_MONOTONIC) - start) * 1e6
        }
        return times.sorted()[times.count / 2]
    }
}
