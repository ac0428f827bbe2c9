/// How large the parts of a chat request may be.
package enum ChatRequestLimits {
    /// Messages of one request; OpenAI's own limit.
    package static let messagesMax = 2048
    /// Parts of one message's content.
    package static let partsMax = 2048
    /// Unicode scalars of one string; OpenAI's own limit.
    package static let stringScalarsMax = 10_485_760
    /// Unicode scalars of the name of a function, a schema or a speaker; OpenAI's own limit.
    package static let nameScalarsMax = 64
    /// Unicode scalars of ids and labels that are passed on: tool call ids, `user`, `prompt_cache_key`.
    package static let labelScalarsMax = 512
    /// Tools of one request, and tool calls of one message; OpenAI's own limit.
    package static let toolsMax = 128
    /// Stop sequences; OpenAI's own limit.
    package static let stopsMax = 4
    /// Entries of `logit_bias`: far more than anyone weighs by hand.
    package static let biasesMax = 1024
    /// Output tokens anyone may ask for; the model's own maximum is checked besides.
    package static let outputTokensMax = 1 << 31
    /// Names of members that are reported as dropped.
    package static let droppedNamesMax = 16

    /// Images of one request: each is held for at its maximum, and 16 fill the smallest context.
    package static let imagesMax = 16
    /// Bytes of one decoded image, 20 MB: OpenAI's limit of 2025.
    package static let imageBytesMax = 20_000_000
    /// Pixels of one image, 40 megapixels: beyond what a camera makes, it is a bomb for whoever decodes it.
    package static let imagePixelsMax = 40_000_000
    /// Bytes of an image's address; longer ones are carried inside the request instead.
    package static let addressBytesMax = 8192
}
