package import Inference
package import NIOCore
package import Units

/// Writes one answer in OpenAI's bytes, streamed or whole. Made once per answer; what every chunk repeats is put together then.
package final class AnswerWriter: Sendable {
    private let id: String
    private let created: Int64
    private let model: String
    private let fingerprint: String?
    /// The most that the id and the model take.
    private let namesBytesMax: Int
    private let fingerprintBytesMax: Int
    /// Everything of a chunk before its choices; empty for a whole answer.
    private let chunkHead: ByteBuffer
    /// Whether a stream ends with a usage chunk; the chunks before it then carry `"usage":null`.
    package let reportsUsage: Bool

    /// - Parameters:
    ///   - id: `chatcmpl-…`, see ``id(using:)``.
    ///   - created: seconds since 1970, the same through a stream.
    ///   - model: the dated snapshot.
    ///   - includeUsage: what the caller said in `stream_options`.
    ///   - fingerprint: the engine's `system_fingerprint`.
    ///   - streams: false for an answer that is written whole.
    package init(
        id: String, created: Int64, model: String, dialect: ChatDialect, includeUsage: Bool, fingerprint: String? = nil,
        streams: Bool = true
    ) {
        self.id = id
        self.created = created
        self.model = model
        self.fingerprint = fingerprint
        namesBytesMax = TextRoom.jsonBytesMax(of: id) + TextRoom.jsonBytesMax(of: model)
        fingerprintBytesMax = TextRoom.jsonBytesMax(of: fingerprint ?? "null")
        reportsUsage = dialect.alwaysReportsUsage || includeUsage
        var head = ByteBuffer()
        if streams {
            head.write(upTo: 192 + namesBytesMax + fingerprintBytesMax) { room in
                room.write("data: ")
                room.writeAnswerStart(id: id, object: "chat.completion.chunk", created: created, model: model)
                room.write(",\"service_tier\":\"default\",\"system_fingerprint\":")
                room.write(jsonOrNull: fingerprint)
                room.write(",\"choices\":")
            }
        }
        chunkHead = head
    }

    /// A new answer id: `chatcmpl-` and 29 characters of base 62, about 172 bits.
    package static func id(using random: inout some RandomNumberGenerator) -> String {
        var words = (random.next(), random.next(), random.next())
        // Each word is a fraction of 2^64: times 62, what comes out above is the next character, and what stays below the next fraction.
        let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return String(unsafeUninitializedCapacity: 38) { target in
            var index = target.initialize(fromContentsOf: "chatcmpl-".utf8)
            // 62^10 is below 2^60: ten characters of a word are as good as evenly spread.
            while index < 38 {
                let (character, rest) = words.0.multipliedFullWidth(by: 62)
                target[index] = alphabet.utf8Start[Int(truncatingIfNeeded: character)]
                words = (words.1, words.2, rest)
                index += 1
            }
            return 38
        }
    }

    // MARK: a stream

    /// Appends one chunk as an event.
    package func write(chunk: ChatChunk, into buffer: inout ByteBuffer) {
        buffer.write(upTo: chunkHead.readableBytes + chunk.choices.readableBytes + AnswerWriter.chunkEndBytesMax) { room in
            room.write(chunkHead)
            let start = room.count
            room.write(chunk.choices)
            room.joinLines(from: start)
            writeChunkEnd(into: &room)
        }
    }

    /// Appends the chunk that ends choices with `finish_reason: length`, for a stream that is cut where its cap or its money
    /// ends; nothing when there are none.
    package func writeCutShort(choices: [Int], into buffer: inout ByteBuffer) {
        guard !choices.isEmpty else { return }
        buffer.write(upTo: chunkHead.readableBytes + choices.count * 96 + AnswerWriter.chunkEndBytesMax + 1) { room in
            room.write(chunkHead)
            for (place, index) in choices.enumerated() {
                room.write(place == 0 ? "[{\"index\":" : ",{\"index\":")
                room.write(decimal: index)
                room.write(",\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"}")
            }
            room.write("]")
            writeChunkEnd(into: &room)
        }
    }

    private static let chunkEndBytesMax = 20

    private func writeChunkEnd(into room: inout TextRoom) {
        if reportsUsage { room.write(",\"usage\":null}\n\n") } else { room.write("}\n\n") }
    }

    /// Appends the chunk of a stream that carries the usage and no choice; nothing when the caller did not ask for it.
    package func write(usage: Usage, into buffer: inout ByteBuffer) {
        guard reportsUsage else { return }
        buffer.write(upTo: chunkHead.readableBytes + TextRoom.usageBytesMax + 16) { room in
            room.write(chunkHead)
            room.write("[],\"usage\":")
            room.write(usage)
            room.write("}\n\n")
        }
    }

    /// Appends the comment that tells what the answer cost and what is left: `: cost 0.000012 balance 4.999988`.
    package func writeComment(cost: Money, balance: Money, into buffer: inout ByteBuffer) {
        let (cost, balance) = (cost.description, balance.description)
        buffer.write(upTo: 24 + cost.utf8.count + balance.utf8.count) { room in
            room.write(": cost ")
            room.write(text: cost)
            room.write(" balance ")
            room.write(text: balance)
            room.write("\n\n")
        }
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

    /// Appends a `chat.completion` object as far as it is known before its price; ``end(answer:into:)`` appends the rest.
    /// - Parameter choices: the `choices` array with `message`s.
    package func begin(answer choices: ByteBuffer, into buffer: inout ByteBuffer) {
        buffer.write(upTo: 96 + namesBytesMax + choices.readableBytes) { room in
            room.writeAnswerStart(id: id, object: "chat.completion", created: created, model: model)
            room.write(",\"choices\":")
            room.write(choices)
        }
    }

    package func end(answer usage: Usage, into buffer: inout ByteBuffer) {
        buffer.write(upTo: 96 + fingerprintBytesMax + TextRoom.usageBytesMax) { room in
            room.write(",\"usage\":")
            room.write(usage)
            room.write(",\"service_tier\":\"default\",\"system_fingerprint\":")
            room.write(jsonOrNull: fingerprint)
            room.write("}")
        }
    }

    /// How long a whole answer can get.
    package func answerBytesMax(_ choices: ByteBuffer) -> Int {
        192 + namesBytesMax + choices.readableBytes + fingerprintBytesMax + TextRoom.usageBytesMax
    }
}

extension TextRoom {
    fileprivate mutating func writeAnswerStart(id: String, object: StaticString, created: Int64, model: String) {
        write("{\"id\":")
        write(json: id)
        write(",\"object\":\"")
        write(object)
        write("\",\"created\":")
        write(decimal: created)
        write(",\"model\":")
        write(json: model)
    }

    fileprivate mutating func write(jsonOrNull text: String?) {
        if let text { write(json: text) } else { write("null") }
    }

    /// The most that a usage object takes.
    fileprivate static let usageBytesMax = 256 + 5 * decimalBytesMax

    /// A usage object with all of OpenAI's keys in its order.
    fileprivate mutating func write(_ usage: Usage) {
        write("{\"prompt_tokens\":")
        write(decimal: usage.promptTokens)
        write(",\"completion_tokens\":")
        write(decimal: usage.completionTokens)
        write(",\"total_tokens\":")
        write(decimal: usage.totalTokens)
        write(",\"prompt_tokens_details\":{\"cached_tokens\":")
        write(decimal: usage.cachedTokens)
        write(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":")
        write(decimal: usage.reasoningTokens)
        write(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}")
    }
}
