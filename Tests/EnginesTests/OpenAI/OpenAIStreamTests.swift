import Inference
import NIOCore
import TestKit
import Testing
import Units

@testable import Engines

private func chunk(_ content: String, finish: String = "null", more: String = "") -> String {
    #"{"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"\#(content)"},"#
        + #""finish_reason":\#(finish)}]\#(more)}"#
}

private let usage = #","usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}"#
private let usageChunk = #"{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}"#
private let reported = Usage(promptTokens: 10, completionTokens: 2)

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `A streamed answer` {
        @Test func `is passed on choice by choice, and its usage at the end`() async throws {
            let heard = try await Given.answer { .chat(["Hel", "lö", "😀"], to: $0, cachedTokens: 5) }
            #expect(heard.faults == [])
            #expect(heard.opening?.fingerprint == "fp_1")
            #expect(heard.text == "Hellö😀")
            #expect(heard.chunks.count == 5)
            #expect(heard.choices[1] == #"[{"index":0,"delta":{"content":"Hel"},"logprobs":null,"finish_reason":null}]"#)
            #expect(heard.chunks.map(\.outputBytes) == [0, 3, 3, 4, 0])
            #expect(heard.chunks.map(\.finishes) == [false, false, false, false, true])
            #expect(heard.end?.usage == Usage(promptTokens: 17, cachedTokens: 5, completionTokens: 3))
        }

        @Test(arguments: [1, 2, 3, 7])
        func `means the same in pieces of any size`(pieceBytes: Int) async throws {
            let heard = try await Given.answer { .chat(["Hel", "lö", "😀"], to: $0).split(every: pieceBytes) }
            #expect(heard.faults == [])
            #expect(heard.text == "Hellö😀")
            #expect(heard.end?.usage == Usage(promptTokens: 17, completionTokens: 3))
        }

        /// Each is a way in which some server in the field writes the same answer, `ab`, with the same usage.
        @Test(arguments: [
            "data: \(chunk("a"))\n\ndata: \(chunk("b", finish: "\"stop\""))\n\ndata: \(usageChunk)\n\ndata: [DONE]\n\n",
            "data:\(chunk("a"))\r\n\r\ndata:\(chunk("b", finish: "\"stop\""))\r\n\r\ndata:\(usageChunk)\r\n\r\ndata:[DONE]\r\n\r\n",
            "data: \(chunk("a"))\r\rdata: \(chunk("b", finish: "\"stop\""))\r\rdata: \(usageChunk)\r\rdata:  [DONE] \r\r",
            "\u{FEFF}data: \(chunk("a"))\n\ndata: \(chunk("b", finish: "\"stop\"", more: usage))\n\ndata: [DONE]\n\n",
            ": OPENROUTER PROCESSING\n\n: keep-alive\n\ndata: \(chunk("a"))\n\n\n\nid: 1\nretry: 9\nevent: message\n"
                + "data: \(chunk("b", finish: "\"stop\"", more: usage))\n\ndata: [DONE]\n\n",
            "event: ping\n\nevent: ping\ndata: {}\n\ndata: \(chunk("a"))\n\ndata: \(chunk("b", finish: "\"stop\"", more: usage))\n\n"
                + "data: [DONE]",
            // DeepSeek, Mistral: usage with the finish, no [DONE], no last blank line.
            "data: \(chunk("a", more: ",\"usage\":null"))\n\ndata: \(chunk("b", finish: "\"stop\"", more: usage))\n",
            // vLLM with continuous usage, Gemini: on every chunk; the last counts.
            "data: \(chunk("a", more: #","usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11}"#))\n\n"
                + "data: \(chunk("b", finish: "\"stop\"", more: usage))\n\ndata: [DONE]\n\n",
            // Groq.
            "data: \(chunk("a"))\n\ndata: \(chunk("b", finish: "\"stop\"", more: ",\"x_groq\":{\"id\":\"r\"\(usage)}"))\n\n",
            // A chunk in several data lines; null errors; choices missing, null, empty; usage first, then null.
            "data: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"a\"},\"finish_reason\":null}]\(usage),\"error\":null}\n\n"
                + "data: {\"choices\":null,\"usage\":null}\n\ndata: {\"moderation\":1}\n\ndata: {\"choices\":[]}\n\n"
                + "data: \(chunk("b", finish: "\"stop\""))\n\ndata: [DONE]\n\n",
            // The finish, then one more chunk with an empty delta.
            "data: \(chunk("a"))\n\ndata: \(chunk("b", finish: "\"stop\""))\n\ndata: \(chunk("", more: usage))\n\ndata: [DONE]\n\n",
        ])
        func `is understood in every spelling`(body: String) async throws {
            let heard = try await Given.answer { _ in .lines([body]) }
            #expect(heard.faults == [])
            #expect(heard.text == "ab")
            #expect(heard.end?.usage == reported, "\(String(describing: heard.failure))")
            for choices in heard.choices { #expect(!choices.contains("\n") && !choices.contains("\r")) }
        }

        @Test(arguments: [
            (#"{"delta":{"content":"a"}}"#, #"{"delta":{"content":"a"},"index":0,"finish_reason":null}"#),
            (#"{"index":0,"finish_reason":null}"#, #"{"index":0,"finish_reason":null,"delta":{}}"#),
            (#"{"index":0,"delta":null,"finish_reason":""}"#, #"{"index":0,"delta":{},"finish_reason":null}"#),
            ("{}", #"{"index":0,"delta":{},"finish_reason":null}"#),
            (
                #"{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"STOP"}"#,
                #"{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"STOP"}"#
            ),
        ])
        func `is brought into OpenAI's form where something is missing`(given: String, expected: String) throws {
            let piece = try AnswerPiece(ByteBuffer(string: #"{"choices":[\#(given)]}"#), as: .chunk)
            #expect(piece.choices.map { String(buffer: $0) } == "[\(expected)]")
        }

        @Test(arguments: [
            (#"{"content":"aé\u00e9\n"}"#, 6), (#"{"content":null,"refusal":"no"}"#, 2), (#"{"reasoning_content":"abc"}"#, 3),
            (#"{"reasoning":"abc","reasoning_content":"abc","content":"d"}"#, 4),
            (#"{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"go","arguments":"{}"}}]}"#, 4),
            (#"{"tool_calls":[{"function":{"name":"go","arguments":{"a":1}}}]}"#, 9),
            (#"{"function_call":{"name":"go","arguments":"\"\""}}"#, 4),
            (#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"ab"}]},{"type":"text","text":"c"}]}"#, 3),
            (#"{"role":"assistant","other":"long text that is not output"}"#, 0),
        ])
        func `is counted by what it says`(delta: String, bytes: Int) throws {
            let piece = try AnswerPiece(ByteBuffer(string: #"{"choices":[{"index":0,"delta":\#(delta)}]}"#), as: .chunk)
            #expect(piece.outputBytes == bytes)
        }

        @Test func `with several choices ends when all of them have`() async throws {
            @Sendable func choice(_ index: Int, _ finish: String) -> String {
                #"{"choices":[{"index":\#(index),"delta":{"content":"x"},"finish_reason":\#(finish)}]}"#
            }
            let half = try await Given.answer(to: Given.order(choices: 2)) { _ in
                .stream([choice(0, "null"), choice(1, "null"), choice(1, "\"stop\"")], done: false)
            }
            #expect(half.failure?.word == "broken")
            let both = try await Given.answer(to: Given.order(choices: 2)) { _ in
                .stream([choice(0, "null"), choice(1, "\"length\""), choice(0, "\"stop\"")], done: false)
            }
            #expect(both.end != nil)
        }

        @Test func `passes a content filter's finish on`() async throws {
            let heard = try await Given.answer { .chat(["x"], to: $0, finish: "content_filter") }
            #expect(heard.end != nil)
            #expect(heard.choices.last?.contains(#""finish_reason":"content_filter""#) == true)
        }

        @Test func `opens after Azure's frame without choices`() async throws {
            let heard = try await Given.answer { _ in
                .stream([#"{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#, chunk("a", finish: "\"stop\"")])
            }
            #expect(heard.chunks.count == 1)
            #expect(heard.end != nil)
            #expect(heard.end?.usage == nil)
        }

        @Test func `may hold a line of ten megabytes`() async throws {
            let long = String(repeating: "0123456789abcdef", count: 10 << 16)
            let heard = try await Given.answer(on: Given.loopForMegabytes) { _ in .stream([chunk(long, finish: "\"stop\"")]) }
            #expect(heard.outputBytes == 10 << 20)
            #expect(heard.end != nil)
        }

        @Test func `holds no event beyond the limit`() async throws {
            let long = String(repeating: "0123456789abcdef", count: 17 << 16)
            let heard = try await Given.answer(on: Given.loopForMegabytes) { _ in .stream([chunk(long)]) }
            #expect(heard.failure?.word == "malformed")
            #expect(heard.opening == nil)
        }

        // MARK: Errors

        @Test(arguments: [
            (#"data: {"error":{"message":"m","type":"server_error","code":null}}"#, "overloaded"),
            ("event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":400,\"status_code\":400}}", "refusedPrompt 400"),
            ("event: error\ndata: {\"message\":\"m\",\"type\":\"rate_limit_error\"}", "overloaded"),
            ("event: error\ndata: gone", "broken"),
            (
                #"data: {"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400}"#,
                "refusedPrompt 400"
            ),
            (
                #"data: {"id":"gen-1","error":{"code":429,"message":"m"},"choices":[{"index":0,"delta":{"content":""}}]}"#,
                "overloaded"
            ),
            (#"data: {"error":{"code":"401","message":"m"}}"#, "misconfigured"),
            (#"data: {"error":"something"}"#, "broken"),
            (#"data: {"x_groq":{"error":"over capacity"},"choices":[]}"#, "broken"),
            (#"data: {"error":{"message":"filtered","code":"content_filter","type":null,"status":400}}"#, "refusedPrompt 400"),
            ("data: nonsense", "malformed"),
            (#"data: {"choices":[{"index":0,"delta":{"content":"a"}]}"#, "malformed"),
            (#"data: {"choices":{}}"#, "malformed"), (#"data: {"choices":[1]}"#, "malformed"), ("data: [1]", "malformed"),
            (#"data: {"choices":[{"index":-1,"delta":{}}]}"#, "malformed"),
            (#"data: {"choices":[{"index":128,"delta":{}}]}"#, "malformed"),
            (#"data: {"choices":[{"index":0,"delta":{"content":"\#u{7F}\ud800"}}]}"#, "malformed"),
            (#"data: {"choices":[],"choices":[{"index":0}]}"#, "malformed"),
            ("data: [DONE]", "malformed"),
            ("", "malformed"),
            (": nothing but comments", "broken"),
            ("<html><body>502 Bad Gateway</body></html>", "malformed"),
            ("Internal Server Error", "broken"),
        ])
        func `that begins with an error is a failure, not an answer`(event: String, kind: String) async throws {
            let heard = try await Given.answer { _ in .lines(event.isEmpty ? [] : [event + "\n\n"]) }
            #expect(heard.opening == nil)
            #expect(heard.failure?.word == kind, "\(String(describing: heard.failure))")
            #expect(heard.faults == [])
        }

        @Test(arguments: [
            #"{"error":{"message":"m","type":"server_error"}}"#, #"{"error":{"code":502,"message":"m"},"choices":[]}"#,
            #"{"object":"error","message":"m"}"#, #"{"error":true}"#,
        ])
        func `that turns into an error is broken off`(event: String) async throws {
            let heard = try await Given.answer { _ in .stream([chunk("a"), event]) }
            #expect(heard.text == "a")
            #expect(heard.failure?.word == "broken")
            #expect(heard.failure?.detail.contains("mid-answer") == true)
        }

        @Test func `that cannot be read on fails as malformed`() async throws {
            let heard = try await Given.answer { _ in .stream([chunk("a"), "{\"choices\":["]) }
            #expect(heard.text == "a")
            #expect(heard.failure?.word == "malformed")
        }

        @Test func `that ends without its end is broken, half a last line or not`() async throws {
            let clean = try await Given.answer { _ in .stream([chunk("a")], done: false) }
            #expect(clean.failure?.word == "broken")
            let half = try await Given.answer { _ in .lines(["data: \(chunk("a"))\n\ndata: {\"choi"]) }
            #expect(half.text == "a")
            #expect(half.failure?.word == "broken")
        }

        @Test func `that is compressed unasked is refused`() async throws {
            let heard = try await Given.answer { _ in .body("xx", headers: [("content-encoding", "gzip")]) }
            #expect(heard.failure?.word == "malformed")
        }
    }
}
