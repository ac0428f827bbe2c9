package import Inference
package import NIOCore
package import Units

/// One answer in another dialect than chat completions', streamed or whole.
package protocol AnswerTranslation: Sendable {
    /// Appends what a chunk becomes, and before the first what an answer begins with.
    mutating func write(_ chunk: ChatChunk, into buffer: inout ByteBuffer)
    /// Appends the end of a stream.
    /// - Parameter isCut: the engine was stopped at its cap, or where the money ended.
    mutating func end(_ usage: Usage, isCut: Bool, into buffer: inout ByteBuffer)
    /// Appends an error in mid-stream.
    mutating func fail(_ error: ErrorBody, into buffer: inout ByteBuffer)
    /// Appends the whole answer.
    mutating func write(whole chunk: ChatChunk, _ usage: Usage, isCut: Bool, into buffer: inout ByteBuffer)
}

/// Who an answer is of.
package struct AnswerIdentity: Sendable {
    /// 24 letters and digits that no other answer has.
    let token: String
    /// Seconds since 1970.
    let created: Int64
    /// The dated snapshot.
    let model: String

    package init(created: Int64, model: String, using random: inout some RandomNumberGenerator) {
        token = String(AnswerWriter.id(using: &random).dropFirst("chatcmpl-".count).prefix(24))
        self.created = created
        self.model = model
    }
}

extension ByteBuffer {
    /// An event with its name, as both dialects have it.
    mutating func writeEvent(_ name: String, _ value: JSONValue) {
        writeString("event: \(name)\ndata: ")
        value.write(into: &self)
        writeStaticString("\n\n")
    }
}
