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
        /// As it waits, or waited last.
        var waiting: WaitingJob
        /// nil while it waits.
        var work: Work?
        var watchers: [Int: Watcher] = [:]

        init(_ job: Job) { waiting = WaitingJob(job) }
    }

    private struct Watcher {
        let view: AsyncStream<JobView>.Continuation
        /// It waits for the job's end, not for news: a server that goes down lets it wait as long as it can.
        let isPatient: Bool
    }

    /// What an engine is at.
    private final class Work {
        let job: Job
        var progress = 0.0
        /// Gives it up.
        var giveUp: (@Sendable () -> Void)?

        init(_ job: Job) { self.job = job }
    }

    private struct Idle {
        let lines: Set<Line>
        let wake: CheckedContinuation<Bool, Never>
    }

    private var entries: [JobID: Entry] = [:]
    private var rooms = JobRooms()
    private var queues: [Line: JobQueue] = [:]
    /// In the order in which their time is over, those among them that are gone.
    private var deadlines = JobDeadlines()
    private var idle: [Int: Idle] = [:]
    private var numbers = 0
    private var isClosed = false
    private var hasDismissed = false
    /// Which engines serve a line: a job that failed at one goes to another if there is one.
    private let enginesOfLine: [Line: Set<String>]

    init(enginesOfLine: [Line: Set<String>]) { self.enginesOfLine = enginesOfLine }

    // MARK: Room

    /// Room for one more job of this purse: taken at once, and given back if no job comes of it.
    func takeRoom(for purse: Purse) throws(Refusal) { try rooms.take(for: purse) }

    /// The same for a job that is there already, however many there are.
    func takeRoom(forStored purse: Purse) { rooms.takeAnyway(for: purse) }

    func giveRoom(of purse: Purse) { rooms.give(of: purse) }

    // MARK: Jobs

    /// A job that waits. Its room was taken.
    func add(_ job: Job) {
        let entry = Entry(job)
        entries[job.record.id] = entry
        deadlines.add(job.record.id, job.record.deadline) { entries[$0] != nil }
        enqueue(entry.waiting)
    }

    private func enqueue(_ job: WaitingJob) {
        let line = job.line
        queues[line, default: JobQueue()].add(job.id, of: job.purse.account)
        // All of them: the first may be an engine that failed at this job.
        for (number, sleeper) in idle where sleeper.lines.contains(line) {
            idle[number] = nil
            sleeper.wake.resume(returning: true)
        }
    }

    func view(_ id: JobID) -> JobView? { entries[id].map(view) }

    private func view(_ entry: Entry) -> JobView {
        if let work = entry.work { return JobView(work.job, progress: work.progress) }
        let job = entry.waiting
        let position = queues[job.line]?.position(of: job.id, of: job.purse.account) ?? 0
        return JobView(job, position: max(1, position))
    }

    /// A job that is not over.
    enum Place {
        case waiting(WaitingJob)
        case worked(Job)
    }

    func place(of id: JobID) -> Place? {
        entries[id].map { entry in entry.work.map { .worked($0.job) } ?? .waiting(entry.waiting) }
    }

    /// The oldest that `takes` lets pass, and how many more there are.
    func oldest(limit: Int, _ takes: (AccountID, JobFilter.State) -> Bool) -> (jobs: [JobID], unlisted: Int) {
        let taken = entries.values.filter { takes($0.waiting.purse.account, $0.work == nil ? .queued : .running) }
            .sorted { ($0.waiting.submitted, $0.waiting.hold) < ($1.waiting.submitted, $1.waiting.hold) }
        return (taken.prefix(limit).map(\.waiting.id), max(0, taken.count - limit))
    }

    /// What became of a job is durable. One that is over leaves the board.
    func put(_ job: Job) {
        let id = job.record.id
        guard let entry = entries[id] else { return }
        let work = entry.work
        if job.machine.isOver {
            // One that runs was taken out of its line when it was given out.
            if work == nil { queues[job.line]?.remove(id, of: job.record.purse.account) }
            entries[id] = nil
            rooms.give(of: job.record.purse)
            work?.giveUp?()
            for watcher in entry.watchers.values {
                watcher.view.yield(JobView(job))
                watcher.view.finish()
            }
            return
        }
        if job.machine.state == .queued {
            entry.work = nil
            entry.waiting = WaitingJob(job)
            if work != nil { enqueue(entry.waiting) }
        } else {
            entry.work = Work(job)
        }
        tellWatchers(of: id)
    }

    /// A job that an engine was given and that could not be begun.
    func putBack(_ id: JobID) {
        guard let entry = entries[id], entry.work == nil else { return }
        enqueue(entry.waiting)
    }

    func note(progress: Double, of id: JobID, attempt: Int) {
        guard let work = entries[id]?.work, work.job.machine.attempts == attempt, progress > work.progress else { return }
        work.progress = min(progress, 1)
        tellWatchers(of: id)
    }

    /// Whoever works on the job can be told to stop. When it is over already, or the board is closed, that is now.
    func work(on id: JobID, attempt: Int, canBeGivenUp giveUp: @escaping @Sendable () -> Void) {
        guard !isClosed, let work = entries[id]?.work, work.job.machine.attempts == attempt else { return giveUp() }
        work.giveUp = giveUp
    }

    /// Jobs whose time is over although no engine has them; each is told once.
    func waitedTooLong(at now: Instant) -> [WaitingJob] {
        deadlines.passed(at: now).compactMap { id in entries[id].flatMap { $0.work == nil ? $0.waiting : nil } }
    }

    // MARK: Engines

    /// A job for an engine; waits until there is one.
    /// - Parameters:
    ///   - lines: what the engine serves.
    ///   - preferring: what it did last, while others need not wait too long for that.
    /// - Returns: nil when the board is closed.
    func next(for engine: String, serving lines: [Line], preferring: Line?) async -> WaitingJob? {
        while !isClosed {
            if let job = take(engine, lines, preferring) { return job }
            numbers += 1
            let number = numbers
            let isWorth = await withCheckedContinuation { idle[number] = Idle(lines: Set(lines), wake: $0) }
            if !isWorth { return nil }
        }
        return nil
    }

    private func take(_ engine: String, _ lines: [Line], _ preferred: Line?) -> WaitingJob? {
        let order = (preferred.map { [$0] } ?? []) + lines.filter { $0 != preferred }
        for line in order where queues[line]?.count ?? 0 > 0 {
            let others = enginesOfLine[line, default: []].count > 1
            let taken = queues[line]?.take { id in
                guard let job = entries[id]?.waiting else { return true }
                return !(others && job.tried.contains(engine) && !isTriedByAll(job))
            }
            if let taken, let job = entries[taken]?.waiting { return job }
        }
        return nil
    }

    private func isTriedByAll(_ job: WaitingJob) -> Bool { enginesOfLine[job.line, default: []].isSubset(of: job.tried) }

    /// No engine is given a job any more, and who is at one is told to stop.
    func close() {
        isClosed = true
        for sleeper in idle.values { sleeper.wake.resume(returning: false) }
        idle = [:]
        for entry in entries.values { entry.work?.giveUp?() }
        for entry in entries.values { for watcher in entry.watchers.values { watcher.view.finish() } }
    }

    /// Those who only look are told no more, from now on.
    func dismissLookers() {
        hasDismissed = true
        for entry in entries.values {
            for (number, watcher) in entry.watchers where !watcher.isPatient {
                watcher.view.finish()
                entry.watchers[number] = nil
            }
        }
    }

    var isOpen: Bool { !isClosed }

    // MARK: Watchers

    /// The job now and whenever something of it changes, until it is over. nil: it is over, or there is none.
    func watch(_ id: JobID, isPatient: Bool) -> AsyncStream<JobView>? {
        guard let entry = entries[id], !isClosed else { return nil }
        numbers += 1
        // Whoever cannot follow sees the newest.
        let (stream, continuation) = AsyncStream<JobView>.makeStream(bufferingPolicy: .bufferingNewest(4))
        continuation.yield(view(entry))
        if hasDismissed, !isPatient {
            continuation.finish()
        } else {
            entry.watchers[numbers] = Watcher(view: continuation, isPatient: isPatient)
        }
        return stream
    }

    /// Tells everybody who watches where their job stands, though nothing may have changed.
    func remindWatchers() { for (id, entry) in entries where !entry.watchers.isEmpty { tellWatchers(of: id) } }

    private func tellWatchers(of id: JobID) {
        guard let entry = entries[id], !entry.watchers.isEmpty else { return }
        let view = view(entry)
        for (number, watcher) in entry.watchers {
            // Who looks no more is forgotten when there would be something to see.
            if case .terminated = watcher.view.yield(view) { entry.watchers[number] = nil }
        }
    }
}
