import NIOCore
import NIOTLS

/// One connection to an upstream, the last handler of its channel: carries one exchange at a time, then waits for the next.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = AnswerPart
    typealias OutboundIn = UpstreamRequest
    typealias OutboundOut = UpstreamRequest

    private enum Phase {
        /// Connecting, or agreeing on TLS.
        case opening
        case idle
        /// The request is on its way, no byte of an answer has come.
        case asking
        case answering
        /// The exchange has what it needs; the rest of the body must pass before the next one.
        case leftover
        case closed
    }

    /// Since when it has been idle, or reading leftovers.
    private(set) var restingSince = NIODeadline.now()
    private let isSecured: Bool
    private var phase = Phase.opening
    private var context: ChannelHandlerContext?
    private var ready: ((UpstreamBreak?) -> Void)?
    private weak var pool: UpstreamPool?
    private var exchange: UpstreamExchange?
    private var keepsConnection = false
    private var isRequestWritten = false
    private var leftoverBytes = 0
    private var isPaused = false
    private var isReadHeld = false
    private var firstError: UpstreamBreak?

    init(isSecured: Bool) { self.isSecured = isSecured }

    var isIdle: Bool { phase == .idle }
    var isReadingLeftovers: Bool { phase == .leftover }

    /// Calls back once, when requests may be sent or when it is clear that they never may.
    func whenReady(in pool: UpstreamPool, _ ready: @escaping (UpstreamBreak?) -> Void) {
        self.pool = pool
        switch phase {
        case .opening: self.ready = ready
        case .closed: ready(firstError ?? .noConnection("closed at once"))
        default: ready(nil)
        }
    }

    func send(_ request: UpstreamRequest, for exchange: UpstreamExchange) {
        precondition(phase == .idle, "a connection carries one exchange at a time")
        guard let context else { preconditionFailure("an idle connection has a channel") }
        phase = .asking
        self.exchange = exchange
        isRequestWritten = false
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { self.isRequestWritten = true }
        context.writeAndFlush(wrapOutboundOut(request), promise: written)
    }

    /// The exchange needs no more of the answer; what is left of it is read over, within bounds.
    func leave() {
        exchange = nil
        guard phase == .answering else { return close() }
        phase = .leftover
        leftoverBytes = 0
        restingSince = .now()
        pool?.watchLeaving(self)
        resume()
    }

    func close() {
        exchange = nil
        guard phase != .closed else { return }
        becomeClosed()
        context?.close(promise: nil)
    }

    func pause() { isPaused = true }

    func resume() {
        isPaused = false
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }

    // MARK: The channel's side

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive, !isSecured { becomeReady() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if !isSecured { becomeReady() }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event { becomeReady() }
        context.fireUserInboundEventTriggered(event)
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { isReadHeld = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (phase, unwrapInboundIn(data)) {
        case (.asking, .head(let head)):
            phase = .answering
            keepsConnection = head.keepsConnection
            exchange?.began(head)
        case (.answering, .body(let bytes)): exchange?.brought(bytes)
        case (.answering, .end):
            let ended = exchange
            exchange = nil
            rest()
            ended?.ended()
        case (.leftover, .body(let bytes)):
            leftoverBytes += bytes.readableBytes
            if leftoverBytes > OpenAILimits.leftoverBytesMax { close() }
        case (.leftover, .end): rest()
        case (.closed, _): break
        default: close()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { exchange?.turnEnded() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(UpstreamBreak(reading: error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed)
        context.fireChannelInactive()
    }

    // MARK: Turns

    private func becomeReady() {
        guard phase == .opening else { return }
        phase = .idle
        restingSince = .now()
        announce(nil)
    }

    private func announce(_ failure: UpstreamBreak?) {
        let ready = self.ready
        self.ready = nil
        ready?(failure)
    }

    /// The answer has ended. Unless all of the request was read too, the next one could not be told from its rest.
    private func rest() {
        guard keepsConnection, isRequestWritten, let pool else { return close() }
        phase = .idle
        restingSince = .now()
        resume()
        pool.keep(self)
    }

    private func fail(_ reason: UpstreamBreak) {
        guard phase != .closed else { return }
        firstError = reason
        let broken = exchange
        exchange = nil
        becomeClosed()
        broken?.broke(reason)
    }

    private func becomeClosed() {
        let wasOpening = phase == .opening
        if phase == .idle { pool?.forget(self) }
        phase = .closed
        // A closed channel must be read to notice its end.
        resume()
        if wasOpening { announce(firstError ?? .closed) }
    }
}
