import Commerce
import Inference
import NIOCore
import NIOHTTP1
import Units
import Wire

/// What a caller is told when it is not served: the only place that knows status codes.
///
/// The body is OpenAI's error object but for the reference's own pictures, which have its shape. It never shows a path, an upstream's words, a key or a query.
struct ErrorResponse: Error {
    typealias Field = (name: StaticString, value: String)

    let status: HTTPResponseStatus
    let error: ErrorBody
    let fields: [Field]
    var manners = Manners.openAI

    init(
        _ status: HTTPResponseStatus, _ message: String, type: String = "invalid_request_error", param: String? = nil,
        code: String? = nil, fields: [Field] = []
    ) {
        self.status = status
        self.error = ErrorBody(message: message, type: type, param: param, code: code)
        self.fields = fields
    }

    var body: ByteBuffer {
        var buffer = ByteBuffer()
        switch manners {
        case .openAI: error.write(into: &buffer)
        case .submission: SubmissionAnswer(error).write(into: &buffer)
        case .question: JobAnswer(error).write(into: &buffer)
        case .messages: MessagesAnswer.error(error, status: Int(status.code)).write(into: &buffer)
        }
        return buffer
    }

    /// The shape of a refusal's body.
    enum Manners {
        case openAI
        /// As of `/api/texttoimage`.
        case submission
        /// As of `/api/texttoimage/jobs`.
        case question
        /// As of `/v1/messages`.
        case messages
    }

    func fit(_ manners: Manners) -> ErrorResponse {
        var fit = self
        fit.manners = manners
        return fit
    }

    /// As whoever asked for `path` expects it.
    func fit(for path: String?) -> ErrorResponse {
        var fit = self
        switch path.map({ $0.hasSuffix("/") ? String($0.dropLast()) : $0 }) {
        case "/api/texttoimage": fit.manners = .submission
        case "/api/texttoimage/jobs": fit.manners = .question
        case "/v1/messages": fit.manners = .messages
        default: break
        }
        return fit
    }
}

// MARK: The request as HTTP

extension ErrorResponse {
    init(_ malformed: MalformedRequest) {
        self =
            switch malformed {
            case .syntax: ErrorResponse(.badRequest, "The request is not well-formed HTTP/1.1.")
            case .headerTooLarge:
                ErrorResponse(.requestHeaderFieldsTooLarge, "The request's header is too large or has too many fields.")
            case .chunkExtensions:
                ErrorResponse(.payloadTooLarge, "The extensions of the body's chunks are too large.")
            case .method: ErrorResponse(.notImplemented, "The request's method is not known here.")
            case .version: ErrorResponse(.httpVersionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
            case .host: ErrorResponse(.badRequest, "A request has exactly one Host field.")
            case .length:
                ErrorResponse(
                    .badRequest, "The length of the body must be stated once: one Content-Length, or Transfer-Encoding: chunked.")
            case .expectation: ErrorResponse(.expectationFailed, "The only expectation that is met is 100-continue.")
            }
    }

    static func unknownURL(_ method: String, _ path: String) -> ErrorResponse {
        ErrorResponse(.notFound, "Invalid URL (\(method) \(path.prefix(200)))", code: nil)
    }

    static func methodNotAllowed(_ method: String, _ path: String, allowed: String) -> ErrorResponse {
        ErrorResponse(
            .methodNotAllowed, "Not allowed to \(method) on \(path.prefix(200)); expected \(allowed).",
            code: "method_not_supported", fields: [("allow", allowed)])
    }

    static func unsupportedContentEncoding(_ got: String) -> ErrorResponse {
        ErrorResponse(
            .unsupportedMediaType, "Unsupported content encoding: the body must be sent as it is, got '\(got.prefix(80))'.",
            code: "unsupported_content_encoding")
    }

    static let bodyTooSlow = ErrorResponse(.requestTimeout, "The request's body did not arrive in time.", code: "body_too_slow")

    static let tooManyBodies = comeBack("The server is handling as many large requests as it can. Try again shortly.", in: 1000)

    static let internalFault = ErrorResponse(
        .internalServerError, "The server failed to handle the request. Nothing was charged.", type: "server_error")

    static func badQuery(_ param: String, expected: String, got: String) -> ErrorResponse {
        ErrorResponse(
            .badRequest, "Invalid value for '\(param)': expected \(expected), got '\(got.prefix(80))'.", param: param,
            code: "invalid_value")
    }

    private static func comeBack(_ message: String, in milliseconds: Int, code: String = "overloaded") -> ErrorResponse {
        ErrorResponse(.serviceUnavailable, message, type: "server_error", code: code, fields: retry(in: milliseconds))
    }

    static func retry(in milliseconds: Int) -> [Field] {
        [("retry-after-ms", String(milliseconds)), ("retry-after", String((milliseconds + 999) / 1000))]
    }

    /// Official clients retry 429 and 5xx unless told not to.
    static let noRetry: Field = ("x-should-retry", "false")
}

// MARK: The request as a chat

extension ErrorResponse {
    init(_ fault: RequestFault) {
        status =
            switch fault.kind {
            case .malformed, .invalid: .badRequest
            case .tooLarge: .payloadTooLarge
            case .modelUnknown: .notFound
            case .unsupportedMediaType: .unsupportedMediaType
            }
        error = fault.body
        fields = []
    }
}

// MARK: The caller

extension ErrorResponse {
    init(_ refusal: Refusal) {
        self =
            switch refusal {
            case .noKey:
                .unauthorized(
                    "You didn't provide an API key. Send it in the header: 'Authorization: Bearer YOUR_API_KEY'.", code: nil)
            case .unknownKey: .unauthorized("Incorrect API key provided.")
            case .keyRevoked: .unauthorized("This API key has been revoked.")
            case .keyExpired: .unauthorized("This API key has expired.")
            case .modelNotAllowed(let model):
                ErrorResponse(
                    .forbidden, "This API key may not use the model '\(model)'.", param: "model", code: "model_not_allowed")
            case .modelUnknown(let model): ErrorResponse(RequestFault.modelUnknown(model))
            case .modelNotPriced(let model):
                ErrorResponse(
                    .badRequest, "The model '\(model)' has no price yet and cannot be used.", param: "model",
                    code: "model_not_priced")
            case .engineUnavailable(let model):
                ErrorResponse(
                    .serviceUnavailable, "No engine serves the model '\(model)' at the moment.", type: "server_error",
                    param: "model", code: "engine_unavailable", fields: [ErrorResponse.noRetry])
            case .insufficientBalance(let needed, let available):
                .outOfFunds(
                    "Your balance is too low: this request needs at least \(needed) USD, and \(available) USD is available.")
            case .keyLimitReached(let needed, let left):
                .outOfFunds(
                    "This API key's spending limit is reached: this request needs at least \(needed) USD, and \(left) USD is left."
                )
            case .rateLimited(let refusal): ErrorResponse(refusal)
            case .busy: .comeBack("The server is overloaded. Try again shortly; nothing was charged.", in: 500)
            case .tooManyJobs(let limit):
                ErrorResponse(
                    .tooManyRequests,
                    "This account has \(limit) jobs that are not over, the most it may have. Wait for some to end, or cancel them.",
                    type: "requests", code: "too_many_jobs", fields: ErrorResponse.retry(in: 5000))
            case .tooManySpeeches(let limit):
                ErrorResponse(
                    .tooManyRequests,
                    "This account has \(limit) speeches under way, the most it may have. Try again when some have ended.",
                    type: "requests", code: "too_many_speeches", fields: ErrorResponse.retry(in: 1000))
            case .notAdmitting:
                .comeBack("The server is going down for a restart. Try again shortly.", in: 2000, code: "shutting_down")
            case .submissionInFlight:
                ErrorResponse(
                    .conflict, "A request with the same Idempotency-Key is being handled. Try again shortly.",
                    param: "idempotency-key", code: "idempotency_key_in_use", fields: ErrorResponse.retry(in: 1000))
            case .submissionNameTaken:
                ErrorResponse(
                    .unprocessableEntity, "The Idempotency-Key was used before, with another body.", param: "idempotency-key",
                    code: "idempotency_key_reused")
            case .alreadyCompleted(let charge):
                ErrorResponse(
                    .conflict,
                    "The request of this Idempotency-Key was carried out and cost \(charge) USD. What was answered was not kept; "
                        + "it is not asked again under the same name.", param: "idempotency-key", code: "already_completed",
                    fields: [ErrorResponse.noRetry, ("x-minitoolai-cost", charge.description)])
            case .notPriceable:
                ErrorResponse(
                    .badRequest, "The request is larger than anything that can be priced.", param: "messages",
                    code: "context_length_exceeded")
            }
    }

