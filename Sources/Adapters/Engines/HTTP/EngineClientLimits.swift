import NIOCore

/// What is bounded in talking to an engine's HTTP API, and why.
package enum EngineClientLimits {
    /// Bytes of an answer, 64 MiB: a PNG of 1344x1344 pixels that does not compress is 5.4 MB, 7.2 MB in base64; the rest is for servers that
    /// write 16 bits a channel, and for lists of files.
    package static let answerBytesMax = 64 << 20
    /// Name resolution, TCP and TLS: these servers are near.
    static let connectTime = TimeAmount.seconds(5)
    /// How long an idle connection is kept: less than the 5 s after which uvicorn and cpp-httplib close theirs, so that no picture is asked
    /// for on a connection that is just being closed.
    static let idleTime = TimeAmount.seconds(3)
    /// Characters of an error's name that are looked at.
    static let errorNameCharactersMax = 64
    /// Bytes of an error's body that are looked at; the rest says nothing new.
    static let errorBytesMax = 64 << 10
}
