import Inference
import NIOCore
import Testing
import Units

@testable import Wire

@Suite struct AnswerWriterTests {
    private func writer(_ dialect: ChatDialect, includeUsage: Bool = false, fingerprint: String? = "fp_06737a9306")
        -> AnswerWriter
    {
        AnswerWriter(
            id: "chatcmpl-B5qoZsT8kFDNJK3UyGLiJmjv6Pp90", created: 1_740_734_359, model: "gpt-4o-mini-2024-07-18",
            dialect: dialect, includeUsage: includeUsage, fingerprint: fingerprint)
    }

    private func chunk(_ choices: String) -> ChatChunk {
        ChatChunk(choices: ByteBuffer(string: choices), outputBytes: 0, finishes: false)
    }

    private func written(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(buffer: buffer)
    }

    private let head =
        #"data: {"id":"chatcmpl-B5qoZsT8kFDNJK3UyGLiJmjv6Pp90","object":"chat.completion.chunk","created":1740734359,"#
        + #""model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_06737a9306","choices":"#

    private let usage = Usage(promptTokens: 17, completionTokens: 3)

    @Test func `a stream of the reference reads byte for byte as its sample`() {
        let writer = writer(.reference)
        let choices = #"[{"index":0,"delta":{"content":"Ok"},"logprobs":null,"finish_reason":null}]"#
        let text = written { buffer in
            writer.write(chunk: chunk(choices), into: &buffer)
            writer.write(usage: usage, into: &buffer)
            writer.writeDone(into: &buffer)
        }
        #expect(
            text == head + choices + #","usage":null}"# + "\n\n" + head
                + #"[],"usage":{"prompt_tokens":17,"completion_tokens":3,"total_tokens":20,"prompt_tokens_details":"#
                + #"{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"#
                + #""accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}"# + "\n\ndata: [DONE]\n\n")
    }

    @Test(arguments: [
        (ChatDialect.openAI, false, false), (.openAI, true, true), (.reference, false, true), (.reference, true, true),
    ])
    func `usage appears only where it was asked for`(dialect: ChatDialect, includeUsage: Bool, appears: Bool) {
        let writer = writer(dialect, includeUsage: includeUsage)
        #expect(writer.reportsUsage == appears)
        let text = written { writer.write(chunk: chunk("[]"), into: &$0) }
        #expect(text == head + (appears ? "[],\"usage\":null}\n\n" : "[]}\n\n"))
        #expect(written { writer.write(usage: usage, into: &$0) }.isEmpty == !appears)
    }

    @Test func `choices that came in several lines stay one event`() {
        let text = written { writer(.openAI).write(chunk: chunk("[{\n  \"index\": 0}\r\n]"), into: &$0) }
        #expect(text == head + "[{   \"index\": 0}  ]}\n\n")
    }

    @Test func `a cut ends every choice for its length`() {
        let text = written { writer(.openAI).writeCutShort(choices: [0, 1], into: &$0) }
        let end = #""delta":{},"logprobs":null,"finish_reason":"length"}"#
        #expect(text == head + #"[{"index":0,"# + end + #",{"index":1,"# + end + "]}\n\n")
    }

    @Test func `a whole answer has OpenAI's keys in OpenAI's order`() throws {
        let choices = #"[{"index":0,"message":{"role":"assistant","content":"Ok."},"finish_reason":"stop"}]"#
        let text = written {
            let writer = writer(.openAI, fingerprint: nil)
            writer.begin(answer: ByteBuffer(string: choices), into: &$0)
            writer.end(
                answer: Usage(promptTokens: 2000, cachedTokens: 1024, completionTokens: 9, reasoningTokens: 4), into: &$0)
        }
        let value = try JSONValue(parsing: text)
        #expect(
            value.members?.map(\.key) == [
                "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint",
            ])
        #expect(value["object"] == "chat.completion")
        #expect(value["choices"]?.text == choices)
        #expect(value["usage"]?["total_tokens"] == 2009)
        #expect(value["usage"]?["prompt_tokens_details"]?["cached_tokens"] == 1024)
        #expect(value["usage"]?["completion_tokens_details"]?["reasoning_tokens"] == 4)
        #expect(value["system_fingerprint"] == .null)
    }

    @Test func `the comment names cost and balance exactly`() {
        let text = written {
            writer(.openAI).writeComment(
                cost: Money(nanodollars: 4_350), balance: Money(nanodollars: 4_999_995_650), into: &$0)
        }
        #expect(text == ": cost 0.00000435 balance 4.99999565\n\n")
    }

    @Test func `an error in mid-stream is one event that clients raise on`() {
        let text = written {
            writer(.openAI).write(
                error: ErrorBody(message: "say \"no\"\n", type: "server_error", code: "engine_broken"), into: &$0)
        }
        #expect(
            text == #"data: {"error":{"message":"say \"no\"\n","type":"server_error","param":null,"code":"engine_broken"}}"#
                + "\n\n")
    }

    @Test func `ids are 29 characters of base 62 and do not repeat`() {
        var random = SeededGenerator(seed: 7)
        let ids = (0..<1000).map { _ in AnswerWriter.id(using: &random) }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /chatcmpl-[0-9A-Za-z]{29}/) != nil })
    }

    @Test func `a model is listed in OpenAI's shape with its price`() {
        let mini = ModelListing(
            id: "gpt-4o-mini", created: 1_721_172_741, ownedBy: "system", kind: "chat",
            prices: [.init(name: "input", dollars: "0.15"), .init(name: "output", dollars: "0.60")], isAvailable: true)
        var bare = mini
        bare.prices = []
        bare.isAvailable = false
        let start = #"{"id":"gpt-4o-mini","object":"model","created":1721172741,"owned_by":"system","kind":"chat","available":"#
        #expect(
            written { ModelListing.write(list: [mini, bare], into: &$0) } == #"{"object":"list","data":["#
                + start + #"true,"price":{"input":"0.15","output":"0.60"}},"# + start + #"false,"price":null}]}"#)
    }
}
