package import Commerce
package import Engines

/// How an operator's Stripe account is reached.
package struct StripeOptions: Sendable {
    package var key: Secret
    /// What Stripe signs its posts with, `whsec_…`.
    package var webhookSecret: Secret
    package var address: EngineAddress
    /// A PEM file of certificates to trust instead of the system's.
    package var trustedRoots: String?
    /// Tells this server's orders from those of another one with the same Stripe account.
    package var mark: String

    /// - Parameter baseURL: everything before `/v1`: `https://api.stripe.com`.
    package init(key: Secret, webhookSecret: Secret, baseURL: String, mark: String) throws(EngineAddress.Fault) {
        self.key = key
        self.webhookSecret = webhookSecret
        self.mark = mark
        address = try EngineAddress(baseURL)
    }

    /// Characters of a webhook secret, at the least: Stripe's have 38. An empty one would let anybody sign.
    package static let webhookSecretCharactersMin = 32

    /// Real money moves: Stripe names a key's mode in its beginning. Source: docs.stripe.com/keys.
    var isLive: Bool {
        let key = key.reveal()
        return key.hasPrefix("sk_live_") || key.hasPrefix("rk_live_")
    }

    /// Money that is not real is no live balance.
    package var book: Book { isLive ? .live : .test }
}
