import Inference
import NIOCore
import NIOPosix

/// A process whose output is read, as fast as it is asked for, and that is seen to its end.
struct ProcessRun: Sendable {
    let pieces: SpokenPieces
    private let process: ChildProcess
    private let channel: any Channel

    /// - Parameter place: left when the process is gone, also if this throws.
    init(
        _ process: ChildProcess, at place: ProcessPlace, _ options: EspeakEngine.Options, on loop: any EventLoop
    ) async throws(EngineFailure) {
        let pieces = SpokenPieces(on: loop, stallTime: options.stallTime)
        self.pieces = pieces
        self.process = process
        do {
            channel = try await NIOPipeBootstrap(group: loop)
                .channelOption(.autoRead, value: false)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 10))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            OutputReader(process, at: place, options, into: pieces))
                    }
                }
                .takingOwnershipOfDescriptor(input: process.output).get()
        } catch {
            process.kill()
            process.whenEnded { _ in place.leave() }
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
    private let place: ProcessPlace
    private let totalTime: TimeAmount
    private let pieces: SpokenPieces
    private var isWanted = true
    /// What the reader may still keep the process waiting before another runs beside it.
    private var patience: TimeAmount
    private var waitsSince = NIODeadline.now()
    private var loan: Scheduled<Void>?
    private var deadline: Scheduled<Void>?

    init(_ process: ChildProcess, at place: ProcessPlace, _ options: EspeakEngine.Options, into pieces: SpokenPieces) {
        self.process = process
        self.place = place
        totalTime = options.totalTime
        patience = options.readerTime
        self.pieces = pieces
    }

    func channelActive(context: ChannelHandlerContext) {
        let (channel, process, pieces, time) = (context.channel, process, pieces, totalTime)
        pieces.fill { [weak self] isWanted in
            self?.reader(wants: isWanted, on: channel.eventLoop)
            if isWanted { channel.read() }
        }
        deadline = context.eventLoop.scheduleTask(in: time) {
            pieces.finish(EngineFailure(.timedOut, detail: "not said in \(time.nanoseconds / 1_000_000_000) s"))
            process.kill()
            channel.close(promise: nil)
        }
        context.read()
    }

    private func reader(wants isWanted: Bool, on loop: any EventLoop) {
        self.isWanted = isWanted
        let now = NIODeadline.now()
        if isWanted {
            loan?.cancel()
            patience = patience - (now - waitsSince)
        } else {
            waitsSince = now
            loan = loop.scheduleTask(in: patience) { [place] in place.lend() }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { pieces.add(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) { if isWanted { context.read() } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// The process has closed its output, or nobody wants it any more.
    func channelInactive(context: ChannelHandlerContext) {
        loan?.cancel()
        deadline?.cancel()
        let (process, pieces, place, loop) = (process, pieces, place, context.eventLoop)
        // One that says nothing more and does not end keeps a thread that waits for it.
        let alarm = loop.scheduleTask(in: EspeakLimits.endingTime) { process.kill() }
        process.whenEnded { words in
            alarm.cancel()
            place.leave()
            loop.execute { pieces.finish(words.map { EngineFailure(.broken, detail: "espeak-ng \($0)") }) }
        }
    }
}
