import NIOCore
import NIOHTTP1
import NIOSSL

/// One request and its answer, on a connection of their own.
final class S3Exchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: S3Request
    private let answerBytesMax: Int
    private let time: TimeAmount
    private var promise: EventLoopPromise<S3Answer>?
    private var answer: S3Answer?
    private var deadline: Scheduled<Void>?

    init(_ request: S3Request, answerBytesMax: Int, within time: TimeAmount, _ promise: EventLoopPromise<S3Answer>) {
        self.request = request
        self.answerBytesMax = answerBytesMax
        self.time = time
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.fail("no whole answer within the deadline", context)
        }
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.target)
        for header in request.headers { head.headers.add(name: header.name, value: header.value) }
        head.headers.add(name: "content-length", value: String(request.body.count))
        head.headers.add(name: "connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = S3Answer(status: Int(head.status.code), lastModified: head.headers.first(name: "last-modified"), body: [])
        case .body(let bytes):
            guard (answer?.body.count ?? 0) + bytes.readableBytes <= answerBytesMax else {
                return fail("the answer is larger than \(answerBytesMax) bytes", mayRetry: false, context)
            }
            answer?.body += bytes.readableBytesView
        case .end:
            if let answer { finish(.success(answer), context) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { fail("the connection was closed", context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState: fail("the answer broke off", context)
        case let error as HTTPParserError: fail("the answer is not HTTP: \(error)", mayRetry: false, context)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            fail("TLS failed: \("\(error)".prefix(200))", mayRetry: false, context)
        default: fail("the connection failed: \(type(of: error))", context)
        }
    }

    private func fail(_ detail: String, mayRetry: Bool = true, _ context: ChannelHandlerContext) {
        finish(.failure(S3Failure(detail: detail, mayRetry: mayRetry)), context)
    }

    /// What comes after the first outcome no longer counts.
    private func finish(_ result: Result<S3Answer, S3Failure>, _ context: ChannelHandlerContext) {
        guard let promise else { return }
        self.promise = nil
        deadline?.cancel()
        promise.completeWith(result.mapError { $0 as any Error })
        context.close(promise: nil)
    }
}
