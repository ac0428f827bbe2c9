package import NIOCore

/// The answer of `/v1/embeddings`.
package struct EmbeddingAnswer: Sendable {
    let vectors: [ByteBuffer]
    let encoding: EmbeddingRequest.Encoding
    let model: String
    let promptTokens: Int

    /// - Parameter vectors: each a row of 32-bit floating point numbers, little-endian.
    package init(vectors: [ByteBuffer], encoding: EmbeddingRequest.Encoding, model: String, promptTokens: Int) {
        self.vectors = vectors
        self.encoding = encoding
        self.model = model
        self.promptTokens = promptTokens
    }

    package func write(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"object\":\"list\",\"data\":[")
        for (index, vector) in vectors.enumerated() {
            buffer.writeString("\(index > 0 ? "," : ""){\"object\":\"embedding\",\"index\":\(index),\"embedding\":")
            switch encoding {
            case .base64:
                buffer.writeStaticString("\"")
                buffer.writeBase64(Array(vector.readableBytesView))
                buffer.writeStaticString("\"")
            case .float: EmbeddingAnswer.write(vector, into: &buffer)
            }
            buffer.writeStaticString("}")
        }
        buffer.writeStaticString("],\"model\":")
        buffer.writeJSON(model)
        buffer.writeString(",\"usage\":{\"prompt_tokens\":\(promptTokens),\"total_tokens\":\(promptTokens)}}")
    }

    private static func write(_ vector: ByteBuffer, into buffer: inout ByteBuffer) {
        var vector = vector
        var separator = "["
        while let bits = vector.readInteger(endianness: .little, as: UInt32.self) {
            buffer.writeString("\(separator)\(Float(bitPattern: bits))")
            separator = ","
        }
        buffer.writeString(separator == "[" ? "[]" : "]")
    }
}
