/// What is asked for, as the body of `POST /api/texttoimage/`. What is nil is left out, and the server's default applies.
struct ImageWish: Encodable, Hashable, Sendable {
    let model: String
    let prompt: String
    var negativePrompt: String?
    var scheduler: String?
    var steps: Int?
    var cfgScale: Double?
    var width: Int?
    var height: Int?
    var seed: Int64?
    var format: String?
}
