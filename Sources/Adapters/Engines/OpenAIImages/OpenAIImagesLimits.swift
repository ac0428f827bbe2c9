import NIOCore

/// What the engine for OpenAI's image generations bounds, and why.
enum OpenAIImagesLimits {
    /// For one picture: the largest models take one to two minutes. Whoever asks may give up sooner.
    static let paintTime = TimeAmount.seconds(280)
    /// For a picture that is fetched from where the answer says it lies.
    static let fetchTime = TimeAmount.seconds(60)
    /// How long a check waits for a list of models.
    static let checkTime = TimeAmount.seconds(10)
    /// Bytes of the URL of a picture; signed ones have some five hundred.
    static let resultURLBytesMax = 4096
    /// Bytes of an error's body that are looked at; the rest says nothing new.
    static let errorBytesMax = 64 << 10
    /// Bytes of an error's code, the only thing of it that is kept.
    static let codeBytesMax = 64
    /// Pixels of a side of a size an upstream may be said to offer: no such model paints larger ones.
    static let sideMax = 8192
    /// Pictures asked for at a time.
    static let concurrencyRange = 1...64
}
