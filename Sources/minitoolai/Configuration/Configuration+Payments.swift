import Payments

extension Configuration.Payments {
    init(_ section: Section) {
        stripeKey = section.secret("stripe_key")
        stripeWebhookSecret = section.secret("stripe_webhook_secret")
        stripeURL = section.text("stripe_url", default: "https://api.stripe.com")
        stripeTrustedRoots = section.optionalText("stripe_trusted_roots", shownAs: "the system's")
    }

    /// Why Stripe is not used although something is said of it; nil: it is used, or nobody asked for it.
    var whyNot: String? {
        if stripeKey == nil, stripeWebhookSecret == nil { return nil }
        guard let key = stripeKey, !key.isEmpty else { return "payments.stripe_key is missing" }
        guard let secret = stripeWebhookSecret, secret.utf8.count >= StripeOptions.webhookSecretCharactersMin else {
            return
                "payments.stripe_webhook_secret is missing or shorter than \(StripeOptions.webhookSecretCharactersMin) characters"
        }
        return nil
    }
}
