import Inference
import NIOCore

/// What was made of a speech and not yet asked for: filled on an event loop, emptied by one task, which whoever fills it is made to wait for.
///
/// `@unchecked Sendable`: every `var` is touched on `loop` only.
final class SpokenPieces: @unchecked Sendable {
    private let loop: any EventLoop
    /// How long the reader waits for a piece, unless whoever fills this minds the time itself.
    private let stallTime: TimeAmount?
    private var pieces = CircularBuffer<ByteBuffer>()
    private var bytes = 0
    private var end: Result<ByteBuffer?, EngineFailure>?
    private var reader: CheckedContinuation<Result<ByteBuffer?, EngineFailure>, Never>?
    private var alarm: Scheduled<Void>?
    /// Called on the loop, when there is enough and when there is room again.
    private var fills: ((_ isWanted: Bool) -> Void)?

    init(on loop: any EventLoop, stallTime: TimeAmount? = nil) {
        self.loop = loop
        self.stallTime = stallTime
    }

    // MARK: The side that fills. Called on the loop.

    /// - Parameter fills: is told whether more is wanted, each time that changes.
    func fill(_ fills: @escaping (_ isWanted: Bool) -> Void) { self.fills = end == nil ? fills : nil }

    func add(_ piece: ByteBuffer) {
        guard end == nil, piece.readableBytes > 0 else { return }
        if reader != nil { return give(.success(piece)) }
        pieces.append(piece)
        bytes += piece.readableBytes
        if bytes >= SpeechEngineLimits.waitingBytesMax { fills?(false) }
    }

    /// Nothing comes after it. The first end counts.
    func finish(_ failure: EngineFailure? = nil) {
        guard end == nil else { return }
        end = failure.map { .failure($0) } ?? .success(nil)
        fills = nil
        if let end, reader != nil { give(end) }
    }

    // MARK: The side that reads

    /// The next piece; nil at the end. Cancelling the task ends it.
    func next() async throws(EngineFailure) -> ByteBuffer? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (reader: CheckedContinuation<Result<ByteBuffer?, EngineFailure>, Never>) in
                loop.execute { [self] in take(reader) }
            }
        } onCancel: {
            loop.execute { [self] in finish(EngineFailure(.broken, detail: "the reader left")) }
        }
        return try result.get()
    }

    private func take(_ reader: CheckedContinuation<Result<ByteBuffer?, EngineFailure>, Never>) {
        if let piece = pieces.popFirst() {
            let wasFull = bytes >= SpeechEngineLimits.waitingBytesMax
            bytes -= piece.readableBytes
            if wasFull, bytes < SpeechEngineLimits.waitingBytesMax { fills?(true) }
            return reader.resume(returning: .success(piece))
        }
        if let end { return reader.resume(returning: end) }
        self.reader = reader
        alarm = stallTime.map { time in
            loop.scheduleTask(in: time) { [self] in
                finish(EngineFailure(.timedOut, detail: "nothing was said in \(time.seconds) s"))
            }
        }
    }

    private func give(_ result: Result<ByteBuffer?, EngineFailure>) {
        alarm?.cancel()
        alarm = nil
        let reader = self.reader
        self.reader = nil
        reader?.resume(returning: result)
    }
}

extension TimeAmount {
    fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
