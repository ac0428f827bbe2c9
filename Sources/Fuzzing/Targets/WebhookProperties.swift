import Commerce
import Crypto
import Engines
import Payments
import Units

/// What a provider posts: signed with another secret it says nothing, and signed with the right one nothing that no sane event says.
enum WebhookProperties {
    private static let secret = "whsec_0123456789abcdefghijklmnopqrstuv"
    private static let now = Instant(seconds: 1_800_000_000)

    private static let webhook: StripeWebhook = {
        guard let key = Secret("sk_live_fuzz"), let signing = Secret(secret),
            let options = try? StripeOptions(
                key: key, webhookSecret: signing, baseURL: "https://api.stripe.com", mark: "0123abcd")
        else { preconditionFailure("the options are sound") }
        return StripeWebhook(options)
    }()

    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let forged = read(bytes, signature(of: bytes, with: secret + "x"))
        guard case .failure(.signature) = forged else { throw BrokenProperty("a forged event was believed") }
        // The bytes as a signature of their own.
        guard case .failure = read([], String(decoding: bytes, as: UTF8.self)) else {
            throw BrokenProperty("a signature was made up")
        }
        guard case .success(let notice?) = read(bytes, signature(of: bytes, with: secret)) else { return }
        try must(notice.provider == .stripe && notice.id.utf8.count <= 255, "an event has an id")
        try must(notice.order != nil || notice.payment != nil, "an event is about something")
        if notice.isPayment { try must(notice.order != nil, "a payment names its order") }
        switch notice.news {
        case .paid(let cents, _), .refunded(let cents), .disputed(_, let cents), .disputeWon(_, let cents):
            try must(cents >= 0, "\(cents) cents")
        case .abandoned: break
        }
    }

    private static func read(_ body: [UInt8], _ signature: String) -> Result<PaymentNotice?, WebhookFault> {
        Result { () throws(WebhookFault) in try webhook.notice(in: body, signature: signature, at: now) }
    }

    private static func signature(of body: [UInt8], with secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(now.seconds).".utf8) + body, using: SymmetricKey(data: Array(secret.utf8)))
        return "t=\(now.seconds),v1=" + code.map { byte in String(UInt16(byte) | 0x100, radix: 16).dropFirst() }.joined()
    }
}
