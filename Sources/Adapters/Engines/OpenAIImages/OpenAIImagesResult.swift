import Inference
import Wire

/// What an upstream answered: a picture, or where one lies.
enum OpenAIImagesResult {
    case file([UInt8])
    case address(PictureAddress)

    /// - Throws: `wrongResult` when there is neither.
    init(_ answer: EngineAnswer) throws(ImageFailure) {
        guard let document = try? JSONValue(parsing: answer.body) else {
            throw ImageFailure(.wrongResult, detail: "answered \(answer.status), but not with JSON")
        }
        guard let item = document["data"]?[0] else { throw ImageFailure(.wrongResult, detail: "the answer has no picture") }
        if let base64 = item["b64_json"]?.string {
            self = .file(try PictureFile(base64: base64).bytes)
        } else if let url = item["url"]?.string {
            if url.hasPrefix("data:") {
                self = .file(try PictureFile(base64: url).bytes)
            } else if let address = PictureAddress(url) {
                self = .address(address)
            } else {
                throw ImageFailure(.wrongResult, detail: "the picture's URL cannot be read")
            }
        } else {
            throw ImageFailure(.wrongResult, detail: "the answer has no picture")
        }
    }
}
