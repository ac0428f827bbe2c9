import Commerce
import NIOHTTP1
import Units
import Wire

/// OpenAI's `x-ratelimit-*` fields: what is left of a limit a minute, and in what time all of it is there again.
enum RateFields {
    static func all(_ standing: RateStanding) -> [ErrorResponse.Field] {
        var fields: [ErrorResponse.Field] = []
        if let quota = standing.requests {
            fields += [
                ("x-ratelimit-limit-requests", String(quota.limit)), ("x-ratelimit-remaining-requests", String(quota.remaining)),
                ("x-ratelimit-reset-requests", time(quota.resetMilliseconds)),
            ]
        }
        if let quota = standing.tokens {
            fields += [
                ("x-ratelimit-limit-tokens", String(quota.limit)), ("x-ratelimit-remaining-tokens", String(quota.remaining)),
                ("x-ratelimit-reset-tokens", time(quota.resetMilliseconds)),
            ]
        }
        return fields
    }

    /// As Go writes it, and OpenAI with it: `12ms`, `1.5s`, `1m2s`, `3h0m5s`.
    static func time(_ milliseconds: Int) -> String {
        guard milliseconds >= 1000 else { return "\(milliseconds)ms" }
        let (minutes, rest) = milliseconds.quotientAndRemainder(dividingBy: 60_000)
        let decimals = rest % 1000 == 0 ? "" : "." + String(String(1000 + rest % 1000).dropFirst())
        let hours = minutes >= 60 ? "\(minutes / 60)h\(minutes % 60)m" : minutes > 0 ? "\(minutes)m" : ""
        return hours + "\(rest / 1000)\(decimals)s"
    }
}

extension TextRoom {
    mutating func write(_ standing: RateStanding?) {
        guard let standing else { return }
        for (name, value) in RateFields.all(standing) { writeField(name, value) }
    }

    /// Six fields of at most 30 bytes of name and 20 of value.
    static func bytesMax(of standing: RateStanding?) -> Int { standing == nil ? 0 : 6 * 64 }
}

extension ErrorResponse {
    init(_ refusal: RateRefusal) {
        let whose =
            switch refusal.scope {
            case .key: "this API key"
            case .account: "this account"
            case .model: "this model and account"
            }
        let what =
            switch refusal.dimension {
            case .requests: "requests per \(refusal.period.rawValue)"
            case .tokens: "tokens per \(refusal.period.rawValue)"
            case .spend: "spend per \(refusal.period.rawValue)"
            case .concurrent: "requests at once"
            }
        func number(_ count: Int) -> String {
            refusal.dimension == .spend ? "$\(Money(nanodollars: Int64(count)).brief)" : String(count)
        }
        let numbers = "limit \(number(refusal.limit)), used \(number(refusal.used)), requested \(number(refusal.asked))"
        let advice =
            refusal.retryMilliseconds.map { "Try again in \(RateFields.time($0))." }
            ?? "The request alone is beyond the limit: ask for less with max_completion_tokens."
        let type = refusal.dimension == .tokens ? "tokens" : "requests"
        self.init(
            .tooManyRequests, "Rate limit reached for \(whose) on \(what): \(numbers). \(advice)", type: type,
            code: "rate_limit_exceeded",
            fields: (refusal.retryMilliseconds.map { ErrorResponse.retry(in: $0) } ?? [ErrorResponse.noRetry])
                + RateFields.all(refusal.standing))
    }
}
