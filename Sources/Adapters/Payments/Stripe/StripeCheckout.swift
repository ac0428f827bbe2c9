package import Commerce
import Crypto
import Engines
import Foundation
import Inference
package import NIOCore
import Units
import Wire

/// Stripe Checkout: a page of Stripe's own on which the payer pays.
///
/// Source: docs.stripe.com/api/checkout/sessions/create.
package final class StripeCheckout: CheckoutProvider {
    private let options: StripeOptions
    private let client: EngineClient

    /// The version of Stripe's API that these requests and events are of.
    static let version = "2024-06-20"
    static let time = TimeAmount.seconds(20)

    /// - Throws: what is wrong with the options' `trustedRoots`.
    package init(_ options: StripeOptions, group: any EventLoopGroup) throws {
        self.options = options
        client = try EngineClient(
            options.address, credentials: .bearer(options.key), trustedRoots: options.trustedRoots,
            answerBytesMax: 1 << 20, group: group)
    }

    package var provider: PaymentProvider { .stripe }
    package var book: Book { options.book }

    package func open(_ order: TopUpOrder, returningTo page: String) async throws(PaymentFailure) -> Checkout {
        let answer: EngineAnswer
        do throws(ImageFailure) {
            answer = try await client.ask(
                "POST", "/v1/checkout/sessions", content: EngineContent(form: form(for: order, page)),
                fields: [
                    ("stripe-version", StripeCheckout.version),
                    ("idempotency-key", "\(reference(order)).\(order.created.microseconds)"),
                ], deadline: StripeCheckout.time)
        } catch { throw PaymentFailure("Stripe could not be asked: \(error.detail)") }
        guard answer.isSuccess else { throw PaymentFailure("Stripe \(answer.failure.detail)") }
        guard let document = try? JSONValue(parsing: answer.body), let session = document["id"]?.string,
            let url = document["url"]?.string, url.hasPrefix("https://") || (url.hasPrefix("http://") && !options.isLiveAddress)
        else { throw PaymentFailure("Stripe's answer has no session with an address") }
        return Checkout(session: session, url: url)
    }

    private func reference(_ order: TopUpOrder) -> String { "\(order.id).\(options.mark)" }

    private func form(for order: TopUpOrder, _ page: String) -> [(String, String)] {
        let reference = reference(order)
        return [
            ("mode", "payment"), ("client_reference_id", reference), ("metadata[order]", reference),
            // A charge carries its payment's metadata, so that a refund names its order even before the payment is known.
            ("payment_intent_data[metadata][order]", reference),
            ("line_items[0][quantity]", "1"), ("line_items[0][price_data][currency]", "usd"),
            ("line_items[0][price_data][unit_amount]", String(order.cents)),
            ("line_items[0][price_data][product_data][name]", "MiniToolAI balance, $\(order.amount.brief)"),
            ("success_url", page), ("cancel_url", page + "&canceled=1"),
        ]
    }
}

extension StripeOptions {
    /// Stripe itself, not something on this machine that plays it.
    fileprivate var isLiveAddress: Bool { address.authority == "api.stripe.com" }
}
