import Logging
import NIOCore
import Synchronization

/// What an engine writes, in the server's log.
final class OutputLog: Sendable {
    private struct State {
        var last = ""
        var second = NIODeadline.now()
        var lines = 0
    }

    private let engine: String
    private let logger: Logger
    private let state = Mutex(State())

    init(_ engine: String, _ logger: Logger) {
        self.engine = engine
        self.logger = logger
    }

    /// The last line it wrote: mostly why it ended.
    var last: String { state.withLock { $0.last } }

    func write(_ line: String) {
        let isHeard = state.withLock { state in
            state.last = line
            let now = NIODeadline.now()
            if now - state.second >= .seconds(1) { (state.second, state.lines) = (now, 0) }
            state.lines += 1
            return state.lines <= LocalServerLimits.linesPerSecondMax
        }
        if isHeard { logger.info("engine.output", metadata: ["engine": "\(engine)", "line": "\(line)"]) }
    }
}
