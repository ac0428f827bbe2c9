import NIOCore

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

enum AnswerPart: Hashable {
    case head(AnswerHead)
    case body(ByteBuffer)
    /// The answer ended as its framing announced.
    case end
}
