import Inference
import NIOCore
import TestKit
import Testing
import Units
import Wire

@testable import Engines

private let whole = #"""
    {"id":"x","object":"chat.completion","system_fingerprint":"fp","choices":[{"index":0,"message":{"role":"assistant",
      "content":"Hello"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}
    """#

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `A whole answer` {
        @Test(arguments: ["", "\n\n\n  \n", "\u{FEFF}", "\r\n\u{FEFF}\n"])
        func `is handed over as one chunk, whatever white space comes first`(prefix: String) async throws {
            let heard = try await Given.answer(to: Given.order(stream: false)) { _ in .json(prefix + whole).split(every: 5) }
            #expect(heard.faults == [])
            #expect(heard.opening?.fingerprint == "fp")
            #expect(heard.chunks.count == 1)
            #expect(heard.text == "Hello")
            #expect(heard.chunks.first?.outputBytes == 5)
            #expect(heard.chunks.first?.finishes == true)
            #expect(heard.end?.usage == Usage(promptTokens: 9, completionTokens: 2))
        }

        @Test func `may come without a length, up to the end of the connection`() async throws {
            let heard = try await Given.answer(to: Given.order(stream: false)) { _ in
                .raw("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + whole).then(.close)
            }
            #expect(heard.text == "Hello")
            #expect(heard.end != nil)
        }

        @Test func `that comes although a stream was asked for becomes a burst`() async throws {
            let answer = #"""
                {"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[
                  {"id":"call_1","type":"function","function":{"name":"go","arguments":"{}"}},
                  {"index":1,"id":"call_2","type":"function","function":{"name":"no","arguments":"{}"}}]},
                  "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":4}}
                """#
            let heard = try await Given.answer { _ in .json(answer) }
            #expect(heard.faults == [])
            #expect(heard.chunks.map(\.finishes) == [false, true])
            #expect(heard.chunks.map(\.outputBytes) == [8, 0])
            #expect(heard.end?.usage == Usage(promptTokens: 9, completionTokens: 4))
            let first = try JSONValue(parsing: try #require(heard.choices.first))
            #expect(first[0]?["finish_reason"] == .null)
            #expect(first[0]?["delta"]?["tool_calls"]?[0]?["index"] == 0)
            #expect(first[0]?["delta"]?["tool_calls"]?[1]?["index"] == 1)
            #expect(first[0]?["delta"]?["tool_calls"]?[0]?["function"]?["name"] == "go")
            #expect(heard.choices.allSatisfy { !$0.contains("\n") })
            #expect(heard.choices.last == #"[{"index":0,"delta":{},"finish_reason":"tool_calls"}]"#)
        }

        @Test func `that comes as the only event of a stream becomes a burst too`() async throws {
            let line = whole.split(separator: "\n").joined()
            let heard = try await Given.answer { _ in .stream([line]) }
            #expect(heard.text == "Hello")
            #expect(heard.chunks.map(\.finishes) == [false, true])
            #expect(heard.end?.usage == Usage(promptTokens: 9, completionTokens: 2))
        }

        @Test(arguments: [
            (#"{"error":{"message":"m","type":"server_error"}}"#, "overloaded"),
            (#"{"error":{"message":"m","code":404}}"#, "misconfigured"),
            (#"{"object":"error","message":"too long","type":"invalid_request_error","code":400}"#, "refusedPrompt 400"),
            (#"{"error":"model is loading"}"#, "broken"),
            (#"[{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}]"#, "refusedPrompt 400"),
            (#"{"choices":[]}"#, "malformed"), (#"{"id":"x"}"#, "malformed"), (#"{"choices":[{"index":0}]}"#, "malformed"),
            (#"{"choices":[{"index":0,"message":{"content":"a"}}]"#, "malformed"), ("{", "malformed"), ("", "malformed"),
            ("<!DOCTYPE html><html></html>", "malformed"), ("data: {}\n\n", "malformed"), ("OK", "malformed"),
        ])
        func `that is none is a failure`(body: String, kind: String) async throws {
            for stream in [false, true] where body.first == "{" || body.first == "[" || !stream {
                let heard = try await Given.answer(to: Given.order(stream: stream)) { _ in .json(body) }
                #expect(heard.opening == nil)
                #expect(heard.failure?.word == kind, "\(String(describing: heard.failure))")
            }
        }

        @Test func `that breaks off is broken, not shorter`() async throws {
            let heard = try await Given.answer(to: Given.order(stream: false)) { _ in
                .json(whole).cut(after: 300, by: .close)
            }
            #expect(heard.failure?.word == "broken")
        }

        @Test func `is not read beyond the limit`() async throws {
            let heard = try await Given.answer(to: Given.order(stream: false), on: Given.loopForMegabytes) { _ in
                .json("{\"x\":\"" + String(repeating: "x", count: OpenAILimits.answerBytesMax) + "\"}")
            }
            #expect(heard.failure?.word == "malformed")
        }

        // MARK: Usage

        @Test(
            arguments: [
                (#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}"#, Usage(promptTokens: 10, completionTokens: 2)),
                (
                    #"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0}}"#,
                    Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 2)
                ),
                (
                    #"{"prompt_tokens":10,"completion_tokens":2,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}"#,
                    Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 2)
                ),
                (
                    #"{"prompt_tokens":10,"completion_tokens":2,"num_cached_tokens":4,"prompt_tokens_details":{"cached_tokens":0}}"#,
                    Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 2)
                ),
                (
                    #"{"prompt_tokens":10,"completion_tokens":2,"cached_tokens":4,"prompt_tokens_details":null}"#,
                    Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 2)
                ),
                (
                    #"{"prompt_tokens":35,"completion_tokens":12,"total_tokens":126}"#,
                    Usage(promptTokens: 35, completionTokens: 12)
                ),
                (#"{"prompt_tokens":10,"total_tokens":12}"#, Usage(promptTokens: 10, completionTokens: 2)),
                (#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":5}"#, Usage(promptTokens: 10, completionTokens: 2)),
                (
                    #"{"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":3}}"#,
                    Usage(promptTokens: 10, completionTokens: 5, reasoningTokens: 3)
                ),
                (
                    #"{"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":9}}"#,
                    Usage(promptTokens: 10, completionTokens: 5, reasoningTokens: 5)
                ),
                (#"{"prompt_tokens":10.0,"completion_tokens":2}"#, Usage(promptTokens: 10, completionTokens: 2)),
                (#"{"prompt_tokens":-1,"completion_tokens":2}"#, nil), (#"{"prompt_tokens":10,"completion_tokens":-2}"#, nil),
                (#"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":11}}"#, nil),
                (#"{"prompt_tokens":10,"completion_tokens":2,"cached_tokens":-1}"#, nil),
                (#"{"prompt_tokens":2147483649,"completion_tokens":2}"#, nil),
                (#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":9223372036854775807}"#, nil),
                (#"{"prompt_tokens":9223372036854775808,"completion_tokens":2}"#, nil),
                (#"{"prompt_tokens":1e99,"completion_tokens":2}"#, nil),
                (#"{"prompt_tokens":"10","completion_tokens":2}"#, nil), (#"{"prompt_tokens":10.5,"completion_tokens":2}"#, nil),
                (#"{"prompt_tokens":10}"#, nil), ("{}", nil), ("null", nil), ("[]", nil), ("7", nil),
                (#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, nil),
                (#"{"prompt_tokens":10,"completion_tokens":0,"total_tokens":10}"#, nil),
            ] as [(String, Usage?)])
        func `tells its usage in many spellings, or none that can be true`(usage: String, expected: Usage?) throws {
            let piece = try AnswerPiece(ByteBuffer(string: #"{"usage":\#(usage)}"#), as: .whole)
            #expect(piece.usage?.usage(delivering: 5, hidesOutput: false) == expected)
        }

        /// Gemini tells of its thinking in the total alone.
        @Test(arguments: [
            (#"{"prompt_tokens":35,"completion_tokens":12,"total_tokens":126}"#, 91),
            (#"{"prompt_tokens":35,"completion_tokens":12,"total_tokens":47}"#, 12),
            (#"{"prompt_tokens":35,"completion_tokens":12,"total_tokens":5}"#, 12),
            (#"{"prompt_tokens":35,"completion_tokens":12}"#, 12), (#"{"prompt_tokens":35,"total_tokens":126}"#, 91),
        ])
        func `that hides output tells it in a total above its parts`(usage: String, output: Int) async throws {
            let document =
                #"{"choices":[{"index":0,"message":{"content":"Ok."},"finish_reason":"stop"}],"usage":\#(usage)}"#
            for (hides, billed) in [(true, output), (false, usage.contains("completion") ? 12 : output)] {
                let heard = try await Given.answer(
                    to: Given.order(stream: false), change: Given.setting(\.hidesOutput, hides)
                ) { _ in .json(document) }
                #expect(heard.end?.usage == Usage(promptTokens: 35, completionTokens: billed))
            }
        }

        @Test(arguments: [("stop", false), ("length", true), ("tool_calls", false)])
        func `that ended at its cap says so`(finish: String, reachedCap: Bool) async throws {
            let document = #"{"choices":[{"index":0,"message":{"content":"Ok."},"finish_reason":"\#(finish)"}]}"#
            for stream in [false, true] {
                let heard = try await Given.answer(to: Given.order(stream: stream)) { _ in .json(document) }
                #expect(heard.end?.reachedCap == reachedCap)
            }
        }
    }
}
