import Inference
import NIOCore
import TestKit
import Testing

@testable import Engines

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `An upstream's refusal` {
        @Test(arguments: [
            (
                400,
                #"{"error":{"message":"m","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
                "refusedPrompt 400"
            ),
            (413, "<html>too large</html>", "refusedPrompt 413"),
            (422, #"{"detail":[{"loc":["body"],"msg":"m"}]}"#, "refusedPrompt 422"),
            (400, #"{"error":{"message":"m","code":"model_not_found"}}"#, "misconfigured"),
            (
                400, #"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: ab***yz"}"#,
                "misconfigured"
            ),
            (400, #"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]"#, "misconfigured"),
            (400, #"{"error":{"message":"m","type":"insufficient_quota"}}"#, "overloaded"),
            (401, #"{"error":{"message":"m","code":"invalid_api_key"}}"#, "misconfigured"),
            (403, "", "misconfigured"), (404, #"{"error":{"code":"model_not_found"}}"#, "misconfigured"),
            (405, "", "misconfigured"),
            (301, "", "misconfigured"), (302, "", "misconfigured"), (307, "", "misconfigured"), (308, "", "misconfigured"),
            (402, #"{"error":{"message":"no credit","code":402}}"#, "overloaded"), (408, "", "timedOut"), (409, "", "overloaded"),
            (429, #"{"error":{"message":"m","type":"tokens","code":"rate_limit_exceeded"}}"#, "overloaded"),
            (429, #"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#, "overloaded"),
            (500, #"{"error":{"message":"m","type":"server_error"}}"#, "overloaded"), (502, "<html>", "overloaded"),
            (503, "Loading model", "overloaded"), (529, #"{"type":"error"}"#, "overloaded"),
            (500, #"{"error":{"message":"API key store is down"}}"#, "overloaded"),
        ])
        func `is told apart by who can mend it`(status: Int, body: String, kind: String) async throws {
            for stream in [true, false] {
                let heard = try await Given.answer(to: Given.order(stream: stream)) { _ in
                    .json(body, status: status, headers: [("location", "http://127.0.0.1:1/elsewhere")])
                }
                #expect(heard.opening == nil)
                #expect(heard.failure?.word == kind, "\(String(describing: heard.failure))")
                #expect(heard.failure?.detail.contains("\(status)") == true)
            }
        }

        @Test(
            arguments: [
                ([("retry-after", "7")], 7000), ([("retry-after-ms", "120"), ("retry-after", "7")], 120), ([], nil),
            ] as [([(String, String)], Int?)])
        func `says when to come back`(headers: [(String, String)], expected: Int?) async throws {
            let heard = try await Given.answer { _ in .json("{}", status: 429, headers: headers) }
            #expect(heard.failure?.retryAfterMilliseconds == expected)
        }

        @Test func `of a prompt keeps its message, parameter and code`() async throws {
            let heard = try await Given.answer { _ in
                .json(
                    #"{"error":{"message":"This model's maximum context\n length is 128000 tokens.","type":"invalid_request_error","#
                        + #""param":"messages[0].content","code":"context_length_exceeded"}}"#, status: 400)
            }
            guard case .refusedPrompt(let refusal) = heard.failure?.kind else {
                Issue.record("\(String(describing: heard.failure))")
                return
            }
            #expect(
                refusal
                    == EngineRefusal(
                        status: 400, message: "This model's maximum context length is 128000 tokens.",
                        param: "messages[0].content", code: "context_length_exceeded"))
            #expect(heard.failure?.mayBeRetriedElsewhere == false)
        }

        @Test(arguments: [
            "Invalid key \(Given.key) for this", "Invalid key \(Given.key.prefix(10))…", "ends in \(Given.key.suffix(8))",
            "see http://127.0.0.1:9/errors", "unknown sk-abcdefgh", "in organization org-abcdefgh",
            "request req_0123456789 failed",
            "Authorization: Bearer x", "",
        ])
        func `shows nothing of the operator's`(message: String) async throws {
            let heard = try await Given.answer { _ in
                .json(#"{"error":{"message":"\#(message)","param":"\#(message)","code":"\#(message)"}}"#, status: 422)
            }
            guard case .refusedPrompt(let refusal) = heard.failure?.kind else {
                Issue.record("\(String(describing: heard.failure))")
                return
            }
            #expect(refusal.message == Diagnosis.genericMessage)
            #expect(refusal.param == nil)
            #expect(refusal.code == nil)
        }

        @Test func `is cut to a length that can be read`() async throws {
            let heard = try await Given.answer { _ in
                .json(#"{"error":{"message":"\#(String(repeating: "long ", count: 1000))"}}"#, status: 400)
            }
            guard case .refusedPrompt(let refusal) = heard.failure?.kind else {
                Issue.record("\(String(describing: heard.failure))")
                return
            }
            #expect(refusal.message.count == OpenAILimits.messageCharactersMax)
        }

        @Test func `is decided by its status when its body never ends`() async throws {
            let heard = try await Given.answer(change: Given.setting(\.deadlines.stall, .milliseconds(100))) { _ in
                .raw("HTTP/1.1 401 No\r\ncontent-length: 100\r\n\r\n{").then(.hang)
            }
            #expect(heard.failure?.word == "misconfigured")
        }

        @Test func `is decided by its status when its body is too long or breaks off`() async throws {
            let long = try await Given.answer { _ in .json(String(repeating: "x", count: 1 << 20), status: 500) }
            #expect(long.failure?.word == "overloaded")
            let broken = try await Given.answer { _ in .json(#"{"error":"#, status: 429).cut(after: 90, by: .reset) }
            #expect(broken.failure?.word == "overloaded")
        }

        /// Every way to fail, by a server that says the key wherever it can.
        @Test(arguments: [
            ScriptedAnswer.json(
                #"{"error":{"message":"\#(Given.key)","type":"\#(Given.key)","code":"\#(Given.key)"}}"#, status: 401),
            .json(#"{"error":{"message":"\#(Given.key)","type":"\#(Given.key)","param":"\#(Given.key)"}}"#, status: 400),
            .json(#"{"\#(Given.key)":1,"\#(Given.key)":2}"#), .json(Given.key), .json(Given.key, status: 500),
            .stream([#"{"error":{"message":"\#(Given.key)","type":"\#(Given.key)"}}"#]),
            .stream([#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#, #"{"error":"\#(Given.key)"}"#]),
            .stream([#"{"choices":[{"index":0,"delta":{"\#(Given.key)":1,"\#(Given.key)":2}}]}"#]),
            .lines(["event: error\ndata: \(Given.key)\n\n"]), .raw("\(Given.key)\r\n\r\n"),
            .raw("HTTP/1.1 200 \(Given.key)\r\n\(Given.key): \u{1}\r\n\r\n"),
            .raw("HTTP/1.1 302 x\r\nlocation: http://\(Given.key)/\r\n\r\n"),
        ])
        func `never repeats the key`(answer: ScriptedAnswer) async throws {
            let heard = try await Given.answer { _ in answer.then(.close) }
            let failure = try #require(heard.failure)
            #expect(!"\(failure)".contains("canary"))
            #expect(!String(reflecting: failure).contains("canary"))
        }
    }
}
