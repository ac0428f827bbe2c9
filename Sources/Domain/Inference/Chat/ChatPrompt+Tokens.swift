/// What a prompt may weigh in tokens, told from its bytes. Reasons and measurements: docs/decisions/0005-between-fair-and-bound.md.
extension ChatPrompt {
    /// Tokens that any prompt may cost beyond its bytes and the engine's own hidden ones.
    private static let overheadTokens = 64

    /// No prompt of this size is ever more tokens than this: every token covers at least one byte of the JSON sent, images
    /// count their maximum, and nothing exceeds the model's context.
    ///
    /// - Parameter hiddenTokens: what the engine may add unseen, ``EngineTraits/hiddenTokens``.
    package func inputBoundTokens(model: ChatModel, hiddenTokens: Int) -> Int {
        let pictures = images.reduce(0) { $0 + (model.vision?.tokensBound(of: $1) ?? 0) }
        return min(size.jsonBytes + ChatPrompt.overheadTokens + hiddenTokens + pictures, model.contextTokens)
    }

    /// A fair estimate: a token for every three bytes of text, four for each message, three for the answer's start, and the
    /// images. Natural text in any language seldom exceeds it.
    package func inputFairTokens(model: ChatModel) -> Int {
        let pictures = images.reduce(0) { $0 + (model.vision?.tokensExpected(of: $1) ?? 0) }
        return size.textBytes.ceilingDivided(by: 3) + 4 * size.messages + 3 + pictures
    }
}
