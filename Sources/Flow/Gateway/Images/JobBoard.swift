import Commerce
import Inference
import Units

/// The jobs that are not over, in memory: who waits for which engine, how far each is, and who watches.
///
/// What it says is already durable: whoever changes a job writes it down first.
actor JobBoard {
    /// Jobs of one model and book wait together, because the same engines serve them.
    struct Line: Hashable, Sendable {
        let model: String
        let book: Book
    }

    /// An object, because a table that grows copies what lies in it and keeps room for twice as much.
    private final class Entry {
        var job: Job
        var progress = 0.0
        /// Gives up what an engine is doing.
        var giveUp: (@Sendable () -> Void)?
        var watchers: [Int: AsyncStream<JobView>.Continuation] = [:]

        init(job: Job) { self.job = job }
    }

    private struct Idle {
        let lines: Set<Line>
        let wake: CheckedContinuation<Bool, Never>
    }

    private var entries: [JobID: Entry] = [:]
    private var perPurse: [Purse: Int] = [:]
    private var queues: [Line: JobQueue] = [:]
    private var idle: [Int: Idle] = [:]
    private var numbers = 0
    private var isClosed = false
    /// Which engines serve a line: a job that failed at one goes to another if there is one.
    private let enginesOfLine: [Line: Set<String>]

    init(enginesOfLine: [Line: Set<String>]) { self.enginesOfLine = enginesOfLine }

    // MARK: Room

    /// Whether one more job of this purse would be too many. Room is taken at once, and given back if no job comes of it.
    func takeRoom(for purse: Purse) -> Bool {
        let taken = perPurse.values.reduce(0, +)
        guard taken < ImageLimits.jobsMax, perPurse[purse, default: 0] < ImageLimits.jobsPerAccountMax else { return false }
        perPurse[purse, default: 0] += 1
        return true
    }

    func giveRoom(of purse: Purse) {
        perPurse[purse, default: 1] -= 1
        if perPurse[purse] == 0 { perPurse[purse] = nil }
    }

    // MARK: Jobs

    /// A job that waits. Its room was taken.
    func add(_ job: Job) {
        entries[job.record.id] = Entry(job: job)
        enqueue(job)
    }

    private func enqueue(_ job: Job) {
        let line = Line(model: job.record.prompt.model, book: job.record.purse.book)
        queues[line, default: JobQueue()].add(job.record.id, of: job.record.purse.account)
        // All of them: the first may be an engine that failed at this job.
        for (number, sleeper) in idle where sleeper.lines.contains(line) {
            idle[number] = nil
            sleeper.wake.resume(returning: true)
        }
    }

    func view(_ id: JobID) -> JobView? { entries[id].map(view) }

    private func view(_ entry: Entry) -> JobView {
        let record = entry.job.record
        let line = Line(model: record.prompt.model, book: record.purse.book)
        let position =
            entry.job.machine.state == .queued ? queues[line]?.position(of: record.id, of: record.purse.account) ?? 0 : 0
        return JobView(entry.job, position: max(1, position), progress: entry.progress)
    }

    func job(_ id: JobID) -> Job? { entries[id]?.job }

    func standing(_ id: JobID) -> JobStanding? { entries[id].map { JobStanding($0.job, view: view($0)) } }

    /// The oldest that `takes` lets pass, and how many more there are.
    func standings(_ takes: (Job) -> Bool, limit: Int) -> (jobs: [JobStanding], unlisted: Int) {
        let taken = entries.values.filter { takes($0.job) }
            .sorted { ($0.job.record.submitted, $0.job.hold) < ($1.job.record.submitted, $1.job.hold) }
        return (taken.prefix(limit).map { JobStanding($0.job, view: view($0)) }, max(0, taken.count - limit))
    }

    /// What became of a job is durable. One that is over leaves the board.
    func put(_ job: Job) {
        let id = job.record.id
        guard let entry = entries[id] else { return }
        let waited = entry.job.machine.state == .queued
        entry.job = job
        entry.progress = 0
        // One that runs was taken out of its line when it was given out.
        if job.machine.isOver, waited { leaveQueue(job) }
        if job.machine.isOver {
            entries[id] = nil
            giveRoom(of: job.record.purse)
            entry.giveUp?()
            for watcher in entry.watchers.values {
                watcher.yield(JobView(job))
                watcher.finish()
            }
            return
        }
        if job.machine.state == .queued {
            entry.giveUp = nil
            if !waited { enqueue(job) }
        }
        tellWatchers(of: id)
    }

    private func leaveQueue(_ job: Job) {
        let line = Line(model: job.record.prompt.model, book: job.record.purse.book)
        queues[line]?.remove(job.record.id, of: job.record.purse.account)
    }

    func note(progress: Double, of id: JobID, attempt: Int) {
        guard let entry = entries[id], entry.job.machine.attempts == attempt, case .running = entry.job.machine.state,
            progress > entry.progress
        else { return }
        entries[id]?.progress = min(progress, 1)
        tellWatchers(of: id)
    }

    /// Whoever works on the job can be told to stop. When it is over already, or the board is closed, that is now.
    func work(on id: JobID, attempt: Int, canBeGivenUp giveUp: @escaping @Sendable () -> Void) {
        guard !isClosed, let entry = entries[id], entry.job.machine.attempts == attempt else { return giveUp() }
        entries[id]?.giveUp = giveUp
    }

    /// Jobs whose time is over although no engine has them.
    func waitedTooLong(at now: Instant) -> [Job] {
        entries.values.filter { $0.job.machine.state == .queued && $0.job.record.deadline <= now }.map(\.job)
    }

    // MARK: Engines

    /// A job for an engine; waits until there is one.
    /// - Parameters:
    ///   - lines: what the engine serves.
    ///   - preferring: what it did last, while others need not wait too long for that.
    /// - Returns: nil when the board is closed.
    func next(for engine: String, serving lines: [Line], preferring: Line?) async -> Job? {
        while !isClosed {
            if let job = take(engine, lines, preferring) { return job }
            numbers += 1
            let number = numbers
            let isWorth = await withCheckedContinuation { idle[number] = Idle(lines: Set(lines), wake: $0) }
            if !isWorth { return nil }
        }
        return nil
    }

    private func take(_ engine: String, _ lines: [Line], _ preferred: Line?) -> Job? {
        let order = (preferred.map { [$0] } ?? []) + lines.filter { $0 != preferred }
        for line in order where queues[line]?.count ?? 0 > 0 {
            let others = enginesOfLine[line, default: []].count > 1
            let taken = queues[line]?.take { id in
                guard let job = entries[id]?.job else { return true }
                return !(others && job.tried.contains(engine) && !isTriedByAll(job, line))
            }
            if let taken, let job = entries[taken]?.job { return job }
        }
        return nil
    }

    private func isTriedByAll(_ job: Job, _ line: Line) -> Bool { enginesOfLine[line, default: []].isSubset(of: job.tried) }

    /// No engine is given a job any more, and who is at one is told to stop.
    func close() {
        isClosed = true
        for sleeper in idle.values { sleeper.wake.resume(returning: false) }
        idle = [:]
        for entry in entries.values { entry.giveUp?() }
        for entry in entries.values { for watcher in entry.watchers.values { watcher.finish() } }
    }

    var isOpen: Bool { !isClosed }

    // MARK: Watchers

    /// The job now and whenever something of it changes, until it is over. nil: it is over, or there is none.
    func watch(_ id: JobID) -> AsyncStream<JobView>? {
        guard let entry = entries[id], !isClosed else { return nil }
        numbers += 1
        let number = numbers
        // Whoever cannot follow sees the newest.
        let (stream, continuation) = AsyncStream<JobView>.makeStream(bufferingPolicy: .bufferingNewest(4))
        entries[id]?.watchers[number] = continuation
        continuation.yield(view(entry))
        return stream
    }

    /// Tells everybody who watches where their job stands, though nothing may have changed.
    func remindWatchers() { for (id, entry) in entries where !entry.watchers.isEmpty { tellWatchers(of: id) } }

    private func tellWatchers(of id: JobID) {
        guard let entry = entries[id], !entry.watchers.isEmpty else { return }
        let view = view(entry)
        for (number, watcher) in entry.watchers {
            // Who looks no more is forgotten when there would be something to see.
            if case .terminated = watcher.yield(view) { entries[id]?.watchers[number] = nil }
        }
    }
}
