package import NIOCore

/// How long an upstream may take. What is paused because the caller is slow does not count as a stall.
package struct Deadlines: Hashable, Sendable {
    /// Name resolution, TCP and TLS.
    package var connect = TimeAmount.seconds(5)
    /// From the request's last byte to the first of a streamed answer.
    package var firstByte = TimeAmount.seconds(120)
    /// The same where no stream was asked for: then the first byte comes when the whole answer is written.
    package var firstByteUnstreamed = TimeAmount.seconds(600)
    /// Between bytes; an upstream's keep-alive comments count.
    package var stall = TimeAmount.seconds(60)
    /// From the order to the end of the answer.
    package var total = TimeAmount.seconds(600)

    package init() {}

    /// How often a clock must look at them.
    func tick(with idleTime: TimeAmount) -> TimeAmount {
        let shortest = [connect, firstByte, firstByteUnstreamed, stall, total, idleTime].min() ?? total
        let range = OpenAILimits.tickRange
        return min(max(.nanoseconds(shortest.nanoseconds / 8), range.lowerBound), range.upperBound)
    }
}
