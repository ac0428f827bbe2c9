import TestKit

/// Everything a run has in common: virtual time, chance, what is due, the trace, and the first thing that went wrong.
///
/// `@unchecked Sendable`: a run has one thread, and all of it happens there.
final class World: @unchecked Sendable {
    /// Nanoseconds since the run began. It moves only from one job to the next.
    private(set) var now: Int64 = 0
    var chance: Seed
    private(set) var trace = Trace()
    private(set) var failure: String?
    /// Jobs carried out so far.
    private(set) var steps = 0
    /// The loop whose job is running; nil on any other thread of the world.
    private(set) var running: ObjectIdentifier?
    private var agenda = Agenda()
    private var order = 0

    init(_ seed: Seed) { chance = seed }

    // MARK: Time

    /// Has `run` carried out `delay` nanoseconds from now. Jobs due at the same time come in an order of chance.
    @discardableResult
    func after(_ delay: Int64, of life: Life? = nil, on loop: SimulatedLoop? = nil, _ run: @escaping () -> Void) -> Job {
        order += 1
        let job = Job(
            due: now + max(0, delay), rank: chance.next(), order: order, life: life, loop: loop.map(ObjectIdentifier.init),
            run: run)
        agenda.add(job)
        return job
    }

    /// Carries out what is due next.
    /// - Returns: false when nothing is left, or something went wrong.
    func step() -> Bool {
        guard failure == nil, let job = agenda.next() else { return false }
        now = max(now, job.due)
        steps += 1
        perform(job)
        return failure == nil
    }

    /// What a life that was just cut off still had to do.
    func takeJobs(of life: Life) -> [Job] { agenda.take { $0.life === life } }

    func perform(_ job: Job) {
        guard !job.isCancelled else { return }
        running = job.loop
        job.run()
        running = nil
    }

    // MARK: Chance

    /// From `least` to `most`, both included, with short ones likelier than long ones.
    func time(_ least: Int64, _ most: Int64) -> Int64 {
        let span = Int64.random(in: 0...max(0, most - least), using: &chance)
        return least + (chance.once(in: 2) ? span : span / 8)
    }

    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }
    func once(in count: Int) -> Bool { chance.once(in: count) }
    func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &chance)] }
    /// True so many times in a hundred.
    func percent(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &chance) < percent }

    // MARK: Trace

    /// While a dead process runs out, nothing happens in the world.
    var isInLimbo = false

    func note(_ what: StaticString, _ one: Int64 = 0, _ two: Int64 = 0) {
        if isInLimbo { return }
        trace.add(Trace.Event(at: now, what: what, one: one, two: two))
    }

    /// Something is not as it must be. Only the first such sentence counts, and the run ends.
    func fail(_ sentence: @autoclosure () -> String) {
        if failure == nil { failure = sentence() }
    }

    func check(_ holds: Bool, _ sentence: @autoclosure () -> String) {
        if !holds { fail(sentence()) }
    }
}

/// Something that is due. A class, so that who asked for it can call it off.
final class Job {
    let due: Int64
    let rank: UInt64
    let order: Int
    /// The process that dies with it; nil outside.
    let life: Life?
    let loop: ObjectIdentifier?
    let run: () -> Void
    var isCancelled = false

    init(due: Int64, rank: UInt64, order: Int, life: Life?, loop: ObjectIdentifier?, run: @escaping () -> Void) {
        self.due = due
        self.rank = rank
        self.order = order
        self.life = life
        self.loop = loop
        self.run = run
    }

    func comesBefore(_ other: Job) -> Bool {
        (due, rank, UInt64(order)) < (other.due, other.rank, UInt64(other.order))
    }
}

/// What is due, the next first: a binary heap.
struct Agenda {
    private var jobs: [Job] = []

    mutating func add(_ job: Job) {
        jobs.append(job)
        var child = jobs.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard jobs[child].comesBefore(jobs[parent]) else { break }
            jobs.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> Job? {
        guard let first = jobs.first, let last = jobs.popLast() else { return nil }
        guard !jobs.isEmpty else { return first }
        jobs[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < jobs.count && jobs[child].comesBefore(jobs[least]) {
                least = child
            }
            guard least != parent else { return first }
            jobs.swapAt(parent, least)
            parent = least
        }
    }

    /// Those that are chosen, in the order in which they were due.
    mutating func take(_ isChosen: (Job) -> Bool) -> [Job] {
        let all = jobs
        jobs = []
        for job in all where !isChosen(job) { add(job) }
        return all.filter(isChosen).sorted { $0.comesBefore($1) }
    }
}
