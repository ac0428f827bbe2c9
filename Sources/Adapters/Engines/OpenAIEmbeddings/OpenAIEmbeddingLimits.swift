import NIOCore

enum OpenAIEmbeddingLimits {
    /// For all of it: a few thousand long texts on a processor without a graphics card.
    static let time = TimeAmount.seconds(120)
}
