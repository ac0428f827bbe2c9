import API
import CLI
import Commerce
import Engines
import Gateway
import Logging
import NIOCore
import Payments

/// Who takes payments.
struct ConfiguredPayments: Sendable {
    let provider: (any CheckoutProvider)?
    /// nil: there is no address to post payments to.
    let webhook: (any PaymentWebhook)?

    /// - Parameter pepper: tells this server's orders from those of another one with the same Stripe account.
    /// - Throws: ``Failure`` when the provider's address makes no sense.
    init(_ setting: Configuration.Payments, pepper: [UInt8], _ logger: Logger, on group: any EventLoopGroup) throws {
        if let why = setting.whyNot {
            // An empty secret would let anybody sign, so there is no address to post to at all.
            logger.warning("payments.stripe_off", metadata: ["why": "\(why)"])
        }
        guard setting.whyNot == nil, let keyText = setting.stripeKey, let secretText = setting.stripeWebhookSecret else {
            (provider, webhook) = (nil, nil)
            return
        }
        guard let key = Secret(keyText), let secret = Secret(secretText) else {
            throw Failure(.configuration, "payments: expected secrets of visible ASCII characters")
        }
        do {
            var options = try StripeOptions(
                key: key, webhookSecret: secret, baseURL: setting.stripeURL, mark: HouseMark(pepper: pepper).text)
            options.trustedRoots = setting.stripeTrustedRoots
            provider = try StripeCheckout(options, group: group)
            webhook = StripeWebhook(options)
            if options.book == .test {
                logger.notice("payments.stripe_test_mode", metadata: ["pays_into": "test balances"])
            }
        } catch {
            throw Failure(.configuration, "payments: \(error)")
        }
    }
}
