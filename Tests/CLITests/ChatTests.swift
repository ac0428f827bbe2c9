import Foundation
import Testing

@testable import CLI

@Suite struct `Asking a model` {
    /// Feeds an event stream in pieces of `size` bytes; what was shown and what was made of it.
    private func read(_ text: String, size: Int, status: Int = 200) throws -> (shown: String, answer: ChatAnswer) {
        var reading = ChatReading()
        reading.status = status
        reading.isStream = true
        var shown = ""
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            reading.bytes.append(contentsOf: rest.prefix(size))
            rest = rest.dropFirst(size)
            try reading.takeLines { shown += $0 }
        }
        try reading.finish { shown += $0 }
        return (shown, reading.answer)
    }

    private static let stream = """
        data: {"model":"m-1","choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        : keep-alive

        data: {"model":"m-1","choices":[{"delta":{"content":"Ok, 東京"},"finish_reason":null}],"usage":null}

        data: {"model":"m-1","choices":[{"delta":{},"finish_reason":"stop"}],"usage":null}

        data: {"model":"m-1","choices":[],"usage":{"prompt_tokens":17,"completion_tokens":3,"total_tokens":20}}

        : cost 0.00000435 balance 4.99999565

        data: [DONE]


        """

    @Test(arguments: [1, 2, 7, 4096]) func `a stream is read however it is cut`(size: Int) throws {
        let (shown, answer) = try read(`Asking a model`.stream, size: size)
        #expect(shown == "Ok, 東京")
        #expect(
            answer
                == ChatAnswer(
                    text: "Ok, 東京", model: "m-1", finishReason: "stop",
                    usage: ChatAnswer.Usage(promptTokens: 17, completionTokens: 3, totalTokens: 20), cost: "0.00000435",
                    balance: "4.99999565"))
        #expect(answer.bill == "cost 0.00000435 · balance 4.99999565 · 17 tokens in, 3 out")
    }

    @Test func `a stream without its end is a failure`() {
        let cut = `Asking a model`.stream.replacing("data: [DONE]", with: "")
        #expect(throws: Failure(.unavailable, "the answer broke off before its end")) { try read(cut, size: 64) }
    }

    @Test func `an error in mid-stream is a failure`() {
        let text = "data: {\"error\":{\"message\":\"The engine stopped.\",\"code\":\"engine_broken\"}}\n\n"
        #expect(throws: Failure(.refused, "the answer broke off: engine_broken: The engine stopped.")) { try read(text, size: 9) }
    }

    @Test func `a refusal names the status, the code and the reason`() {
        var reading = ChatReading()
        reading.status = 429
        reading.bytes = Data(#"{"error":{"message":"No money.","type":"insufficient_quota","code":"insufficient_quota"}}"#.utf8)
        #expect(throws: Failure(.refused, "429 insufficient_quota: No money.")) { try reading.finish { _ in } }
    }

    @Test func `a question is OpenAI's body`() throws {
        let question = ChatQuestion(model: "m", system: "Be brief.", text: "Hi", pictures: [], outputCap: 5, stream: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(
            String(decoding: try encoder.encode(question), as: UTF8.self)
                == #"{"max_completion_tokens":5,"messages":[{"content":"Be brief.","role":"developer"},"#
                + #"{"content":"Hi","role":"user"}],"model":"m","stream":true,"stream_options":{"include_usage":true}}"#)
    }

    @Test(
        arguments: [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D], "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
            (Array("GIF89a".utf8), "image/gif"), (Array("RIFF....WEBPVP8 ".utf8), "image/webp"),
            (Array("RIFF....WAVE".utf8), nil),
            (Array("<svg>".utf8), nil), ([], nil),
        ] as [([UInt8], String?)])
    func `a picture is known by its bytes`(bytes: [UInt8], type: String?) {
        #expect(Picture.mediaType(of: Data(bytes)) == type)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", 8080, ""), ("https://ai.example/", "ai.example", 443, ""),
        ("https://ai.example/below/", "ai.example", 443, "/below"), ("http://[::1]:9", "[::1]:9", 9, ""),
    ])
    func `an address is taken apart`(text: String, authority: String, port: Int, prefix: String) throws {
        let address = try ServerAddress(text)
        #expect(address.authority == authority)
        #expect(address.port == port)
        #expect(address.prefix == prefix)
    }

    @Test(arguments: ["", "127.0.0.1:8080", "ftp://x", "http://", "http://u:p@h", "http://h?x=1"])
    func `what is no address is refused`(text: String) {
        #expect(throws: Failure.self) { try ServerAddress(text) }
    }

    @Test func `without a key nothing is asked`() async {
        let spoken = await Spoken.run(["chat", "hi"])
        #expect(spoken.status == 64)
        #expect(spoken.notes == "error: MINITOOLAI_API_KEY is not set; minitoolai key create makes a key\n")
    }
}
