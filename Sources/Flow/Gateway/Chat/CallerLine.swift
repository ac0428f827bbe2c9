package import Inference
package import NIOCore
package import Units

/// The caller's end of one exchange: tells the rest when the caller hung up or cannot take more for the moment.
///
/// `@unchecked Sendable`: every member but the two constants is touched on `loop` only, which each method asserts.
package final class CallerLine: @unchecked Sendable {
    package let loop: any EventLoop
    package let request: RequestID
    package private(set) var isGone = false
    package private(set) var isFull = false
    /// For as long as an answer is under way.
    var listener: (any CallerLineListener)?

    package init(loop: any EventLoop, request: RequestID) {
        self.loop = loop
        self.request = request
    }

    /// The connection is gone. Repeating it changes nothing.
    package func hangUp() {
        loop.assertInEventLoop()
        guard !isGone else { return }
        isGone = true
        listener?.callerLeft()
    }

    /// The connection's buffer went over its high or under its low mark.
    package func writabilityChanged(isWritable: Bool) {
        loop.assertInEventLoop()
        guard isFull == isWritable else { return }
        isFull = !isWritable
        listener?.callerCanTakeMore(isWritable)
    }
}

protocol CallerLineListener: AnyObject {
    func callerLeft()
    func callerCanTakeMore(_ canTakeMore: Bool)
}

/// Where an answer is written to. All calls on the exchange's loop.
package protocol AnswerSink: AnyObject {
    func write(_ chunk: ChatChunk)
    func flush()
}
