package import Inference
package import NIOCore
package import Units

/// The caller's end of one exchange: tells the rest when the caller hung up or cannot take more for the moment.
///
/// `@unchecked Sendable`: every member but the constants is touched on `loop` only, which each method asserts.
package final class CallerLine: @unchecked Sendable {
    package let loop: any EventLoop
    package let request: RequestID
    /// Where the ledger is asked for this chat, and answers.
    let tray: LedgerTray
    // Private, so that the compiler sees every use of them and need not watch them.
    private var hasHungUp = false
    private var hasNoRoom = false
    package var isGone: Bool { hasHungUp }
    package var isFull: Bool { hasNoRoom }
    /// For as long as an answer is under way.
    var listener: (any CallerLineListener)?

    /// - Parameter tray: of the loop that the caller's connection lives on.
    package init(_ tray: LedgerTray, request: RequestID) {
        self.tray = tray
        loop = tray.loop
        self.request = request
    }

    /// The connection is gone. Repeating it changes nothing.
    package func hangUp() {
        loop.assertInEventLoop()
        guard !hasHungUp else { return }
        hasHungUp = true
        listener?.callerLeft()
    }

    /// The server goes down and waits no longer: what is under way ends here, and the caller is told.
    package func serverStops() {
        loop.assertInEventLoop()
        if !hasHungUp { listener?.serverStops() }
    }

    /// The connection's buffer went over its high or under its low mark.
    package func writabilityChanged(isWritable: Bool) {
        loop.assertInEventLoop()
        guard hasNoRoom == isWritable else { return }
        hasNoRoom = !isWritable
        listener?.callerCanTakeMore(isWritable)
    }
}

protocol CallerLineListener: AnyObject {
    func callerLeft()
    func serverStops()
    func callerCanTakeMore(_ canTakeMore: Bool)
}

/// Where an answer is written to. All calls on the exchange's loop.
package protocol AnswerSink: AnyObject {
    func write(_ chunk: ChatChunk)
    func flush()
}
