package import Units

/// A job's number: 53 random bits, so that every JSON reader keeps it exactly.
package struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let max: Int64 = 9_007_199_254_740_991

    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package var description: String { String(value) }
    package static func < (left: JobID, right: JobID) -> Bool { left.value < right.value }

    package static func random(using generator: inout some RandomNumberGenerator) -> JobID {
        JobID(Int64.random(in: 1...max, using: &generator))
    }
}

/// A job to make one picture, from its submission to its end: a machine that decides and does nothing itself.
///
/// Whoever drives it writes down what it says before doing it. An event of an attempt that is over changes nothing: what comes late or
/// twice is told by its number.
package struct ImageJob: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case queued
        /// An engine is at it.
        case running(engine: String, since: Instant)
        /// The picture lies in the blob store; nothing is left but its settlement, which is durable together with ``finished(_:)``: no store
        /// ever has this state.
        case painted(Result)
        case finished(Result)
        case failed(message: String)
        case cancelled
    }

    package struct Result: Hashable, Sendable {
        /// The picture's name in the blob store.
        package let blob: String
        package let seed: Int64
        package let engine: String
        /// The scheduler that was used instead, if one was.
        package let substitute: String?

        package init(blob: String, seed: Int64, engine: String, substitute: String? = nil) {
            self.blob = blob
            self.seed = seed
            self.engine = engine
            self.substitute = substitute
        }
    }

    package enum Event: Hashable, Sendable {
        /// An engine takes it.
        case claimed(engine: String)
        /// Its time is over and no engine has it.
        case expired
        case painted(attempt: Int, Result)
        /// - Parameter mayRetry: whether another engine, or this one later, may do better.
        case failed(attempt: Int, message: String, mayRetry: Bool)
        case cancelled
        /// The server that worked on it is gone.
        case orphaned
        /// The server goes down and has put it down: the attempt does not count.
        case putDown
        /// The settlement of a painted job is durable.
        case settled
    }

    /// What follows. Each is done by whoever drives the job, after the new state is durable.
    package enum Action: Hashable, Sendable {
        case nothing
        /// Ask the engine, as attempt number so and so.
        case paint(attempt: Int)
        /// Wait for an engine again.
        case wait
        /// Charge it: the picture is there.
        case settle
        /// Give the money back.
        case release(message: String)
    }

    package private(set) var state: State
    /// How often an engine has taken it.
    package private(set) var attempts: Int
    package let attemptsMax: Int
    package let submitted: Instant
    /// When it failed, whatever happens: nobody waits for ever.
    package let deadline: Instant

    package static let attemptsMaxStandard = 3

    package init(submitted: Instant, deadline: Instant, attemptsMax: Int = attemptsMaxStandard) {
        self.init(state: .queued, attempts: 0, attemptsMax: attemptsMax, submitted: submitted, deadline: deadline)
    }

    /// As it was stored.
    package init(state: State, attempts: Int, attemptsMax: Int, submitted: Instant, deadline: Instant) {
        self.state = state
        self.attempts = attempts
        self.attemptsMax = attemptsMax
        self.submitted = submitted
        self.deadline = deadline
    }

    package var isOver: Bool {
        switch state {
        case .finished, .failed, .cancelled: true
        case .queued, .running, .painted: false
        }
    }

    package mutating func on(_ event: Event, at now: Instant) -> Action {
        switch (state, event) {
        case (.queued, .claimed(let engine)):
            if now >= deadline { return fail("the job waited too long") }
            attempts += 1
            state = .running(engine: engine, since: now)
            return .paint(attempt: attempts)
        case (.queued, .expired): return fail("the job waited too long")
        case (.running, .painted(let attempt, let result)) where attempt == attempts:
            state = .painted(result)
            return .settle
        case (.running, .failed(let attempt, let message, let mayRetry)) where attempt == attempts:
            guard mayRetry, attempts < attemptsMax, now < deadline else { return fail(message) }
            state = .queued
            return .wait
        case (.running, .orphaned):
            guard attempts < attemptsMax, now < deadline else { return fail("the server stopped while the picture was made") }
            state = .queued
            return .wait
        case (.running, .putDown):
            attempts -= 1
            state = .queued
            return .wait
        case (.queued, .orphaned): return .wait
        case (.painted, .orphaned): return .settle
        case (.queued, .cancelled), (.running, .cancelled):
            state = .cancelled
            return .release(message: "the job was cancelled")
        case (.painted(let result), .settled):
            state = .finished(result)
            return .nothing
        default: return .nothing
        }
    }

    private mutating func fail(_ message: String) -> Action {
        state = .failed(message: message)
        return .release(message: message)
    }
}
