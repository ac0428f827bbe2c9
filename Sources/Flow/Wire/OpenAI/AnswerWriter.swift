package import Inference
package import NIOCore
package import Units

/// Writes one answer in OpenAI's bytes, streamed or whole. Made once per answer; what every chunk repeats is put together then.
package struct AnswerWriter: Sendable {
    private let id: String
    private let created: Int64
    private let model: String
    private let fingerprint: String?
    /// Everything of a chunk before its choices.
    private let chunkHead: ByteBuffer
    /// Whether a stream ends with a usage chunk; the chunks before it then carry `"usage":null`.
    package let reportsUsage: Bool

    /// - Parameters:
    ///   - id: `chatcmpl-…`, see ``id(using:)``.
    ///   - created: seconds since 1970, the same through a stream.
    ///   - model: the dated snapshot.
    ///   - includeUsage: what the caller said in `stream_options`.
    ///   - fingerprint: the engine's `system_fingerprint`.
    package init(
        id: String, created: Int64, model: String, dialect: ChatDialect, includeUsage: Bool, fingerprint: String? = nil
    ) {
        self.id = id
        self.created = created
        self.model = model
        self.fingerprint = fingerprint
        reportsUsage = dialect.alwaysReportsUsage || includeUsage
        var head = ByteBuffer()
        head.writeStaticString("data: ")
        head.writeAnswerStart(id: id, object: "chat.completion.chunk", created: created, model: model)
        head.writeStaticString(",\"service_tier\":\"default\",\"system_fingerprint\":")
        head.writeJSON(fingerprint)
        head.writeStaticString(",\"choices\":")
        chunkHead = head
    }

    /// A new answer id: `chatcmpl-` and 29 characters of base 62, about 172 bits.
    package static func id(using random: inout some RandomNumberGenerator) -> String {
        let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return "chatcmpl-"
            + String(unsafeUninitializedCapacity: 29) { target in
                for index in 0..<29 {
                    target[index] = alphabet.utf8Start[Int.random(in: 0..<alphabet.utf8CodeUnitCount, using: &random)]
                }
                return 29
            }
    }

    // MARK: a stream

    /// Appends one chunk as an event.
    package func write(chunk: ChatChunk, into buffer: inout ByteBuffer) {
        buffer.writeImmutableBuffer(chunkHead)
        buffer.writeOneLine(chunk.choices)
        writeChunkEnd(into: &buffer)
    }

    /// Appends the chunk that ends choices with `finish_reason: length`, for a stream that is cut where its cap or its money
    /// ends; nothing when there are none.
    package func writeCutShort(choices: [Int], into buffer: inout ByteBuffer) {
        guard !choices.isEmpty else { return }
        buffer.writeImmutableBuffer(chunkHead)
        for (place, index) in choices.enumerated() {
            buffer.writeStaticString(place == 0 ? "[{\"index\":" : ",{\"index\":")
            buffer.writeJSON(index)
            buffer.writeStaticString(",\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"}")
        }
        buffer.writeStaticString("]")
        writeChunkEnd(into: &buffer)
    }

    private func writeChunkEnd(into buffer: inout ByteBuffer) {
        if reportsUsage {
            buffer.writeStaticString(",\"usage\":null}\n\n")
        } else {
            buffer.writeStaticString("}\n\n")
        }
    }

    /// Appends the chunk of a stream that carries the usage and no choice; nothing when the caller did not ask for it.
    package func write(usage: Usage, into buffer: inout ByteBuffer) {
        guard reportsUsage else { return }
        buffer.writeImmutableBuffer(chunkHead)
        buffer.writeStaticString("[],\"usage\":")
        buffer.writeUsage(usage)
        buffer.writeStaticString("}\n\n")
    }

    /// Appends the comment that tells what the answer cost and what is left: `: cost 0.000012 balance 4.999988`.
    package func writeComment(cost: Money, balance: Money, into buffer: inout ByteBuffer) {
        buffer.writeEventComment("cost \(cost) balance \(balance)")
    }

    /// Appends the comment that tells why an answer ended where it did: its money had.
    package func writeStopComment(into buffer: inout ByteBuffer) { buffer.writeEventComment("stopped insufficient_quota") }

    /// Appends `data: [DONE]`.
    package func writeDone(into buffer: inout ByteBuffer) { buffer.writeDoneEvent() }

    /// Appends an error in mid-stream. The stream ends after it, without `[DONE]`: clients raise on the event, and would take
    /// a clean end for success.
    package func write(error: ErrorBody, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("data: ")
        error.write(into: &buffer)
        buffer.writeStaticString("\n\n")
    }

    // MARK: a whole answer

    /// Appends the whole `chat.completion` object.
    /// - Parameter choices: the `choices` array with `message`s.
    package func write(answer choices: ByteBuffer, usage: Usage, into buffer: inout ByteBuffer) {
        buffer.writeAnswerStart(id: id, object: "chat.completion", created: created, model: model)
        buffer.writeStaticString(",\"choices\":")
        buffer.writeImmutableBuffer(choices)
        buffer.writeStaticString(",\"usage\":")
        buffer.writeUsage(usage)
        buffer.writeStaticString(",\"service_tier\":\"default\",\"system_fingerprint\":")
        buffer.writeJSON(fingerprint)
        buffer.writeStaticString("}")
    }
}

extension ByteBuffer {
    fileprivate mutating func writeAnswerStart(id: String, object: StaticString, created: Int64, model: String) {
        writeStaticString("{\"id\":")
        writeJSON(id)
        writeStaticString(",\"object\":\"")
        writeStaticString(object)
        writeStaticString("\",\"created\":")
        writeJSON(created)
        writeStaticString(",\"model\":")
        writeJSON(model)
    }

    /// Appends a usage object with all of OpenAI's keys in its order.
    package mutating func writeUsage(_ usage: Usage) {
        writeStaticString("{\"prompt_tokens\":")
        writeJSON(usage.promptTokens)
        writeStaticString(",\"completion_tokens\":")
        writeJSON(usage.completionTokens)
        writeStaticString(",\"total_tokens\":")
        writeJSON(usage.totalTokens)
        writeStaticString(",\"prompt_tokens_details\":{\"cached_tokens\":")
        writeJSON(usage.cachedTokens)
        writeStaticString(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":")
        writeJSON(usage.reasoningTokens)
        writeStaticString(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}")
    }
}
