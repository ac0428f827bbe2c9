import Foundation

/// What is asked, as the body of `POST /v1/chat/completions`.
struct ChatQuestion: Encodable {
    let model: String
    let system: String?
    let text: String
    let pictures: [Picture]
    let outputCap: Int?
    let stream: Bool

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: Key.self)
        try body.encode(model, forKey: "model")
        var messages = body.nestedUnkeyedContainer(forKey: "messages")
        if let system {
            var message = messages.nestedContainer(keyedBy: Key.self)
            try message.encode("developer", forKey: "role")
            try message.encode(system, forKey: "content")
        }
        var message = messages.nestedContainer(keyedBy: Key.self)
        try message.encode("user", forKey: "role")
        try encodeContent(into: &message)
        try body.encodeIfPresent(outputCap, forKey: "max_completion_tokens")
        try body.encode(stream, forKey: "stream")
        if stream { try body.encode(["include_usage": true], forKey: "stream_options") }
    }

    private func encodeContent(into message: inout KeyedEncodingContainer<Key>) throws {
        guard !pictures.isEmpty else { return try message.encode(text, forKey: "content") }
        var parts = message.nestedUnkeyedContainer(forKey: "content")
        var part = parts.nestedContainer(keyedBy: Key.self)
        try part.encode("text", forKey: "type")
        try part.encode(text, forKey: "text")
        for picture in pictures {
            var part = parts.nestedContainer(keyedBy: Key.self)
            try part.encode("image_url", forKey: "type")
            try part.encode(["url": picture.dataURL], forKey: "image_url")
        }
    }

    private struct Key: CodingKey, ExpressibleByStringLiteral {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringLiteral value: String) { stringValue = value }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// A picture from a file, carried inside the question.
struct Picture: Hashable {
    let dataURL: String

    /// Larger files are refused here already; the server takes no more.
    static let bytesMax = 20 * 1024 * 1024

    /// - Throws: ``Failure`` when the file cannot be read, is too large or is no picture that a model takes.
    init(file: String) throws {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            throw Failure(.inputOutput, "\(file) cannot be read")
        }
        guard bytes.count <= Picture.bytesMax else { throw Failure(.refused, "\(file) is larger than 20 MiB") }
        guard let type = Picture.mediaType(of: bytes) else {
            throw Failure(.refused, "\(file) is no picture that a model takes: expected PNG, JPEG, WebP or GIF")
        }
        dataURL = "data:\(type);base64,\(bytes.base64EncodedString())"
    }

    /// By the file's first bytes, whatever its name says.
    static func mediaType(of bytes: Data) -> String? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: Data("GIF8".utf8)) { return "image/gif" }
        if bytes.starts(with: Data("RIFF".utf8)), bytes.dropFirst(8).starts(with: Data("WEBP".utf8)) { return "image/webp" }
        return nil
    }
}
