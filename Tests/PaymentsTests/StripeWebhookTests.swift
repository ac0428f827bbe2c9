import Commerce
import Crypto
import Engines
import Payments
import Testing
import Units

@Suite("What Stripe posts")
struct StripeWebhookTests {
    private static let secret = "whsec_0123456789abcdefghijklmnopqrstuv"
    private let now = Instant(seconds: 1_800_000_000)

    private func webhook() throws -> StripeWebhook {
        let options = try StripeOptions(
            key: #require(Secret("sk_live_x")), webhookSecret: #require(Secret(Self.secret)), baseURL: "https://api.stripe.com",
            mark: "0123abcd")
        return StripeWebhook(options)
    }

    private func signature(_ body: String, at seconds: Int64, secret: String = secret) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(seconds).\(body)".utf8), using: SymmetricKey(data: Array(secret.utf8)))
        let hex = code.map { byte in String(UInt16(byte) | 0x100, radix: 16).dropFirst() }.joined()
        return "t=\(seconds),v1=\(hex)"
    }

    private func event(_ type: String, _ object: String, livemode: Bool = true) -> String {
        #"{"id":"evt_1","type":"\#(type)","livemode":\#(livemode),"data":{"object":\#(object)}}"#
    }

    private static let session =
        #"{"id":"cs_1","client_reference_id":"order_7.0123abcd","payment_intent":"pi_1","payment_status":"paid","amount_total":1000,"currency":"usd"}"#

    @Test func `a paid checkout is a payment of its order`() throws {
        let body = event("checkout.session.completed", Self.session)
        let notice = try webhook().notice(in: Array(body.utf8), signature: signature(body, at: now.seconds), at: now)
        #expect(
            notice
                == PaymentNotice(
                    provider: .stripe, id: "evt_1", order: OrderID(7), session: "cs_1", payment: "pi_1",
                    news: .paid(cents: 1000, currency: "usd")))
    }

    @Test(arguments: [
        ("checkout.session.completed", #"{"id":"cs_1","client_reference_id":"order_7.0123abcd","payment_status":"unpaid"}"#),
        ("checkout.session.completed", #"{"id":"cs_1","client_reference_id":"order_7.ffffffff","payment_status":"paid"}"#),
        ("charge.refunded", #"{"payment_intent":"pi_9","amount_refunded":5,"metadata":{"order":"order_7.ffffffff"}}"#),
        ("charge.dispute.created", #"{"id":"dp_1","payment_intent":"pi_9","amount":5,"status":"warning_needs_response"}"#),
        ("customer.created", "{}"),
    ])
    func `what is of no concern is nothing`(type: String, object: String) throws {
        let body = event(type, object)
        #expect(try webhook().notice(in: Array(body.utf8), signature: signature(body, at: now.seconds), at: now) == nil)
    }

    @Test(arguments: [-301, 301, -1_800_000_000] as [Int64])
    func `a signature of another time is stale`(difference: Int64) throws {
        let body = event("checkout.session.completed", Self.session)
        let signed = signature(body, at: now.seconds + difference)
        #expect(throws: WebhookFault.stale) { try webhook().notice(in: Array(body.utf8), signature: signed, at: now) }
    }

    @Test(arguments: [-300, 0, 300] as [Int64])
    func `a signature of about now is taken`(difference: Int64) throws {
        let body = event("checkout.session.completed", Self.session)
        let signed = signature(body, at: now.seconds + difference)
        #expect(try webhook().notice(in: Array(body.utf8), signature: signed, at: now) != nil)
    }

    @Test func `every changed byte is noticed`() throws {
        let body = Array(event("checkout.session.completed", Self.session).utf8)
        let signed = signature(String(decoding: body, as: UTF8.self), at: now.seconds)
        for index in body.indices {
            var changed = body
            changed[index] ^= 1
            #expect(throws: WebhookFault.signature) { try webhook().notice(in: changed, signature: signed, at: now) }
        }
    }

    @Test func `another secret signs nothing here`() throws {
        let body = event("checkout.session.completed", Self.session)
        let signed = signature(body, at: now.seconds, secret: Self.secret + "x")
        #expect(throws: WebhookFault.signature) { try webhook().notice(in: Array(body.utf8), signature: signed, at: now) }
    }

    @Test func `play money is of another mode`() throws {
        let body = event("checkout.session.completed", Self.session, livemode: false)
        let signed = signature(body, at: now.seconds)
        #expect(throws: WebhookFault.otherMode) { try webhook().notice(in: Array(body.utf8), signature: signed, at: now) }
    }
}
