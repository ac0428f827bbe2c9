package import Units

/// Reads what a payment provider posts to the server.
package protocol PaymentWebhook: Sendable {
    /// What a post says.
    /// - Parameters:
    ///   - body: its bytes as they came: the signature is over them.
    ///   - signature: the field that carries it; nil when there was none.
    /// - Returns: nil for what is true but of no concern here.
    /// - Throws: ``WebhookFault``: nothing in it may be believed.
    func notice(in body: [UInt8], signature: String?, at now: Instant) throws(WebhookFault) -> PaymentNotice?
}

package enum WebhookFault: Error, Hashable, Sendable {
    /// None, malformed, or made with another secret.
    case signature
    /// Signed too long ago, or in the future: it may be an old one that somebody kept.
    case stale
    /// Signed, but not what its sender is known to send.
    case malformed(String)
    /// Of the provider's test mode where real money is taken, or the other way round.
    case otherMode
}
