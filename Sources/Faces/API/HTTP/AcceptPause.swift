import Glibc
import NIOCore

/// Takes no new connections for a moment when the process has no descriptor left for one.
///
/// The kernel goes on saying that somebody waits, and asking again at once would take a whole processor until others leave.
/// Who waits meanwhile waits in the kernel's queue.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let time: TimeAmount
    private var isPausing = false

    init(for time: TimeAmount) { self.time = time }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let code = (error as? IOError)?.errnoCode, code == EMFILE || code == ENFILE else {
            return context.fireErrorCaught(error)
        }
        guard !isPausing else { return }
        isPausing = true
        let channel = context.channel
        accept(false, on: channel)
        context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.isPausing = false
            self.accept(true, on: channel)
        }
    }

    /// It fails only on a channel that was closed meanwhile, which accepts nobody anyway.
    private func accept(_ accepts: Bool, on channel: any Channel) {
        try? channel.syncOptions?.setOption(.autoRead, value: accepts)
    }
}
