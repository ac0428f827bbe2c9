import Commerce
import Gateway
import Inference
import NIOHTTP1
import Units
import Wire

/// Every error a caller may be told, as it is told: made from the cases that the code itself tells them from.
package enum ErrorCatalog {
    package struct Line: Hashable, Sendable {
        package let status: Int
        package let type: String
        package let code: String
        package let message: String
    }

    private static let limit = RateRefusal(
        scope: .key, dimension: .requests, limit: 600, used: 600, asked: 1, retryMilliseconds: 1500, standing: RateStanding())

    /// By status and code, each once.
    package static var lines: [Line] {
        let model = "gpt-4o-mini"
        let (needed, left) = (Money(nanodollars: 6_000_000), Money(nanodollars: 1_000_000))
        let refusals: [Refusal] = [
            .noKey, .unknownKey, .keyRevoked, .keyExpired, .modelNotAllowed(model: model), .modelUnknown(model: "no-such-model"),
            .modelNotPriced(model: model), .engineUnavailable(model: model),
            .insufficientBalance(needed: needed, available: left),
            .keyLimitReached(needed: needed, left: left), .busy, .tooManyJobs(limit: 20_000), .tooManySpeeches(limit: 128),
            .rateLimited(ErrorCatalog.limit), .notAdmitting, .submissionInFlight, .submissionNameTaken,
            .alreadyCompleted(charge: left), .notPriceable,
        ]
        let failures: [EngineFailure.Kind] = [.unreachable, .timedOut, .overloaded, .crowded, .misconfigured, .broken]
        let topUps: [TopUpFailure] = [
            .tooManyTries(seconds: 42), .noProvider, .providerFailed, .rejected(.topUp(.codeUnknown)),
            .rejected(.topUp(.codeRedeemed)), .rejected(.topUp(.codeRevoked)),
            .rejected(.topUp(.codeExpired(Instant(seconds: 1_800_000_000)))),
        ]
        let responses =
            refusals.map { ErrorResponse($0) } + failures.map { ErrorResponse(EngineFailure($0, detail: "")) }
            + topUps.map { ErrorResponse($0) }
            + [
                .badField("temperature", expected: "a number from 0 to 2", got: "3"), .unknownURL("GET", "/v1/nothing"),
                .methodNotAllowed("GET", "/v1/chat/completions", allowed: "POST, OPTIONS"), .bodyTooSlow, .tooManyBodies,
                .internalFault, .unsupportedContentEncoding("gzip"),
            ]
        var seen: Set<String> = []
        return responses.map { response in
            Line(
                status: Int(response.status.code), type: response.error.type, code: response.error.code ?? "",
                message: response.error.message)
        }.filter { seen.insert("\($0.status) \($0.code) \($0.message)").inserted }.sorted {
            ($0.status, $0.code) < ($1.status, $1.code)
        }
    }
}
