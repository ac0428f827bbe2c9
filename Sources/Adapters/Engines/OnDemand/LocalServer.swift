import Inference
package import Logging
package import NIOCore
import Synchronization

/// An engine's own process: started when it is first needed, watched, and stopped when nobody has needed it for a while.
///
/// It lives as long as ``run()`` does: without that nothing is ever started.
package final class LocalServer: Sendable {
    package struct Options: Sendable {
        /// The engine's name in the configuration.
        package var name: String
        /// The program and its arguments; no shell reads them.
        package var command: [String]
        /// What the engine is asked under.
        package var address: EngineAddress
        /// Asked there until it is answered with less than 500: then the engine is ready.
        package var healthPath = "/health"
        package var idle = TimeAmount.minutes(10)
        /// Loading a large model takes minutes.
        package var start = TimeAmount.minutes(5)
        package var stop = TimeAmount.seconds(10)
        /// `NAME=value`, beside what every engine gets.
        package var environment: [String] = []
        /// The program that keeps: this one.
        package var keeper = "/proc/self/exe"

        package init(name: String, command: [String], address: EngineAddress) {
            self.name = name
            self.command = command
            self.address = address
        }
    }

    enum Phase { case stopped, starting, ready, ending }

    struct State {
        var phase = Phase.stopped
        var users = 0
        var idleSince = NIODeadline.now()
        var waiting: [Int: @Sendable (EngineFailure?) -> Void] = [:]
        var tickets = 0
        var failedStarts: Int64 = 0
        var restUntil = NIODeadline.uptimeNanoseconds(0)
        var lastWords = ""
        var isOver = false
    }

    let options: Options
    let logger: Logger
    let client: EngineClient
    let state = Mutex(State())
    private let wishes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    package var name: String { options.name }

    package init(_ options: Options, logger: Logger, group: any EventLoopGroup) throws {
        self.options = options
        self.logger = logger
        client = try EngineClient(try options.address.origin, group: group)
    }

    /// Asks for the engine to be there. `then` hears, perhaps at once and on any thread: nil: it is, and stays until ``leave()``.
    /// - Returns: for ``forget(_:)``; nil when `then` has heard already.
    func enter(then: @escaping @Sendable (EngineFailure?) -> Void) -> Int? {
        enum Verdict {
            case ready
            case refused(EngineFailure)
            case waits(Int)
        }
        let verdict: Verdict = state.withLock { state in
            if state.isOver { return .refused(EngineFailure(.unreachable, detail: "the server goes down")) }
            if state.phase == .ready {
                state.users += 1
                return .ready
            }
            if state.phase == .stopped, NIODeadline.now() < state.restUntil {
                return .refused(EngineFailure(.unreachable, detail: "\(name) did not start: \(state.lastWords)"))
            }
            guard state.waiting.count < LocalServerLimits.waitingMax else {
                return .refused(EngineFailure(.overloaded, detail: "too many wait for \(name) to start"))
            }
            state.tickets += 1
            state.waiting[state.tickets] = then
            if state.phase == .stopped { state.phase = .starting }
            return .waits(state.tickets)
        }
        switch verdict {
        case .ready: then(nil)
        case .refused(let failure): then(failure)
        case .waits(let ticket):
            wishes.continuation.yield()
            return ticket
        }
        return nil
    }

    /// Whoever entered needs it no longer.
    func leave() {
        state.withLock {
            $0.users -= 1
            $0.idleSince = .now()
        }
    }

    /// Nobody waits any longer. Harmless when it was heard already.
    /// - Returns: whoever waited, who has not heard.
    func forget(_ ticket: Int) -> (@Sendable (EngineFailure?) -> Void)? {
        state.withLock { $0.waiting.removeValue(forKey: ticket) }
    }

    /// Starts and stops the engine as it is needed, until the task is cancelled: then it is stopped, and gone when this returns.
    package func run() async {
        for await _ in wishes.stream {
            while state.withLock({ !$0.waiting.isEmpty }), !Task.isCancelled { await live() }
        }
        let left = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for then in left { then(EngineFailure(.unreachable, detail: "the server goes down")) }
    }
}
