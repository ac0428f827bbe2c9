import NIOCore

enum OpenAIEmbeddingLimits {
    /// For all of it: a few thousand long texts on a processor without a graphics card.
    static let time = TimeAmount.seconds(120)
    /// When the caller has left: most answers come within it, and are paid for. A server that goes down waits no longer.
    static let grace = TimeAmount.seconds(5)
}