    /// Several keys in one request: nobody can know who shall pay.
    static let ambiguousKey = unauthorized("Send exactly one Authorization header.")

    private static func unauthorized(_ message: String, code: String? = "invalid_api_key") -> ErrorResponse {
        ErrorResponse(.unauthorized, message, code: code, fields: [("www-authenticate", "Bearer")])
    }

    private static func outOfFunds(_ message: String) -> ErrorResponse {
        ErrorResponse(
            .tooManyRequests, message, type: "insufficient_quota", code: "insufficient_quota", fields: [noRetry])
    }
}

// MARK: The engines

extension ErrorResponse {
    /// - Parameter isCharged: something was billed all the same, so a retry would be billed again.
    init(_ failure: EngineFailure, isCharged: Bool = false) {
        if case .refusedPrompt(let refusal) = failure.kind {
            self.init(refusal)
            return
        }
        let (status, message, code) = ErrorResponse.outcome(of: failure.kind)
        let wait = min(max(failure.retryAfterMilliseconds ?? 500, 100), 60_000)
        self.init(
            status, message + (isCharged ? "" : " Nothing was charged."), type: "server_error", code: code,
            fields: isCharged ? [ErrorResponse.noRetry] : ErrorResponse.retry(in: wait))
    }

    /// An upstream's quarrel with our key, our credit or its own state is never the caller's 401, 403 or 429.
    private static func outcome(of kind: EngineFailure.Kind) -> (HTTPResponseStatus, String, String) {
        switch kind {
        case .unreachable: (.badGateway, "The engine could not be reached.", "engine_unreachable")
        case .timedOut: (.gatewayTimeout, "The engine did not answer in time.", "engine_timeout")
        case .overloaded: (.serviceUnavailable, "The engine is overloaded. Try again shortly.", "engine_overloaded")
        case .crowded: (.tooManyRequests, "Every place at the engine is taken. Try again when it is said.", "engine_busy")
        case .misconfigured: (.badGateway, "The engine cannot be used at the moment.", "engine_misconfigured")
        case .broken: (.badGateway, "The engine broke off its answer.", "engine_failed")
        case .malformed, .refusedPrompt: (.badGateway, "The engine's answer could not be read.", "engine_failed")
        }
    }

    private init(_ refusal: EngineRefusal) {
        let status: HTTPResponseStatus =
            switch refusal.status {
            case 413: .payloadTooLarge
            case 422: .unprocessableEntity
            default: .badRequest
            }
        self.init(status, refusal.message, param: refusal.param, code: refusal.code)
    }
}
