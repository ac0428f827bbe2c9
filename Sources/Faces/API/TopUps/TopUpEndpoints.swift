import Commerce
import Gateway
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Units
import Wire

/// Money in: codes, and the way to a payment page.
struct TopUpEndpoints: EndpointGroup {
    let topUps: TopUps
    /// How callers reach this server, where that differs from what they say.
    let publicURL: String?

    var endpoints: [Endpoint] {
        [
            .keyed(.post, "/api/topup/redeem") { context, caller in
                let code = try text("code", in: context, expected: "a redemption code such as ABCDE-FGHJK-MNPQR-STVWX-YZ012-3")
                let (redeemed, balance) = try await answered { () async throws(TopUpFailure) in
                    try await topUps.redeem(code, for: caller.key.account)
                }
                return .json([
                    "credited": .money(redeemed.amount), "balance": .money(balance.available),
                    "mode": .string(redeemed.book.rawValue),
                    "currency": "USD", "code": .string(redeemed.id.description),
                ])
            },
            .keyed(.post, "/api/topup/checkout") { context, caller in
                let text = try text("amount", in: context, expected: "US dollars such as \"10.00\"")
                guard let amount = Money(decimal: text) else {
                    throw ErrorResponse.badField("amount", expected: "US dollars such as \"10.00\"", got: text)
                }
                let url = try await answered { () async throws(TopUpFailure) in
                    try await topUps.checkout(amount, for: caller.purse, site: context.site(publicURL))
                }
                return .json(["checkout_url": .string(url)])
            },
        ]
    }

    /// The one member of a small body.
    private func text(_ name: String, in context: PlainContext, expected: String) throws(ErrorResponse) -> String {
        let document: JSONValue
        do throws(JSONFault) { document = try JSONValue(parsing: context.body) } catch {
            throw ErrorResponse(
                .badRequest, "The body must be a JSON object such as {\"\(name)\": \"…\"}: \(error).", code: "invalid_json")
        }
        guard let members = document.members else {
            throw ErrorResponse(.badRequest, "The body must be a JSON object such as {\"\(name)\": \"…\"}.", code: "invalid_json")
        }
        guard Set(members.map(\.key)).count == members.count else {
            throw ErrorResponse(.badRequest, "Each name may stand once in the body.", code: "invalid_json")
        }
        if let other = members.first(where: { $0.key != name }) {
            throw ErrorResponse(
                .badRequest, "Unrecognized request argument supplied: \(other.key.prefix(80)). Expected only '\(name)'.",
                param: String(other.key.prefix(80)), code: "unknown_parameter")
        }
        guard let value = document[name] else {
            throw ErrorResponse(
                .badRequest, "Missing required parameter: '\(name)', \(expected).", param: name,
                code: "missing_required_parameter")
        }
        guard let text = value.string, !text.isEmpty else {
            throw ErrorResponse.badField(name, expected: expected, got: value.string == nil ? "another type" : "nothing")
        }
        return text
    }

    private func answered<Value>(_ work: () async throws(TopUpFailure) -> Value) async throws(ErrorResponse) -> Value {
        do throws(TopUpFailure) { return try await work() } catch { throw ErrorResponse(error) }
    }
}

/// What Stripe posts.
struct StripeEndpoint: EndpointGroup {
    let topUps: TopUps
    let webhook: any PaymentWebhook
    let clock: any Gateway.Clock

    var endpoints: [Endpoint] {
        [
            .open(.post, "/webhooks/stripe") { context in
                let notice: PaymentNotice?
                do throws(WebhookFault) {
                    notice = try webhook.notice(
                        in: Array(buffer: context.body), signature: context.field("stripe-signature"), at: clock.now())
                } catch {
                    context.logger.warning("topup.webhook_refused", metadata: ["why": "\(error)"])
                    throw ErrorResponse(error)
                }
                guard let notice else { return .json(["received": true, "used": false]) }
                do throws(TopUpFailure) { try await topUps.hear(notice) } catch {
                    // Another product's payment with the same account: telling it again changes nothing.
                    if case .rejected(.topUp(.orderUnknown)) = error { return .json(["received": true, "used": false]) }
                    throw ErrorResponse(error)
                }
                return .json(["received": true, "used": true])
            }
        ]
    }
}

extension PlainContext {
    /// How the caller reached this server, without a slash at its end.
    func site(_ publicURL: String?) -> String {
        publicURL ?? "http://\(host ?? "localhost")"
    }
}

extension Response {
    static func json(_ document: JSONValue) -> Response { json { document.write(into: &$0) } }
}

extension ErrorResponse {
    static func badField(_ name: String, expected: String, got: String) -> ErrorResponse {
        ErrorResponse(
            .badRequest, "Invalid value for '\(name)': expected \(expected), got '\(got.prefix(80))'.", param: name,
            code: "invalid_value")
    }

    init(_ failure: TopUpFailure) {
        self =
            switch failure {
            case .tooManyTries(let seconds):
                ErrorResponse(
                    .tooManyRequests, "Too many tries. Come back in \(seconds) seconds.", type: "requests",
                    code: "too_many_tries", fields: [("retry-after", String(seconds))])
            case .noProvider:
                ErrorResponse(
                    .serviceUnavailable, "No payment provider is set up for this balance. Redeem a code, or ask the operator.",
                    type: "server_error", code: "no_payment_provider", fields: [("x-should-retry", "false")])
            case .providerFailed:
                ErrorResponse(
                    .badGateway, "The payment provider could not open a checkout. Nothing was paid.", type: "server_error",
                    code: "payment_provider_failed")
            case .refused(let refusal): ErrorResponse(refusal)
            case .rejected(let rejection): ErrorResponse(rejection)
            }
    }

    private init(_ rejection: LedgerRejection) {
        self =
            switch rejection {
            case .invalid(let field, let expected, let got): .badField(field, expected: expected, got: got)
            case .amountOutOfRange(let amount):
                .badField("amount", expected: "an amount that leaves a balance of at most 1000000000", got: amount.description)
            case .topUp(let refusal): ErrorResponse(refusal)
            default: .internalFault
            }
    }

    private init(_ refusal: TopUpRefusal) {
        self =
            switch refusal {
            case .codeUnknown:
                ErrorResponse(
                    .notFound, "There is no such redemption code. Check it for typing errors.", param: "code",
                    code: "code_unknown")
            case .codeRedeemed:
                ErrorResponse(.conflict, "This redemption code has been redeemed already.", param: "code", code: "code_redeemed")
            case .codeRevoked: ErrorResponse(.gone, "This redemption code has been revoked.", param: "code", code: "code_revoked")
            case .codeExpired(let time):
                ErrorResponse(.gone, "This redemption code expired at \(time).", param: "code", code: "code_expired")
            case .orderUnknown: ErrorResponse(.notFound, "There is no such order.", code: "order_unknown")
            case .mismatch(let field, let expected, let got):
                ErrorResponse(
                    .badRequest,
                    "The payment does not match its order: \(field) is \(got.prefix(80)), not \(expected). Nothing was credited.",
                    param: field, code: "payment_mismatch")
            }
    }

    init(_ fault: WebhookFault) {
        let message =
            switch fault {
            case .signature: "The signature is missing or not right."
            case .stale: "The signature is too old, or of the future."
            case .malformed(let why): "The event cannot be read: \(why)."
            case .otherMode: "The event is of another mode than this server's key."
            }
        self.init(.badRequest, message, code: "webhook_refused")
    }
}
