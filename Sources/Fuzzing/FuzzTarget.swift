/// A reader that takes bytes from strangers, and what must be true of it whatever the bytes are.
///
/// The same checks run under libFuzzer (`make fuzz`) and, over the kept corpus and fixed mutations of it, in the tests.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case json
    case eventStream = "event-stream"
    case chat
    /// The bytes are the body of a request for a picture.
    case picture
    /// The bytes are the body of a request for speech.
    case speech
    /// The bytes of a connection from a client.
    case http
    /// The bytes of a connection from an upstream, up to its end.
    case upstream
    /// The bytes are an image, sent as a data URL.
    case image
    /// The bytes are the text of an image's URL.
    case address
    /// The bytes are the body of a payment provider's post.
    case webhook
    /// The bytes are a browser's form, or its cookies.
    case form

    package func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        switch self {
        case .json: try JSONProperties.check(bytes)
        case .eventStream: try EventStreamProperties.check(bytes)
        case .chat: try ChatProperties.check(bytes)
        case .picture: try PictureProperties.check(bytes)
        case .speech: try SpeechProperties.check(bytes)
        case .http: try HTTPProperties.check(bytes)
        case .upstream: try UpstreamProperties.check(bytes)
        case .image: try ImageProperties.check(image: bytes)
        case .address: try ImageProperties.check(address: bytes)
        case .webhook: try WebhookProperties.check(bytes)
        case .form: try FormProperties.check(bytes)
        }
    }
}

/// Something that must always be true and was not; the sentence says what.
package struct BrokenProperty: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

func must(_ condition: Bool, _ sentence: @autoclosure () -> String) throws(BrokenProperty) {
    if !condition { throw BrokenProperty(sentence()) }
}
