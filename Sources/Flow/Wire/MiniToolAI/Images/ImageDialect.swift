/// The two doors to one picture: what can be asked is the same, names of fields and words of refusals differ.
package enum ImageDialect: String, Sendable, CaseIterable {
    /// MiniToolAI's own reference, `/api/texttoimage/`: `negativePrompt`, and sentences of its own:
    /// `steps must be between 1 and 8, got 9`.
    case reference
    /// `/v1/images/generations`, as OpenAI's clients expect it: `negative_prompt`, and OpenAI's sentences.
    case openAI
}
