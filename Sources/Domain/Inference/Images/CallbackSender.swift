package import NIOCore

/// What is posted to tell of a job's end, signed.
/// Source: Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
package struct SignedCallback: Sendable {
    /// `https://…`, as the caller gave it.
    package let address: String
    /// The same whenever the same end is told: who gets it twice knows by this.
    package let id: String
    /// When this attempt is made, in seconds since 1970.
    package let timestamp: Int64
    /// `v1,` and base64.
    package let signature: String
    package let body: ByteBuffer

    package init(address: String, id: String, timestamp: Int64, signature: String, body: ByteBuffer) {
        self.address = address
        self.id = id
        self.timestamp = timestamp
        self.signature = signature
        self.body = body
    }
}

/// What became of one attempt. Nothing of an answer is in it but its status.
package enum CallbackOutcome: Hashable, Sendable {
    /// The receiver said 2xx.
    case delivered
    /// The receiver said 410: it wants to hear nothing more.
    case gone
    /// - Parameter why: for the operator's log: without the address, and nothing that the receiver wrote.
    case failed(why: String)
}

/// Posts callbacks to addresses that strangers chose.
package protocol CallbackSender: Sendable {
    /// One attempt, within a bounded time. The task's cancellation does not end it: what is delivered must be known to be.
    func send(_ callback: SignedCallback) async -> CallbackOutcome
}
