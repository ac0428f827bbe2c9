import Inference

/// Says in our terms what an upstream's refusal means, and lets nothing of the operator's business through.
final class Diagnosis: Sendable {
    private let address: EngineAddress
    private let key: Secret?

    init(_ address: EngineAddress, key: Secret?) {
        self.address = address
        self.key = key
    }

    /// An answer with a status that is none of success.
    func failure(_ head: AnswerHead, _ error: UpstreamError?) -> EngineFailure {
        if (300..<400).contains(head.status) {
            return EngineFailure(.misconfigured, detail: "answered \(head.status): redirects are not followed")
        }
        let words = described(error)
        return EngineFailure(
            kind(head.status, error), detail: "answered \(head.status)\(words)",
            retryAfterMilliseconds: head.retryAfterMilliseconds)
    }

    /// An error in place of an answer whose status was 200.
    func failureBeforeAnswer(_ error: UpstreamError) -> EngineFailure {
        EngineFailure(kind(nil, error), detail: "answered with an error\(described(error))")
    }

    func failureInAnswer(_ error: UpstreamError) -> EngineFailure {
        EngineFailure(.broken, detail: "reported an error in mid-answer\(described(error))")
    }

    // MARK: What it means

    private func kind(_ status: Int?, _ error: UpstreamError?) -> EngineFailure.Kind {
        let words = [error?.code, error?.type].compactMap { $0?.lowercased() }
        func isAny(of known: Set<String>) -> Bool { words.contains(where: known.contains) }
        let status = status ?? error?.status
        if status.map({ $0 < 500 }) ?? true {
            if isAny(of: Self.exhausted) { return .overloaded }
            if isAny(of: Self.unauthorised) || blamesTheKey(error) { return .misconfigured }
        }
        switch status {
        case 400, 413, 422: return .refusedPrompt(refusal(status ?? 400, error))
        case 408: return .timedOut
        case 402, 409, 425, 429: return .overloaded
        case .some(500...): return .overloaded
        case .some: return .misconfigured
        case nil:
            if isAny(of: Self.refused) { return .refusedPrompt(refusal(400, error)) }
            return isAny(of: Self.failing) ? .overloaded : .broken
        }
    }

    /// xAI and Gemini answer 400 to a wrong key.
    private func blamesTheKey(_ error: UpstreamError?) -> Bool {
        error?.message?.lowercased().contains("api key") ?? false
    }

    private static let exhausted: Set = [
        "insufficient_quota", "rate_limit_exceeded", "rate_limit_error", "requests", "tokens", "slow_down",
        "credit_balance_exhausted", "billing_hard_limit_reached", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "resource_exhausted",
    ]
    private static let unauthorised: Set = [
        "invalid_api_key", "authentication_error", "permission_error", "permission_denied", "unauthenticated",
        "account_deactivated", "model_not_found", "deploymentnotfound", "not_found_error",
    ]
    private static let refused: Set = [
        "invalid_request_error", "badrequesterror", "invalid_argument", "content_filter", "content_policy_violation",
        "context_length_exceeded", "invalid_prompt",
    ]
    private static let failing: Set = [
        "server_error", "internal_error", "internal_server_error", "internalservererror", "internal", "api_error",
        "overloaded_error", "server_is_overloaded", "service_unavailable_error", "unavailable", "timeout",
    ]

    // MARK: What may be said

    private func refusal(_ status: Int, _ error: UpstreamError?) -> EngineRefusal {
        EngineRefusal(
            status: status, message: error?.message.flatMap(presentable) ?? Self.genericMessage,
            param: error?.param.flatMap { word($0, bytesMax: 128) }, code: error?.code.flatMap { word($0, bytesMax: 64) })
    }

    static let genericMessage = "The engine behind this model refused the request."

    /// One line of at most 500 characters; nil when it could give the operator away.
    private func presentable(_ message: String) -> String? {
        let line = message.split(whereSeparator: { $0.isNewline || $0.isWhitespace || $0.isControl }).joined(separator: " ")
        let text = String(line.prefix(OpenAILimits.messageCharactersMax))
        return text.isEmpty || isTelling(message) ? nil : text
    }

    private func isTelling(_ text: String) -> Bool {
        let lower = text.lowercased()
        if lower.contains(address.host.text) || key?.isEchoed(in: text) == true || lower.contains("bearer ") { return true }
        let words = lower.split { !($0.isLetter || $0.isNumber || "-_*.".contains($0)) }
        return words.contains { word in
            Self.tellingPrefixes.contains { word.hasPrefix($0) && word.count >= $0.count + 4 }
        }
    }

    /// Keys, organisations, projects, upstream requests.
    private static let tellingPrefixes = ["sk-", "sk_", "org-", "proj_", "req_", "gsk_", "xai-", "aiza", "hf_"]

    private func described(_ error: UpstreamError?) -> String {
        let words = [error?.type, error?.code].compactMap { $0.flatMap { word($0, bytesMax: 64) } }
        return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
    }

    /// A code or the path of a parameter; nil when it is anything else.
    private func word(_ text: String, bytesMax: Int) -> String? {
        let isPlain = text.utf8.allSatisfy { $0.mayStandInPath || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }
        guard (1...bytesMax).contains(text.utf8.count), isPlain, !isTelling(text) else { return nil }
        return text
    }
}

extension Character {
    fileprivate var isControl: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}
