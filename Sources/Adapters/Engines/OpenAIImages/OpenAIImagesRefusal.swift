import Inference
import NIOCore

/// Says what an answer without a picture means. Of the upstream's words only a code is kept: its messages quote prompts, keys and
/// organisations.
enum OpenAIImagesRefusal {
    static func failure(_ answer: EngineAnswer, key: Secret?) -> ImageFailure {
        let error = answer.body.readableBytes <= OpenAIImagesLimits.errorBytesMax ? UpstreamError(document: answer.body) : nil
        let codes = [error?.code, error?.type].compactMap { $0?.lowercased() }
        let kind = kind(answer.status, codes, blamesTheKey: error?.message?.lowercased().contains("api key") ?? false)
        var words = "answered \(answer.status)"
        switch answer.status {
        case 300..<400: words += ": redirects are not followed, give the address it leads to"
        case 401, 403: words += key == nil ? ": it wants a key" : ": the key is refused"
        default: if let code = codes.first(where: { isPlain($0, key) }) { words += " (\(code))" }
        }
        return ImageFailure(kind, detail: words, retryAfterMilliseconds: kind == .busy ? answer.retryAfterMilliseconds : nil)
    }

    private static func kind(_ status: Int, _ codes: [String], blamesTheKey: Bool) -> ImageFailure.Kind {
        switch status {
        // Without credit it is asked for nothing until there is some; others may have some.
        case 402, 409, 425, 429, 503, 529: return .busy
        case 400..<500 where codes.contains(where: exhausted.contains): return .busy
        case 400..<500 where blamesTheKey || codes.contains("invalid_api_key"): return .broken
        case 400, 413, 422: return .refused
        case 404 where codes.contains("model_not_found"): return .refused
        case 408, 504: return .timedOut
        case 502: return .lost
        default: return .broken
        }
    }

    private static let exhausted: Set = ["billing_hard_limit_reached", "insufficient_quota", "rate_limit_exceeded"]

    private static func isPlain(_ code: String, _ key: Secret?) -> Bool {
        (1...OpenAIImagesLimits.codeBytesMax).contains(code.utf8.count) && code.utf8.allSatisfy(\.mayStandInPath)
            && key?.isEchoed(in: code) != true
    }
}
