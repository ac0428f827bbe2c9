import Gateway
import NIOCore
import Units

/// One caller's connection: lets one request in at a time, sees that it comes in good order and good time, hands it to whoever
/// answers, and carries the answer out.
///
/// Its parts: receiving in `Connection+Receiving`, replying in `Connection+Replying`.
///
/// `@unchecked Sendable`: every `var` is touched on the channel's event loop only.
final class Connection: ChannelInboundHandler, ChannelOutboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Between requests.
        case idle
        /// A head was read; the body is coming.
        case receiving
        /// The request is complete and its answer is being made.
        case answering
        /// All is said; what still comes is thrown away until the caller closes.
        case lingering
        case gone
    }

    let serving: ServingLoop
    let loop: any EventLoop
    var context: ChannelHandlerContext?
    var phase = Phase.idle
    var incoming: Incoming?
    /// What is to be known of the request that is being answered.
    var turn = Turn()
    var exchange: (any Exchange)?

    /// What is read while an answer is being made waits in here, unparsed.
    private var parser: RequestParser
    var shownSecret = ShownSecret()
    private var isTakingParts = false
    private var isReadHeld = false
    /// The caller has closed its side. It may still listen.
    private(set) var isInputClosed = false
    /// Bytes of a head have come, and not all of it.
    private var isPartlyRead = false
    private var phaseDeadline: NIODeadline
    private var lingeringBytes = 0
    private var outflow = Outflow()

    init(_ serving: ServingLoop) {
        self.serving = serving
        loop = serving.loop
        parser = RequestParser(serving.limits.parser)
        phaseDeadline = .now() + serving.limits.headTime
    }

    // MARK: Coming and going

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        if !serving.admit(self) { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .gone
        self.context = nil
        dropIncoming()
        exchange?.callerLeft()
        exchange = nil
        serving.forget(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broken socket: there is nobody to answer.
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        isInputClosed = true
        switch phase {
        case .idle, .receiving, .lingering: closeWhenWritten()
        case .answering: exchange?.callerFellSilent()
        case .gone: break
        }
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard phase != .lingering else { return throwAway(bytes) }
        parser.take(bytes)
        takeParts()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if phase == .idle, parser.isInHead, !isPartlyRead {
            // Bytes came, and no head is complete: from here it must be, soon.
            isPartlyRead = true
            phaseDeadline = min(phaseDeadline, .now() + serving.limits.headTime)
        }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // Of a caller who waits for an answer one read is taken in advance, so that it is seen when it leaves; more of its next
        // requests stay in the kernel.
        if phase == .answering, parser.unreadBytes > 0 { isReadHeld = true } else { context.read() }
    }

    /// Takes what has come, up to the request that must be answered first. Not recursive, however many short ones wait in a row.
    private func takeParts() {
        guard !isTakingParts else { return }
        isTakingParts = true
        while phase == .idle || phase == .receiving, takePart() {}
        isTakingParts = false
        guard phase != .answering else { return }
        if isInputClosed, phase == .idle || phase == .receiving {
            closeWhenWritten()
        } else if isReadHeld {
            isReadHeld = false
            context?.read()
        }
    }

    /// - Returns: false when nothing more has come.
    private func takePart() -> Bool {
        do throws(MalformedRequest) {
            switch try parser.next() {
            case .head(let head):
                isPartlyRead = false
                receive(head)
            case .body(let part): receive(part)
            case .end: receivedAll()
            case nil: return false
            }
        } catch {
            if phase == .idle { turn = Turn(request: .random(using: &serving.random), isHead: parser.isInHeadOfHEAD) }
            refuse(ErrorResponse(error))
        }
        return true
    }

    private func throwAway(_ bytes: ByteBuffer) {
        lingeringBytes += bytes.readableBytes
        if lingeringBytes > serving.limits.lingerBytesMax { cut() }
    }

    /// Back to waiting: for the requests that came meanwhile, then for new ones.
    func awaitNext() {
        phase = .idle
        isPartlyRead = false
        phaseDeadline = .now() + serving.limits.idleTime
        takeParts()
    }

    func dropIncoming() {
        if let incoming { serving.release(bodyBytes: incoming.heldBytes) }
        incoming = nil
    }

    // MARK: Writing

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        exchange?.writabilityChanged(isWritable: context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func write(_ buffer: ByteBuffer) {
        guard let context else { return }
        outflow.count(buffer.readableBytes)
        turn.served.sentBytes &+= buffer.readableBytes
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Two pieces in one system call; in one piece, where a copy costs less than a second one.
    func write(_ first: ByteBuffer, _ second: ByteBuffer) {
        guard let context else { return }
        if second.readableBytes <= Connection.joinedBytesMax {
            var whole = first
            whole.writeImmutableBuffer(second)
            return write(whole)
        }
        outflow.count(first.readableBytes + second.readableBytes)
        turn.served.sentBytes &+= first.readableBytes + second.readableBytes
        context.write(wrapOutboundOut(first), promise: nil)
        context.writeAndFlush(wrapOutboundOut(second), promise: nil)
    }

    private static let joinedBytesMax = 4 << 10

    /// The caller is on this machine.
    /// Where the caller is, without a port; empty when the connection is gone.
    var address: String { context?.channel.remoteAddress?.ipAddress ?? "" }

    var isLocal: Bool { context?.channel.remoteAddress?.isLoopback ?? false }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    // MARK: Ending

    /// Says no more, and listens until the caller closes: an answer that is followed by a reset may never be read.
    func linger() {
        phase = .lingering
        phaseDeadline = .now() + serving.limits.lingerTime
        guard !isInputClosed else { return closeWhenWritten() }
        context?.close(mode: .output, promise: nil)
        isReadHeld = false
        context?.read()
    }

    /// Closes once everything written has gone out.
    private func closeWhenWritten() {
        guard let context else { return }
        if phase != .lingering {
            dropIncoming()
            phase = .lingering
            phaseDeadline = .now() + serving.limits.lingerTime
        }
        let written = loop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.whenComplete { _ in self.cut() }
    }

    /// Closes now, whatever is under way.
    func cut() { context?.close(promise: nil) }

    /// The server waits no longer: whoever answers says so, or the connection is cut.
    func finishNow() {
        if exchange?.serverStops() != true { cut() }
    }

    /// The server is going down: what is in flight may finish.
    func stop() {
        turn.keepsAlive = false
        if phase == .idle { closeWhenWritten() }
    }

    /// What was written and has not gone out; asked of the channel only while there may be something.
    private var waitingBytes: Int {
        guard !outflow.isDone, let options = context?.channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Ends what has taken too long.
    func lookAtDeadlines(_ now: NIODeadline) {
        switch outflow.state(waitingBytes: waitingBytes, at: now, stallTime: serving.limits.stallTime) {
        case .stalled: return cut()
        // While the last answer is still being read, nobody has been silent yet.
        case .flowing where phase == .idle: phaseDeadline = now + serving.limits.idleTime
        case .flowing where phase == .lingering: phaseDeadline = now + serving.limits.lingerTime
        case .flowing, .done: break
        }
        switch phase {
        case .idle: if now >= phaseDeadline { closeWhenWritten() }
        case .receiving:
            if let incoming, now >= incoming.deadline(serving.limits) { refuse(.bodyTooSlow) }
        case .answering: exchange?.lookAtDeadlines(now)
        case .lingering: if now >= phaseDeadline { cut() }
        case .gone: break
        }
    }
}

extension SocketAddress {
    var isLoopback: Bool {
        switch self {
        case .v4, .v6:
            guard let ip = ipAddress else { return false }
            return ip.hasPrefix("127.") || ip == "::1" || ip.hasPrefix("::ffff:127.")
        case .unixDomainSocket: return true
        }
    }
}
