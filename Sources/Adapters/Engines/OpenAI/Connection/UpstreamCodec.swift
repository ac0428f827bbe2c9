import NIOCore

/// A whole request: its head, and a body in slices that are written one after the other, uncopied.
struct UpstreamRequest {
    enum Method: Sendable { case get, post }

    var method: Method
    /// Path and query, as it stands in the request line.
    var target: String
    /// Every field, `host` and `content-length` included.
    var fields: [(String, String)]
    var body: [ByteBuffer]
}

/// What an engine looks at in the head of an answer.
struct AnswerHead: Hashable, Sendable {
    var status: Int
    /// The connection may carry another request once this answer has ended.
    var keepsConnection: Bool
    /// The body is not sent as it is, although `accept-encoding: identity` was asked for.
    var isEncoded: Bool
    /// What a refusal asks for, in milliseconds.
    var retryAfterMilliseconds: Int?

    var isSuccess: Bool { (200..<300).contains(status) }
}

enum AnswerPart {
    case head(AnswerHead)
    case body(ByteBuffer)
    /// The answer ended as its framing announced.
    case end
}

/// HTTP/1.1 on one connection. What it installs takes ``UpstreamRequest``s and gives ``AnswerPart``s; informational heads
/// are kept back, and an answer that breaks off before its announced end is an error, never an `end`.
protocol UpstreamCodec: Sendable {
    func install(in pipeline: ChannelPipeline.SynchronousOperations) throws
}
