/// A chat model as callers see it.
package struct ChatModel: Sendable {
    package var id: String
    /// The dated name that answers carry, `gpt-4o-mini-2024-07-18`.
    package var snapshot: String
    /// Seconds since 1970, as OpenAI lists it.
    package var created: Int64
    package var ownedBy: String
    /// Tokens of prompt and answer together.
    package var contextTokens: Int
    /// The most output tokens per choice.
    package var outputTokensMax: Int
    package var vision: VisionTokens?

    package init(
        id: String, snapshot: String, created: Int64, ownedBy: String, contextTokens: Int, outputTokensMax: Int,
        vision: VisionTokens?
    ) {
        self.id = id
        self.snapshot = snapshot
        self.created = created
        self.ownedBy = ownedBy
        self.contextTokens = contextTokens
        self.outputTokensMax = outputTokensMax
        self.vision = vision
    }
}

extension ChatModel {
    /// The five models of the reference. Snapshots, dates and limits: OpenAI's model list of 2025; counts of image tokens:
    /// see ``VisionTokens``.
    package static let builtIn: [ChatModel] = [
        ChatModel(
            id: "gpt-4o", snapshot: "gpt-4o-2024-08-06", created: 1_715_367_049, ownedBy: "system", contextTokens: 128_000,
            outputTokensMax: 16_384, vision: .tiles(base: 85, tile: 170)),
        ChatModel(
            id: "gpt-4o-mini", snapshot: "gpt-4o-mini-2024-07-18", created: 1_721_172_741, ownedBy: "system",
            contextTokens: 128_000, outputTokensMax: 16_384, vision: .tiles(base: 2833, tile: 5667)),
        ChatModel(
            id: "gpt-4.1", snapshot: "gpt-4.1-2025-04-14", created: 1_744_316_542, ownedBy: "system",
            contextTokens: 1_047_576, outputTokensMax: 32_768, vision: .tiles(base: 85, tile: 170)),
        ChatModel(
            id: "gpt-4.1-mini", snapshot: "gpt-4.1-mini-2025-04-14", created: 1_744_318_173, ownedBy: "system",
            contextTokens: 1_047_576, outputTokensMax: 32_768, vision: .patches(multiplierHundredths: 162)),
        ChatModel(
            id: "gpt-4.1-nano", snapshot: "gpt-4.1-nano-2025-04-14", created: 1_744_321_707, ownedBy: "system",
            contextTokens: 1_047_576, outputTokensMax: 32_768, vision: .patches(multiplierHundredths: 246)),
    ]
}
