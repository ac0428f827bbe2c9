import Glibc
import NIOCore

/// One connection of a scripted server: reads requests, plays answers one after the other.
final class ScriptedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let upstream: ScriptedUpstream
    private var reader = ScriptedRequestReader()
    private var number = 0
    private var steps: ArraySlice<ScriptedAnswer.Step> = []
    private var isPlaying = false

    init(_ upstream: ScriptedUpstream) { self.upstream = upstream }

    func channelActive(context: ChannelHandlerContext) { number = upstream.connected(context.channel) }

    func channelInactive(context: ChannelHandlerContext) {
        steps = []
        upstream.disconnected(context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.append(unwrapInboundIn(data))
        answerNext(context)
    }

    private func answerNext(_ context: ChannelHandlerContext) {
        guard !isPlaying, let request = reader.next(on: number) else { return }
        isPlaying = true
        steps = upstream.asked(request).steps[...]
        play(context)
    }

    private func play(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        guard let step = steps.popFirst() else {
            isPlaying = false
            upstream.answered()
            return answerNext(context)
        }
        switch step {
        case .send(let bytes): send(bytes, context)
        case .pause(let time): context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.play(context) }
        case .wait(let future):
            future.hop(to: context.eventLoop).assumeIsolated().whenSuccess { self.play(context) }
        case .close: context.close(promise: nil)
        case .reset: reset(context)
        case .hang: break
        }
    }

    /// In pieces that wait for one another, so that what the caller does not read is not counted as sent.
    private func send(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var rest = bytes
        guard rest.readableBytes > 0, let piece = rest.readSlice(length: min(rest.readableBytes, 65_536)) else {
            return play(context)
        }
        let count = piece.readableBytes
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess {
            self.upstream.sent(count)
            // Not at once: a write that succeeds at once would deepen the stack with every piece.
            context.eventLoop.assumeIsolated().execute { self.send(rest, context) }
        }
        context.writeAndFlush(wrapOutboundOut(piece), promise: written)
    }

    private func reset(_ context: ChannelHandlerContext) {
        guard let socket = context.channel as? any SocketOptionProvider else {
            preconditionFailure("a connection is a socket")
        }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
