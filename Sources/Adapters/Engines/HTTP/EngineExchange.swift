import Inference
import NIOCore

/// One request of an ``EngineClient``, on its loop: gathers the answer and says once how it ended.
final class EngineExchange: AnswerReader {
    /// `POST /sdapi/v1/txt2img`, for what is said of failures.
    private let title: String
    private let bytesMax: Int
    private var exchange: UpstreamExchange?
    private var done: ((Result<EngineAnswer, ImageFailure>) -> Void)?
    private var isCancelled = false
    private var head: AnswerHead?
    private var body = ByteBuffer()

    init(_ title: String, bytesMax: Int) {
        self.title = title
        self.bytesMax = bytesMax
    }

    /// - Parameter done: called once.
    func begin(
        _ request: UpstreamRequest, in pool: UpstreamPool, deadline: TimeAmount,
        _ done: @escaping (Result<EngineAnswer, ImageFailure>) -> Void
    ) {
        self.done = done
        guard !isCancelled else { return cancel() }
        var deadlines = Deadlines()
        deadlines.connect = min(EngineClientLimits.connectTime, deadline)
        deadlines.firstByte = deadline
        deadlines.stall = deadline
        deadlines.total = deadline
        let exchange = UpstreamExchange(request, in: pool, deadlines: deadlines, to: self)
        self.exchange = exchange
        exchange.start()
    }

    func cancel() {
        isCancelled = true
        fail(.cancelled, "the task was cancelled")
    }

    // MARK: The engine's side

    func began(_ head: AnswerHead) {
        guard !head.isEncoded else { return fail(.broken, "the body is compressed, unasked") }
        self.head = head
    }

    func brought(_ bytes: ByteBuffer) {
        guard body.readableBytes + bytes.readableBytes <= bytesMax else {
            return fail(.broken, "the answer is larger than \(bytesMax) bytes")
        }
        // Most answers come in one read, and need no copy.
        if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
    }

    func turnEnded() {}

    func ended() {
        guard let head else { return }
        finish(
            .success(EngineAnswer(status: head.status, body: body, retryAfterMilliseconds: head.retryAfterMilliseconds)))
    }

    func broke(_ reason: UpstreamBreak) {
        let kind: ImageFailure.Kind =
            switch reason {
            case .noConnection, .connectTimedOut, .handshakeFailed, .closed, .reset: .lost
            case .firstByteTimedOut, .stalled, .overran: .timedOut
            case .notHTTP: .broken
            }
        fail(kind, reason.detail)
    }

    private func fail(_ kind: ImageFailure.Kind, _ words: String) {
        exchange?.cancel()
        finish(.failure(ImageFailure(kind, detail: "\(title): \(words)")))
    }

    private func finish(_ result: Result<EngineAnswer, ImageFailure>) {
        exchange = nil
        body = ByteBuffer()
        let done = self.done
        self.done = nil
        done?(result)
    }
}
