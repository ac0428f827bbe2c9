package import Commerce
import Crypto
import Engines
import Foundation
import NIOCore
package import Units
import Wire

/// What Stripe posts about payments, believed only when its signature is true and fresh.
///
/// Sources: docs.stripe.com/webhooks (signatures), docs.stripe.com/api/events/types.
package struct StripeWebhook: PaymentWebhook {
    private let options: StripeOptions
    private let key: SymmetricKey

    /// How far the signature's time may be from ours, in seconds: Stripe's own libraries allow as much.
    static let toleranceSeconds: Int64 = 300

    package init(_ options: StripeOptions) {
        let secret = options.webhookSecret.reveal()
        precondition(secret.utf8.count >= StripeOptions.webhookSecretCharactersMin, "an empty secret signs anything")
        self.options = options
        key = SymmetricKey(data: Array(secret.utf8))
    }

    package func notice(in body: [UInt8], signature: String?, at now: Instant) throws(WebhookFault) -> PaymentNotice? {
        try check(body, signature, now)
        let event: JSONValue
        do throws(JSONFault) { event = try JSONValue(parsing: ByteBuffer(bytes: body)) } catch {
            throw .malformed("it is not JSON")
        }
        guard let id = event["id"]?.string, let type = event["type"]?.string, let object = event["data"]?["object"] else {
            throw .malformed("it is no event")
        }
        guard case .bool(let isLive)? = event["livemode"] else { throw .malformed("it does not say its mode") }
        guard isLive == options.isLive else { throw .otherMode }
        guard id.utf8.count <= 255 else { throw .malformed("its id is too long") }
        return try notice(id, type, object)
    }

    // MARK: The signature

    private func check(_ body: [UInt8], _ signature: String?, _ now: Instant) throws(WebhookFault) {
        guard let signature, signature.utf8.count <= 4096 else { throw .signature }
        var time: String?
        var codes: [[UInt8]] = []
        for part in signature.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { throw .signature }
            switch pair[0].trimmingCharacters(in: .whitespaces) {
            case "t": time = String(pair[1])
            case "v1": if let code = StripeWebhook.bytes(ofHex: pair[1]) { codes.append(code) }
            default: continue
            }
        }
        guard let time, let seconds = Int64(time), !codes.isEmpty else { throw .signature }
        var signed = Array("\(time).".utf8)
        signed += body
        // While a secret is being replaced there are two.
        let isTrue = codes.contains { HMAC<SHA256>.isValidAuthenticationCode($0, authenticating: signed, using: key) }
        guard isTrue else { throw .signature }
        guard abs(now.seconds - seconds) <= StripeWebhook.toleranceSeconds else { throw .stale }
    }

    private static func bytes(ofHex text: Substring) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    // MARK: The event

    private func notice(_ id: String, _ type: String, _ object: JSONValue) throws(WebhookFault) -> PaymentNotice? {
        switch type {
        case "checkout.session.completed" where object["payment_status"]?.string != "paid":
            // Paid by a slow method: the money comes later, or not.
            return nil
        case "checkout.session.completed", "checkout.session.async_payment_succeeded":
            guard let order = order(in: object) else { return nil }
            let news = PaymentNotice.News.paid(
                cents: try number("amount_total", object), currency: (object["currency"]?.string ?? "").lowercased())
            return PaymentNotice(
                provider: .stripe, id: id, order: order, session: object["id"]?.string, payment: payment(of: object), news: news)
        case "checkout.session.expired", "checkout.session.async_payment_failed":
            guard let order = order(in: object) else { return nil }
            return PaymentNotice(
                provider: .stripe, id: id, order: order, session: object["id"]?.string, payment: payment(of: object),
                news: .abandoned)
        case "charge.refunded":
            return paidBack(id, object, .refunded(cents: try number("amount_refunded", object)))
        case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated":
            return try disputed(id, type, object)
        default: return nil
        }
    }

    private func disputed(_ id: String, _ type: String, _ object: JSONValue) throws(WebhookFault) -> PaymentNotice? {
        guard let dispute = object["id"]?.string else { throw .malformed("a dispute has no id") }
        let cents = try number("amount", object)
        let status = object["status"]?.string ?? ""
        if status == "won" || type == "charge.dispute.funds_reinstated" {
            return paidBack(id, object, .disputeWon(dispute, cents: cents))
        }
        // Inquiries take no money yet.
        guard !status.hasPrefix("warning_") else { return nil }
        return paidBack(id, object, .disputed(dispute, cents: cents))
    }

    private func paidBack(_ id: String, _ object: JSONValue, _ news: PaymentNotice.News) -> PaymentNotice? {
        let order = order(in: object)
        guard order != nil || payment(of: object) != nil else { return nil }
        // It names another server's order.
        if order == nil, object["metadata"]?["order"]?.string != nil { return nil }
        return PaymentNotice(provider: .stripe, id: id, order: order, session: nil, payment: payment(of: object), news: news)
    }

    /// The order an object names, if it is one of this server's.
    private func order(in object: JSONValue) -> OrderID? {
        let reference = object["client_reference_id"]?.string ?? object["metadata"]?["order"]?.string
        guard let reference, reference.hasSuffix(".\(options.mark)") else { return nil }
        return OrderID(text: reference.dropLast(options.mark.count + 1))
    }

    private func payment(of object: JSONValue) -> String? {
        // Expanded, it is an object.
        let payment = object["payment_intent"]?.string ?? object["payment_intent"]?["id"]?.string
        return payment.flatMap { $0.utf8.count <= 255 ? $0 : nil }
    }

    private func number(_ name: String, _ object: JSONValue) throws(WebhookFault) -> Int64 {
        guard let number = object[name]?.int, number >= 0 else { throw .malformed("\(name) is not a whole number") }
        return Int64(number)
    }
}
