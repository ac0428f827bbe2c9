package import Inference
package import NIOCore
import Wire

/// Any server that speaks OpenAI's `/embeddings`. Vectors are asked for in base64, a quarter of what they are in decimals; servers that send
/// decimals all the same are understood.
///
/// Source: OpenAI's openapi.yaml, `CreateEmbeddingRequest`.
package final class OpenAIEmbeddingEngine: EmbeddingEngine {
    package let name: String
    private let client: EngineClient
    private let diagnosis: Diagnosis

    /// - Parameter options: as of the chats of the same server.
    /// - Throws: what is wrong with the options' `trustedRoots`.
    package init(_ options: OpenAIEngine.Options, group: any EventLoopGroup) throws {
        name = options.name
        client = try EngineClient(
            options.address, credentials: options.key.map { .bearer($0) }, trustedRoots: options.trustedRoots, group: group)
        diagnosis = Diagnosis(options.address, key: options.key)
    }

    package func embed(_ order: EmbeddingOrder) async throws(EngineFailure) -> Embedded {
        let answer: EngineAnswer
        do throws(ImageFailure) {
            answer = try await client.ask(
                "POST", "/embeddings", content: EngineContent(json: OpenAIEmbeddingEngine.body(of: order)),
                deadline: OpenAIEmbeddingLimits.time, grace: OpenAIEmbeddingLimits.grace)
        } catch { throw EngineFailure(error) }
        guard answer.isSuccess else {
            let head = AnswerHead(
                status: answer.status, keepsConnection: true, isEncoded: false,
                retryAfterMilliseconds: answer.retryAfterMilliseconds)
            throw diagnosis.failure(head, UpstreamError(document: answer.body))
        }
        return try OpenAIEmbeddingEngine.read(answer.body, count: order.prompt.inputs.count)
    }

    static func body(of order: EmbeddingOrder) -> ByteBuffer {
        let prompt = order.prompt
        let inputs = prompt.inputs.map { input -> JSONValue in
            switch input {
            case .text(let text): .string(text)
            case .tokens(let tokens): .array(tokens.map { .integer($0) })
            }
        }
        var members: [JSONMember] = [
            JSONMember(key: "model", value: .string(order.model)), JSONMember(key: "input", value: .array(inputs)),
            JSONMember(key: "encoding_format", value: "base64"),
        ]
        if let dimensions = prompt.dimensions { members.append(JSONMember(key: "dimensions", value: .integer(dimensions))) }
        if let user = prompt.user { members.append(JSONMember(key: "user", value: .string(user))) }
        var body = ByteBuffer()
        JSONValue.object(members).write(into: &body)
        return body
    }

    /// - Parameter count: how many vectors were asked for.
    static func read(_ body: ByteBuffer, count: Int) throws(EngineFailure) -> Embedded {
        var reading = EmbeddingReading(count: count)
        do throws(JSONFault) {
            try body.readJSON { (json) throws(JSONFault) in try reading.read(&json) }
        } catch { throw EngineFailure(.malformed, detail: "the answer is not JSON: \(error)") }
        guard let vectors = reading.whole else {
            throw EngineFailure(.malformed, detail: "not \(count) vectors of one length")
        }
        return Embedded(vectors: vectors, promptTokens: reading.promptTokens)
    }
}

/// Reads the answer without making a value of every number in it.
private struct EmbeddingReading {
    private var vectors: [ByteBuffer?]
    private(set) var promptTokens: Int?

    init(count: Int) { vectors = Array(repeating: nil, count: count) }

    /// nil: some are missing, or not as long as the others.
    var whole: [ByteBuffer]? {
        let found = vectors.compactMap { $0 }
        guard found.count == vectors.count, let first = found.first, first.readableBytes > 0,
            found.allSatisfy({ $0.readableBytes == first.readableBytes })
        else { return nil }
        return found
    }

    mutating func read(_ json: inout JSONReader) throws(JSONFault) {
        var members = try json.readObject()
        while let key = try json.nextKey(of: &members) {
            switch key {
            case "data": try readList(&json)
            case "usage": promptTokens = try JSONValue(from: &json)["prompt_tokens"]?.int
            default: try json.skipValue()
            }
        }
    }

    private mutating func readList(_ json: inout JSONReader) throws(JSONFault) {
        var elements = try json.readArray()
        var place = 0
        while try json.nextElement(of: &elements) {
            var index = place
            var vector: ByteBuffer?
            var members = try json.readObject()
            while let key = try json.nextKey(of: &members) {
                switch key {
                case "index": index = try json.readInt()
                case "embedding": vector = try EmbeddingReading.vector(&json)
                default: try json.skipValue()
                }
            }
            if vectors.indices.contains(index) { vectors[index] = vector }
            place += 1
        }
    }

    /// nil for what is no row of finite numbers.
    private static func vector(_ json: inout JSONReader) throws(JSONFault) -> ByteBuffer? {
        if try json.peek() == .string {
            guard let bytes = Base64.decode(try json.readString().string), bytes.count % 4 == 0 else { return nil }
            let vector = ByteBuffer(bytes: bytes)
            return vector.isFinite ? vector : nil
        }
        var vector = ByteBuffer()
        var elements = try json.readArray()
        while try json.nextElement(of: &elements) {
            guard let number = Float(try json.readNumber().string), number.isFinite else { return nil }
            vector.writeInteger(number.bitPattern, endianness: .little)
        }
        return vector
    }
}

extension ByteBuffer {
    fileprivate var isFinite: Bool {
        var rest = self
        while let bits = rest.readInteger(endianness: .little, as: UInt32.self) {
            if !Float(bitPattern: bits).isFinite { return false }
        }
        return true
    }
}

extension EngineFailure {
    fileprivate init(_ failure: ImageFailure) {
        let kind: Kind =
            switch failure.kind {
            case .lost: .unreachable
            case .timedOut: .timedOut
            case .busy: .overloaded
            case .refused, .broken, .cancelled: .broken
            case .wrongResult: .malformed
            }
        self.init(kind, detail: failure.detail, retryAfterMilliseconds: failure.retryAfterMilliseconds)
    }
}
