package import NIOCore

/// What the OpenAI engine bounds, and why.
package enum OpenAILimits {
    /// Bytes of a base URL; longer ones are a slip of the pen.
    static let addressBytesMax = 2048
    /// Bytes of an unstreamed answer: the longest text any model writes, JSON-escaped, many times over.
    package static let answerBytesMax = 32 << 20
    /// Bytes of the head of an answer, and of the trailers of a body; servers' own limits for requests lie between 8 and 64 KiB.
    static let headBytesMax = 32 << 10
    /// Informational heads before an answer: one is common, a hundred are an endless answer.
    static let informationalHeadsMax = 16
    /// Bytes of the line before a chunk, extensions included; nobody is known to use them.
    static let chunkLineBytesMax = 256
    /// Bytes of an error's body that are looked at; the rest says nothing new.
    static let errorBytesMax = 64 << 10
    /// How long the body of an error may take to arrive once its status has: the status alone decides most.
    static let errorTime = TimeAmount.seconds(5)
    /// Characters of an upstream's own message that a caller is shown.
    package static let messageCharactersMax = 500
    /// Idle connections kept per event loop and upstream: enough for a burst to be followed by another.
    package static let idleConnectionsMax = 128
    /// How long an idle connection is kept. Servers close theirs after 5 s (uvicorn) to several minutes.
    package static let idleTime = TimeAmount.seconds(30)
    /// A reused connection that closes this soon, before any byte of an answer, was closed while the request was on its way:
    /// nobody worked on it, so it may be sent again on a new connection, once.
    package static let staleTime = TimeAmount.seconds(1)
    /// What may still come after `[DONE]` on a connection that is to be used again; the end of the body is a few bytes.
    static let leftoverBytesMax = 4096
    static let leftoverTime = TimeAmount.seconds(1)
    /// Retry-after beyond this says "not today"; it is passed on no longer than this.
    static let retryAfterMillisecondsMax = 24 * 3600 * 1000
    /// Members up to this size are copied into one buffer with their names; larger ones are sent as slices.
    static let spliceBytesMax = 1024
    /// How long `engine check` waits for a list of models.
    static let checkTime = TimeAmount.seconds(10)
    /// The clock of deadlines ticks at an eighth of the shortest of them, but no faster and no slower than this.
    static let tickRange = TimeAmount.milliseconds(10)...TimeAmount.milliseconds(250)
}
