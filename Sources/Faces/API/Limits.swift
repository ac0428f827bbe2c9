package import NIOCore

/// What one server takes from the network at most. Every one can be set; the defaults are those of a public server.
package struct APILimits: Sendable {
    // MARK: Connections

    /// Connections waiting to be accepted; the kernel lowers it to its own `somaxconn`.
    package var backlogConnections: Int32 = 4096
    /// How long nobody is let in once no descriptor is left: ten looks a second cost nothing, and relief is noticed at once.
    package var acceptPauseTime = TimeAmount.milliseconds(100)
    /// Connections per event loop. Each idle one costs about 20 KB; beyond it new ones are closed at once.
    package var connectionsPerLoopMax = 10_000
    /// From the connection, or from the first byte of a later request, to the end of its header: ends slow-header attacks.
    package var headTime = TimeAmount.seconds(15)
    /// How long a connection is kept without a request. Longer than the 60 s of common proxies, so that they close first.
    package var idleTime = TimeAmount.seconds(75)
    /// How often deadlines are looked at; each may be exceeded by this much.
    package var sweepInterval = TimeAmount.seconds(1)
    /// After a last answer: how long a caller may take to hear it and close, so that no reset destroys it …
    package var lingerTime = TimeAmount.seconds(2)
    /// … and how much it may go on sending meanwhile.
    package var lingerBytesMax = 4 << 20
    /// A caller who does not read at all for so long is cut; what was delivered is billed.
    package var stallTime = TimeAmount.seconds(30)

    // MARK: Headers

    /// Bytes of a request's head: clients send under 2 KB, cookies of proxies under 16.
    package var headerBytesMax = 32 << 10
    /// Bytes of one line of it: a header field, or the target with its method.
    package var headerFieldBytesMax = 16 << 10
    /// Header fields of one request.
    package var headerFieldsMax = 100
    /// Bytes of all extensions of a body's chunks, which nobody sends and nobody needs.
    package var chunkExtensionBytesMax = 4 << 10

    // MARK: Bodies

    /// A chat's body with images as data URLs …
    package var chatBodyBytesMax = 25 << 20
    /// … and without their data: about the largest context there is, a million tokens.
    package var chatTextBytesMax = 4 << 20
    /// The body of anything else.
    package var plainBodyBytesMax = 1 << 20
    /// Bodies held in memory at once, per event loop. Beyond it requests are told to come back.
    package var bodyBytesPerLoopMax = 256 << 20
    /// A refused request's body up to this size is read to its end, so that the connection can be kept.
    package var discardedBodyBytesMax = 64 << 10
    /// How long a body may take before its rate counts …
    package var bodyGraceTime = TimeAmount.seconds(20)
    /// … and the least rate, in bytes per second, from then on.
    package var bodyRateMin = 8 << 10
    /// The longest any body may take.
    package var bodyTimeMax = TimeAmount.seconds(300)

    // MARK: Answers

    /// An answer that is silent for so long gets a comment line, so that no client or proxy gives up on it.
    package var keepAliveTime = TimeAmount.seconds(15)
    /// Lines of one page of usage, unless asked for fewer.
    package var usageLinesPerPage = 100
    package var usageLinesPerPageMax = 1000

    package init() {}
}
