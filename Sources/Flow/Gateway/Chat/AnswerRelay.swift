import Inference
import NIOCore
import Units

/// Stands between an engine and a caller for one answer, on their event loop: passes chunks on as they come, counts them,
/// keeps the caller's pace, and knows what to do when either side is gone.
///
/// `@unchecked Sendable`: every member is touched on `line.loop` only; the async methods run there too, on ``LoopExecutor``.
final class AnswerRelay: ChatReceiver, CallerLineListener, @unchecked Sendable {
    /// What it must know of the order it relays.
    struct Rules {
        var disconnect: EngineTraits.Disconnect
        /// Beyond this the engine ignores its cap and is cut.
        var outputTokensMax: Int
        /// Hears the tokens delivered so far, now and then.
        var checkpoint: (_ outputTokens: Int) -> Void
    }

    private(set) var delivered = Delivered()
    private(set) var opening: ChatOpening?
    private let line: CallerLine
    private let rules: Rules
    private let drains: DrainSlots
    private var call: (any ChatCall)?
    private var end: AnswerEnd?
    private var sink: (any AnswerSink)?
    /// Chunks that came between the opening and the caller's being ready for them.
    private var early: [ChatChunk] = []
    private var waiter: UnsafeContinuation<Void, Never>?
    private var drainDeadline: Scheduled<Void>?
    private var notedTokens = 0
    private var notedAt: NIODeadline

    init(line: CallerLine, rules: Rules, drains: DrainSlots) {
        self.line = line
        self.rules = rules
        self.drains = drains
        notedAt = line.loop.now
    }

    /// Asks the engine and waits until it accepts or is out of the question.
    /// - Returns: nil when it accepted, else how it ended.
    func open(_ order: ChatOrder, with engine: any ChatEngine) async -> AnswerEnd? {
        line.listener = self
        if line.isGone {
            end = .callerLeft
        } else {
            call = engine.open(order, on: line.loop, to: self)
            await wait()
        }
        return opening == nil ? end : nil
    }

    /// Passes the answer on until it ends.
    func forward(to sink: any AnswerSink) async -> AnswerEnd {
        self.sink = sink
        for chunk in early { pass(chunk) }
        early = []
        sink.flush()
        if let end { return end }
        await wait()
        guard let end else { preconditionFailure("a relay wakes its waiter only when it has ended") }
        return end
    }

    private func wait() async {
        await withUnsafeContinuation { waiter = $0 }
    }

    private func wakeWaiter() {
        waiter?.resume()
        waiter = nil
    }

    private func finish(_ end: AnswerEnd) {
        guard self.end == nil else { return }
        self.end = end
        call = nil
        if let drainDeadline {
            drainDeadline.cancel()
            self.drainDeadline = nil
            drains.give()
        }
        wakeWaiter()
    }

    // MARK: The engine's side

    func opened(_ opening: ChatOpening) {
        guard end == nil else { return }
        self.opening = opening
        wakeWaiter()
    }

    func received(_ chunk: ChatChunk) {
        guard end == nil else { return }
        delivered.count(outputBytes: chunk.outputBytes)
        Failpoint.reach(.answerDelivering)
        if sink == nil { early.append(chunk) } else { pass(chunk) }
        if delivered.leastTokens > rules.outputTokensMax {
            call?.cancel()
            finish(.cutShort)
        }
        checkpointIfDue()
    }

    func turnEnded() {
        if !line.isGone { sink?.flush() }
    }

    func completed(_ end: ChatEnd) { finish(.completed(usage: end.usage)) }

    func failed(_ failure: EngineFailure) { finish(.failed(failure)) }

    private func pass(_ chunk: ChatChunk) {
        if !line.isGone { sink?.write(chunk) }
    }

    private func checkpointIfDue() {
        let tokens = delivered.estimatedTokens
        let now = line.loop.now
        guard
            tokens - notedTokens >= ChatLimits.checkpointTokens
                || (tokens > notedTokens && now - notedAt >= ChatLimits.checkpointInterval)
        else { return }
        notedTokens = tokens
        notedAt = now
        rules.checkpoint(tokens)
    }

    // MARK: The caller's side

    func callerLeft() {
        guard end == nil else { return }
        if rules.disconnect == .drain, drains.take() {
            // The upstream bills the whole answer anyway: read on, for a bounded time, to learn what it was.
            early = []
            call?.resume()
            drainDeadline = line.loop.scheduleTask(in: ChatLimits.drainTime) { self.giveUp() }
        } else {
            giveUp()
        }
    }

    private func giveUp() {
        call?.cancel()
        finish(.callerLeft)
    }

    func callerCanTakeMore(_ canTakeMore: Bool) {
        if canTakeMore || line.isGone { call?.resume() } else { call?.pause() }
    }
}
