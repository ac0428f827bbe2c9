/// A kind of server that speaks OpenAI's chat completions, each with manners of its own. What it is known for stands in one table:
/// ``capabilities``. Where its answers differ (usage in other places, error shapes, comments), every answer is read for all of them.
package enum UpstreamProfile: String, CaseIterable, Sendable {
    case openAI = "openai"
    case azure
    case vLLM = "vllm"
    case ollama
    case llamaCpp = "llama.cpp"
    case deepSeek = "deepseek"
    case groq
    case mistral
    case openRouter = "openrouter"
    /// Google's `/v1beta/openai`.
    case gemini
    /// Any other.
    case other

    /// What an operator can say of each engine by itself, too.
    package struct Capabilities: Hashable, Sendable {
        /// The member that carries the output cap.
        package let outputCapField: OpenAIEngine.Options.OutputCapField
        /// `stream_options` is needed for the usage of streams, and known.
        package let sendsStreamOptions: Bool
        /// `developer` messages must be sent as `system`.
        package let mapsDeveloperRole: Bool
        /// Prompt tokens it may add unseen, by recorded traffic: OpenAI next to nothing, chat templates of others up to 494.
        package let hiddenTokens: Int
        /// It bills thinking that shows in the total only.
        package let hidesOutput: Bool
    }

    package var capabilities: Capabilities {
        func row(
            _ field: OpenAIEngine.Options.OutputCapField, streamOptions: Bool = true, mapsRole: Bool = true, hidden: Int = 1024,
            hidesOutput: Bool = false
        ) -> Capabilities {
            Capabilities(
                outputCapField: field, sendsStreamOptions: streamOptions, mapsDeveloperRole: mapsRole, hiddenTokens: hidden,
                hidesOutput: hidesOutput)
        }
        return switch self {
        case .openAI, .azure: row(.maxCompletionTokens, mapsRole: false, hidden: 64)
        // Old versions refuse the newer name.
        case .vLLM: row(.maxTokens)
        // Old versions ignore the newer name, and the answer would have no end.
        case .ollama: row(.maxTokens)
        case .llamaCpp: row(.maxTokens)
        case .deepSeek: row(.maxTokens)
        case .groq: row(.maxCompletionTokens)
        // Reports unasked, and refuses members it does not know.
        case .mistral: row(.maxTokens, streamOptions: false)
        case .openRouter: row(.maxTokens)
        case .gemini: row(.maxTokens, hidesOutput: true)
        case .other: row(.maxTokens)
        }
    }

    /// What a host's name tells; servers of one's own are ``other`` until said.
    static func of(_ host: EngineAddress.Host) -> UpstreamProfile {
        guard case .name(let name) = host else { return .other }
        let known: [(String, UpstreamProfile)] = [
            ("api.openai.com", .openAI), ("openai.azure.com", .azure), ("api.deepseek.com", .deepSeek), ("api.groq.com", .groq),
            ("api.mistral.ai", .mistral), ("openrouter.ai", .openRouter), ("generativelanguage.googleapis.com", .gemini),
        ]
        return known.first { name == $0.0 || name.hasSuffix("." + $0.0) }?.1 ?? .other
    }
}
