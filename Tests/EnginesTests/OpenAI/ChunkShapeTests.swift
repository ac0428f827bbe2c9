import Inference
import NIOCore
import Testing
import Units
import Wire

@testable import Engines

@Suite struct `The shape of a chunk` {
    private static let chunks: [String] = [
        #"{"id":"c","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}],"usage":null}"#,
        #"{"obfuscation":"aB3","choices":[{"index":1,"delta":{"content":"Hé\n\u00e9"},"finish_reason":null}],"usage":null}"#,
        #"{"choices":[{"index":0,"delta":{"reasoning_content":"so"},"finish_reason":null}], "obfuscation" : "x\"y"}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]},"finish_reason":null}]}"#,
        #"{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}"#,
    ]

    private func shape(of text: String) throws -> ChunkShape? {
        let document = ByteBuffer(string: text)
        return ChunkShape(of: document, try AnswerPiece(document, as: .chunk))
    }

    /// Whatever a shape says of a document, reading it in full says too.
    private func agree(_ shape: ChunkShape, on document: ByteBuffer) throws -> Bool {
        guard let match = shape.match(document) else { return false }
        let piece = try AnswerPiece(document, as: .chunk)
        #expect(piece.choices == document.slice(match.choices))
        #expect(piece.outputBytes == match.outputBytes)
        #expect(piece.marks.anyFinished == match.finishes)
        #expect(piece.usage == nil && piece.error == nil && !piece.holdsMessages)
        return true
    }

    @Test(arguments: chunks)
    func `knows a chunk with other texts, and measures them`(text: String) throws {
        let shape = try #require(try shape(of: text))
        #expect(try agree(shape, on: ByteBuffer(string: text)))
        for (old, new) in [
            ("Hello", ""), ("Hello", #"\ud83d\ude00 \"longer\" \\"#), ("Hé", "世界"), ("aB3", "padding"), ("\"so\"", "\"thus\""),
        ] {
            guard text.contains(old) else { continue }
            let changed = text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
            #expect(try agree(shape, on: ByteBuffer(string: changed)))
        }
    }

    /// Every byte of a chunk changed, removed and doubled, in every way that could matter.
    @Test(arguments: chunks)
    func `never says of any bytes what a full reading would not`(text: String) throws {
        let shape = try #require(try shape(of: text))
        let bytes = Array(text.utf8)
        var known = 0
        for index in bytes.indices {
            var variants = [Array(bytes[..<index]) + bytes[(index + 1)...], Array(bytes[...index]) + bytes[index...]]
            for byte in Array(#""\{}[]:,x0é"#.utf8) + [0x00, 0x0A, 0x1F, 0x7F, 0xFF] {
                var changed = bytes
                changed[index] = byte
                variants.append(changed)
            }
            variants.append(Array(bytes[..<index]))
            for variant in variants where try agree(shape, on: ByteBuffer(bytes: variant)) { known += 1 }
        }
        #expect(known > 20, "texts of any kind are known")
    }

    @Test(arguments: [
        // Two texts, a text beside an object in its place, two spellings of one thought: their sum is not what one of them says.
        #"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"},"finish_reason":null}]}"#,
        #"{"choices":[{"index":0,"delta":{"reasoning":"a","reasoning_content":{"x":1}},"finish_reason":null}]}"#,
        #"{"choices":[{"index":0,"delta":{"reasoning":"a","reasoning_content":"a"},"finish_reason":null}]}"#,
        // A message beside a delta does not count.
        #"{"choices":[{"index":0,"delta":{},"message":{"content":"a"},"finish_reason":null}]}"#,
        // Mended, or with a usage or an error to be read.
        #"{"choices":[{"delta":{"content":"a"}}]}"#,
        "{\"choices\":[\n{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}",
        #"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"usage":{"prompt_tokens":1}}"#,
        #"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"error":{"message":"a"}}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    ])
    func `is not taken of a chunk with more to it`(text: String) throws {
        #expect(try shape(of: text) == nil)
    }

    @Test func `makes no difference to a stream`() throws {
        let options = try OpenAIEngine.Options(name: "x", baseURL: "http://localhost", key: nil)
        let words = ["", "Hi", "é", #"\u00e9"#, "w\u{1F600}", "Hi", "x"]
        var answer = StreamAnswer(Diagnosis(options.address, key: options.key), hidesOutput: false)
        var bytes = 0
        for word in words {
            let text = #"{"choices":[{"index":0,"delta":{"content":"\#(word)"},"finish_reason":null}]}"#
            let event = ServerEvent(data: ByteBuffer(string: text))
            guard let chunk = answer.chunkLikeLast(event) ?? chunk(in: answer.on(event)) else {
                Issue.record("no chunk of \(text)")
                continue
            }
            #expect(String(buffer: chunk.choices) == text.dropFirst(#"{"choices":"#.count).dropLast())
            #expect(!chunk.finishes)
            bytes += chunk.outputBytes
        }
        #expect(bytes == 0 + 2 + 2 + 2 + 5 + 2 + 1)
        let error = ServerEvent(name: "error", data: ByteBuffer(string: #"{"message":"x"}"#))
        guard answer.chunkLikeLast(error) == nil, case .failed = answer.on(error) else {
            Issue.record("an error passed for a chunk")
            return
        }
    }

    @Test func `says nothing of an event with a name`() throws {
        var answer = StreamAnswer(
            Diagnosis(try EngineAddress("http://localhost"), key: nil), hidesOutput: false)
        let data = ByteBuffer(string: #"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}"#)
        #expect(answer.chunkLikeLast(ServerEvent(data: data)) == nil)
        #expect(chunk(in: answer.on(ServerEvent(data: data))) != nil)
        #expect(answer.chunkLikeLast(ServerEvent(data: data)) != nil)
        #expect(answer.chunkLikeLast(ServerEvent(name: "error", data: data)) == nil)
    }

    private func chunk(in step: StreamAnswer.Step) -> ChatChunk? {
        if case .chunk(let chunk) = step { chunk } else { nil }
    }
}
