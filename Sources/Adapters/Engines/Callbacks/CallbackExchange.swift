import Inference
import NIOCore
import NIOTLS

/// One callback on a connection of its own, the last handler of its channel: sends it when it may, and wants nothing of the answer but
/// its status.
final class CallbackExchange: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private let isSecured: Bool
    private let deadline: NIODeadline
    private let done: EventLoopPromise<CallbackOutcome>
    private var alarm: Scheduled<Void>?
    private var parser = AnswerParser()
    private var isSent = false
    private var status: Int?
    private var bytes = 0
    private var isOver = false

    /// - Parameter done: kept once the connection was made, in any case.
    init(_ request: ByteBuffer, isSecured: Bool, until deadline: NIODeadline, done: EventLoopPromise<CallbackOutcome>) {
        self.request = request
        self.isSecured = isSecured
        self.deadline = deadline
        self.done = done
    }

    func channelActive(context: ChannelHandlerContext) {
        alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            finish("no answer in time", context)
        }
        if !isSecured { send(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event { send(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !isSent, !isOver else { return }
        isSent = true
        parser.expectAnswer()
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        guard isSent else { return finish("the receiver speaks before it is asked", context) }
        let read = unwrapInboundIn(data)
        bytes += read.readableBytes
        parser.append(read)
        do throws(UpstreamBreak) {
            while let part = try parser.next() {
                switch part {
                case .head(let head): status = head.status
                case .body: break
                case .end: return finish("", context)
                }
            }
        } catch { return finish(error.detail, context) }
        if bytes > CallbackSenderLimits.answerBytesMax { finish("the answer's head is too large", context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(UpstreamBreak(reading: error).detail, context) }

    func channelInactive(context: ChannelHandlerContext) {
        finish(UpstreamBreak.closed.detail, context)
        context.fireChannelInactive()
    }

    /// - Parameter why: what is wrong if no status has come; one that has come decides, whatever its body did.
    private func finish(_ why: String, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        alarm?.cancel()
        done.succeed(status.map(CallbackOutcome.init(status:)) ?? .failed(why: why))
        context.close(promise: nil)
    }
}

extension CallbackOutcome {
    /// Redirects are not followed: whoever moved is to say so where jobs are submitted.
    init(status: Int) {
        switch status {
        case 200..<300: self = .delivered
        case 410: self = .gone
        case 300..<400: self = .failed(why: "answered \(status): redirects are not followed")
        default: self = .failed(why: "answered \(status)")
        }
    }
}
