/// The words in which a refusal is told, and how fields are called.
package enum MemberDialect: String, Sendable, CaseIterable {
    /// MiniToolAI's own reference, `/api/texttoimage/`: `negativePrompt`, and sentences of its own:
    /// `steps must be between 1 and 8, got 9`.
    case reference
    /// `/v1/images/generations`, as OpenAI's clients expect it: `negative_prompt`, and OpenAI's sentences.
    case openAI
}
