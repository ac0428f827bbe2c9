package import NIOCore

/// The pictures of one request to `/v1/images/generations`, in OpenAI's shape.
package struct GenerationAnswer: Sendable {
    package struct Image: Sendable {
        package enum Content: Sendable {
            case url(String)
            /// The file, sent as base64.
            case file([UInt8])
        }

        package let content: Content
        /// The seed that was used: asked for again, it makes the same picture on the same engine.
        package let seed: Int64

        package init(_ content: Content, seed: Int64) {
            self.content = content
            self.seed = seed
        }
    }

    /// Seconds since 1970.
    package let created: Int64
    /// In the order of their prompts.
    package let images: [Image]

    package init(created: Int64, images: [Image]) {
        self.created = created
        self.images = images
    }

    /// Writes `{"created":…,"data":[{"url":…,"seed":…}]}`, or with `b64_json` in place of `url`.
    package func write(into buffer: inout ByteBuffer) {
        // Ten pictures may be 50 MB: room is taken once.
        buffer.reserveCapacity(minimumWritableBytes: images.reduce(64) { $0 + $1.content.bytesNear + 64 })
        buffer.writeStaticString("{\"created\":")
        buffer.writeJSON(created)
        buffer.writeStaticString(",\"data\":[")
        for (index, image) in images.enumerated() {
            buffer.writeStaticString(index > 0 ? ",{" : "{")
            switch image.content {
            case .url(let url):
                buffer.writeStaticString("\"url\":")
                buffer.writeJSON(url)
            case .file(let file):
                buffer.writeStaticString("\"b64_json\":\"")
                buffer.writeBase64(file)
                buffer.writeStaticString("\"")
            }
            buffer.writeStaticString(",\"seed\":")
            buffer.writeJSON(image.seed)
            buffer.writeStaticString("}")
        }
        buffer.writeStaticString("]}")
    }
}

extension GenerationAnswer.Image.Content {
    fileprivate var bytesNear: Int {
        switch self {
        case .url(let url): url.utf8.count
        case .file(let file): ByteBuffer.base64Bytes(of: file.count)
        }
    }
}
