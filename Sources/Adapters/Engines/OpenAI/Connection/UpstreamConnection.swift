import NIOCore
import NIOTLS

/// One connection to an upstream, the last handler of its channel: carries one exchange at a time, then waits for the next. Between
/// it and the socket there is nothing but TLS: HTTP is its own, see ``AnswerParser``.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

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

    /// Since when it has been idle, or reading leftovers, as far as the pool's clock noticed.
    private var restingSince: NIODeadline?
    private let isSecured: Bool
    private var phase = Phase.opening
    private var parser = AnswerParser()
    private var context: ChannelHandlerContext?
    private var ready: ((UpstreamBreak?) -> Void)?
    private weak var pool: UpstreamPool?
    private var exchange: UpstreamExchange?
    private var keepsConnection = false
    private var leftoverBytes = 0
    private var isPaused = false
    private var isReadHeld = false
    private var firstError: UpstreamBreak?

    init(isSecured: Bool) { self.isSecured = isSecured }

    var isIdle: Bool { phase == .idle }
    var isReadingLeftovers: Bool { phase == .leftover }

    /// How long it has been idle, or reading leftovers, counted from the first time this was asked.
    func restingTime(at now: NIODeadline) -> TimeAmount {
        guard let since = restingSince else {
            restingSince = now
            return .zero
        }
        return now - since
    }

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
        parser.expectAnswer()
        self.exchange = exchange
        guard let last = request.rest.last else { return context.writeAndFlush(wrapOutboundOut(request.first), promise: nil) }
        context.write(wrapOutboundOut(request.first), promise: nil)
        for slice in request.rest.dropLast() { context.write(wrapOutboundOut(slice), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(last), promise: nil)
    }

    /// The exchange needs no more of the answer; what is left of it is read over, within bounds.
    func leave() {
        exchange = nil
        guard phase == .answering else { return close() }
        phase = .leftover
        leftoverBytes = 0
        restingSince = nil
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
        switch phase {
        case .asking, .answering, .leftover:
            parser.append(unwrapInboundIn(data))
            takeParts()
        case .closed: break
        // Bytes nobody asked for: whatever they begin, it would be taken for the next answer.
        case .opening, .idle: close()
        }
    }

    private func takeParts() {
        do throws(UpstreamBreak) {
            while let part = try parser.next() {
                take(part)
                // What an answer leaves unread is nobody's: the connection is closed then, or asked again already.
                if case .end = part { return }
            }
        } catch {
            fail(error)
            context?.close(promise: nil)
        }
    }

    private func take(_ part: AnswerPart) {
        switch (phase, part) {
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
        default: preconditionFailure("a parser gives a head, a body and an end, in this order")
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { exchange?.turnEnded() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(UpstreamBreak(reading: error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        endOfBytes()
        context.fireChannelInactive()
    }

    /// Some bodies end with their connection, and with nothing else.
    private func endOfBytes() {
        do throws(UpstreamBreak) {
            keepsConnection = false
            if phase == .answering || phase == .leftover, let end = try parser.finish() { take(end) }
            fail(.closed)
        } catch { fail(error) }
    }

    // MARK: Turns

    private func becomeReady() {
        guard phase == .opening else { return }
        phase = .idle
        restingSince = nil
        announce(nil)
    }

    private func announce(_ failure: UpstreamBreak?) {
        let ready = self.ready
        self.ready = nil
        ready?(failure)
    }

    /// The answer has ended. Unless all of the request was read too, and nothing more came, the next one could not be told from the rest.
    private func rest() {
        guard keepsConnection, isRequestWritten, parser.isResting, let pool else { return close() }
        phase = .idle
        restingSince = nil
        resume()
        pool.keep(self)
    }

    /// Nothing of what was written waits for the socket any more: see the marks in ``UpstreamPool``.
    private var isRequestWritten: Bool { context?.channel.isWritable ?? false }

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
