import Inference
import NIOCore
import NIOPosix

/// A process whose output is read, as fast as it is asked for, and that is seen to its end.
struct ProcessRun: Sendable {
    let pieces: SpokenPieces
    private let process: ChildProcess
    private let channel: any Channel

    /// - Parameter ended: called once, when the process is gone, also if this throws.
    init(_ process: ChildProcess, on loop: any EventLoop, ended: @escaping @Sendable () -> Void) async throws(EngineFailure) {
        let pieces = SpokenPieces(on: loop, stallTime: EspeakLimits.stallTime)
        self.pieces = pieces
        self.process = process
        do {
            channel = try await NIOPipeBootstrap(group: loop)
                .channelOption(.autoRead, value: false)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 10))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(OutputReader(process, into: pieces, ended: ended))
                    }
                }
                .takingOwnershipOfDescriptor(input: process.output).get()
        } catch {
            process.kill()
            process.whenEnded { _ in ended() }
            throw EngineFailure(.unreachable, detail: "no pipe to read from: \(error)")
        }
    }

    /// Ends it, if it has not ended.
    func stop() {
        process.kill()
        channel.close(promise: nil)
    }
}

/// What a process writes, from its pipe into the pieces.
private final class OutputReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let process: ChildProcess
    private let pieces: SpokenPieces
    private let ended: @Sendable () -> Void
    private var isWanted = true

    init(_ process: ChildProcess, into pieces: SpokenPieces, ended: @escaping @Sendable () -> Void) {
        self.process = process
        self.pieces = pieces
        self.ended = ended
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        pieces.fill { [weak self] isWanted in
            self?.isWanted = isWanted
            if isWanted { channel.read() }
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { pieces.add(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) { if isWanted { context.read() } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// The process has closed its output, or nobody wants it any more.
    func channelInactive(context: ChannelHandlerContext) {
        let (process, pieces, ended, loop) = (process, pieces, ended, context.eventLoop)
        // One that says nothing more and does not end keeps a thread that waits for it.
        let alarm = loop.scheduleTask(in: EspeakLimits.endingTime) { process.kill() }
        process.whenEnded { words in
            alarm.cancel()
            ended()
            loop.execute { pieces.finish(words.map { EngineFailure(.broken, detail: "espeak-ng \($0)") }) }
        }
    }
}
