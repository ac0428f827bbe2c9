/// The two doors to one chat: what is asked and answered is the same, the defaults differ.
package enum ChatDialect: String, Sendable, CaseIterable {
    /// MiniToolAI's own reference, `/api/chat-completions/`: streams unless told otherwise and always ends with the usage.
    case reference
    /// `/v1/chat/completions`, as OpenAI's clients expect it.
    case openAI

    /// What an absent or null `stream` means.
    package var streamsByDefault: Bool { self == .reference }
    /// What an absent or null `max_completion_tokens` means; nil: the model's maximum.
    package var outputCapDefault: Int? { self == .reference ? 1000 : nil }
    /// Whether a stream carries its usage without `stream_options.include_usage`.
    package var alwaysReportsUsage: Bool { self == .reference }
}
