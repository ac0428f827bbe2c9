import NIOCore
import NIOHTTP1

/// The codec of `NIOHTTP1`, translated.
struct NIOHTTP1Codec: UpstreamCodec {
    func install(in pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes, enableOutboundHeaderValidation: true)
        try pipeline.addHandler(NIOHTTP1Translator())
    }
}

private final class NIOHTTP1Translator: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = AnswerPart
    typealias OutboundIn = UpstreamRequest
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = unwrapOutboundIn(data)
        let head = HTTPRequestHead(
            version: .http1_1, method: request.method == .get ? .GET : .POST, uri: request.target,
            headers: HTTPHeaders(request.fields))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        for slice in request.body { context.write(wrapOutboundOut(.body(.byteBuffer(slice))), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part: AnswerPart =
            switch unwrapInboundIn(data) {
            case .head(let head): .head(AnswerHead(head))
            case .body(let bytes): .body(bytes)
            case .end: .end
            }
        context.fireChannelRead(wrapInboundOut(part))
    }
}

extension AnswerHead {
    fileprivate init(_ head: HTTPResponseHead) {
        self.init(status: Int(head.status.code), keepsConnection: head.isKeepAlive, isEncoded: false)
        if let encoding = head.headers.first(name: "content-encoding") { isEncoded = encoding.lowercased() != "identity" }
        if !isSuccess {
            retryAfterMilliseconds = RetryAfter.milliseconds(
                precise: head.headers.first(name: "retry-after-ms"), seconds: head.headers.first(name: "retry-after"),
                now: head.headers.first(name: "date"))
        }
    }
}
