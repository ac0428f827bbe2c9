package import NIOCore

/// How long a request may take and how often it is sent.
package struct S3Times: Hashable, Sendable {
    /// Name resolution and TCP.
    package var connect = BlobLimits.connectTime
    /// From the connection to the end of the answer.
    package var exchange = BlobLimits.exchangeTime
    package var attemptsMax = BlobLimits.attemptsMax
    /// Before the second attempt; doubled for each further one, and cut by up to half at random.
    package var retryPause = BlobLimits.retryPause

    package init() {}
}
