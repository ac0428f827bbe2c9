import Commerce
import Gateway
import Inference
import NIOCore
import TestKit
import Testing
import Units

@testable import API

struct StreamTests {
    private static let head = """
        HTTP/1.1 200 OK\r
        date: Thu, 01 Jan 2026 00:00:00 GMT\r
        x-request-id: req_#\r
        transfer-encoding: chunked\r
        content-type: text/event-stream; charset=utf-8\r
        cache-control: no-cache\r
        x-accel-buffering: no\r
        \r

        """

    private static func chunk(_ choices: String, _ usage: String = "") -> String {
        #"data: {"id":"chatcmpl-#","object":"chat.completion.chunk","created":1767225600,"model":"gpt-4o-mini-2024-07-18","#
            + #""service_tier":"default","system_fingerprint":"fp_scripted","choices":\#(choices)\#(usage)}"# + "\n\n"
    }

    private static func delta(_ text: String) -> String {
        #"[{"index":0,"delta":{"content":"\#(text)"},"logprobs":null,"finish_reason":null}]"#
    }

    private static let usage =
        #","usage":{"prompt_tokens":17,"completion_tokens":3,"total_tokens":20,"prompt_tokens_details":{"cached_tokens":0,"#
        + #""audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"#
        + #""accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}"#

    @Test func `the reference's dialect ends with the usage and carries no comments`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send(server.post(Server.reference, Server.question()))
            let head = try await line.read(until: "\r\n\r\n")
            #expect(head.withoutIDs == StreamTests.head)
            _ = try await line.read(until: "[DONE]")
            await line.close()
            let answer = try await server.ask(server.post(Server.reference, Server.question()))
            let null = #","usage":null"#
            #expect(
                answer?.body.withoutIDs == StreamTests.chunk(StreamTests.delta("Ok"), null)
                    + StreamTests.chunk(StreamTests.delta("."), null) + StreamTests.chunk("[]", StreamTests.usage)
                    + "data: [DONE]\n\n")
        }
    }

    @Test func `OpenAI's dialect tells the price in a comment, and the usage when asked`() async throws {
        try await Server.run { server in
            let plain = try await server.ask(server.post(Server.v1, Server.streamed))
            let words = StreamTests.chunk(StreamTests.delta("Ok")) + StreamTests.chunk(StreamTests.delta("."))
            #expect(plain?.body.withoutIDs == words + ": cost 0.00000435 balance 4.99999565\n\ndata: [DONE]\n\n")
            let body = Server.question(#","stream":true,"stream_options":{"include_usage":true}"#)
            let counted = try #require(try await server.ask(server.post(Server.v1, body)))
            #expect(counted.body.contains(#""usage":{"prompt_tokens":17"#))
            #expect(counted.body.hasSuffix(": cost 0.00000435 balance 4.9999913\n\ndata: [DONE]\n\n"))
        }
    }

    @Test func `money is settled before the stream says that it is done`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send(server.post(Server.v1, Server.streamed))
            _ = try await line.read(until: "[DONE]")
            #expect(server.balance == Balance(available: Money(nanodollars: 4_999_995_650), held: .zero))
            await line.close()
        }
    }

    @Test func `an HTTP/1.0 caller gets a stream without frames, until the end`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            let request = server.post(Server.v1, Server.streamed).replacing("HTTP/1.1", with: "HTTP/1.0")
            try await line.send(request)
            let text = try await line.readToEnd()
            #expect(text.contains("connection: close\r\n") && !text.contains("chunked"))
            #expect(text.contains("\r\n\r\ndata: {") && text.hasSuffix("data: [DONE]\n\n"))
        }
    }

    @Test(arguments: [(0, 502, "engine_unreachable"), (1, 504, "engine_timeout"), (2, 503, "engine_overloaded")])
    func `a failure before the first word is a status, and costs nothing`(which: Int, status: Int, code: String) async throws {
        let kind: EngineFailure.Kind = [.unreachable, .timedOut, .overloaded][which]
        for acts in [[ScriptedEngine.Act.fail(kind)], [.open, .fail(kind)]] {
            try await Server.run(ScriptedEngine(acts)) { server in
                let answer = try #require(try await server.ask(server.post(Server.v1, Server.streamed)))
                #expect(answer.status == status)
                #expect(answer.body.contains(#""code":"\#(code)""#) && !answer.body.contains("as scripted"))
                #expect(answer.headers["retry-after-ms"] == "500")
                #expect(server.balance.available == Money(nanodollars: 5_000_000_000))
            }
        }
    }

    @Test func `a failure in mid-stream is an event, and the body is cut`() async throws {
        let engine = ScriptedEngine([.open, .say("half an "), .fail(.broken)])
        try await Server.run(engine) { server in
            let answer = try #require(try await server.ask(server.post(Server.v1, Server.streamed)))
            #expect(answer.status == 200 && answer.isCut)
            let failure =
                #"data: {"error":{"message":"The engine broke off its answer.","type":"server_error","param":null,"#
                + #""code":"engine_failed"}}"# + "\n\n"
            #expect(answer.body.hasSuffix(failure))
            #expect(server.balance.available < Money(nanodollars: 5_000_000_000))
        }
    }

    @Test func `an engine that goes past its cap is cut, and the caller told`() async throws {
        let flood = String(repeating: "x", count: 16 * 51)
        let engine = ScriptedEngine([.open, .say(flood), .say("never"), .complete(Server.usage)])
        try await Server.run(engine) { server in
            let body = Server.question(#","stream":true,"n":2"#).replacing("50", with: "25")
            let answer = try #require(try await server.ask(server.post(Server.v1, body)))
            let end = #""delta":{},"logprobs":null,"finish_reason":"length"}"#
            let ends = #"[{"index":0,\#(end),{"index":1,\#(end)]"#
            #expect(answer.body.contains(ends) && answer.body.hasSuffix("data: [DONE]\n\n") && !answer.isCut)
            #expect(!answer.body.contains("never"))
            #expect(engine.cancelled == 1)
        }
    }

    @Test(arguments: [(Server.v1, ": keep-alive\n\n"), (Server.reference, "\n")])
    func `a silent answer is kept alive`(path: String, sign: String) async throws {
        var limits = APILimits.quick
        limits.keepAliveTime = .milliseconds(50)
        let engine = ScriptedEngine([.open, .wait, .say("late"), .complete(Server.usage)])
        try await Server.run(engine, limits: limits) { server in
            let line = try await server.line()
            try await line.send(server.post(path, Server.streamed))
            let begun = try await line.read(until: "\r\n\r\n\(String(sign.utf8.count, radix: 16))\r\n\(sign)\r\n")
            #expect(begun.hasPrefix("HTTP/1.1 200 OK\r\n"))
            engine.proceed()
            _ = try await line.read(until: "data: [DONE]\n\n\r\n0\r\n\r\n")
            await line.close()
        }
    }

    @Test func `a whole answer tells its price in the head`() async throws {
        try await Server.run(WholeEngine()) { server in
            let answer = try #require(try await server.ask(server.post()))
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            #expect(answer.headers["x-minitoolai-cost"] == "0.00000435")
            #expect(
                answer.body.withoutIDs
                    == #"{"id":"chatcmpl-#","object":"chat.completion","created":1767225600,"model":"gpt-4o-mini-2024-07-18","#
                    + #""choices":\#(WholeEngine.choices)\#(StreamTests.usage),"service_tier":"default","system_fingerprint":null}"#
            )
        }
    }

    @Test func `an engine that ends without a whole answer is a failure of its own`() async throws {
        try await Server.run(ScriptedEngine([.open, .complete(nil)])) { server in
            let answer = try #require(try await server.ask(server.post()))
            #expect(answer.status == 502 && answer.body.contains("engine_failed"))
        }
    }

    @Test func `members that were not passed on are named`() async throws {
        try await Server.run(WholeEngine()) { server in
            let answer = try await server.ask(server.post(Server.v1, Server.question(#","service_tier":"priority""#)))
            #expect(answer?.headers["x-minitoolai-dropped"] == "service_tier")
        }
    }

    @Test func `an engine waits for a caller who does not read`() async throws {
        let engine = FloodEngine(pieces: 200)
        try await Server.run(engine) { server in
            let line = try await server.line(reads: false)
            try await line.send(server.post(Server.v1, Server.streamed))
            await engine.isPaused()
            #expect(engine.given < 200, "what is given stays far below what there is")
            try await line.startReading()
            let text = try await line.read(toLast: "data: [DONE]\n\n\r\n0\r\n\r\n")
            #expect(text.utf8.count > 200 * FloodEngine.pieceBytes)
            #expect(engine.given == 200)
            await line.close()
        }
    }

    @Test func `a caller who never reads is cut, and pays for what was delivered`() async throws {
        var limits = APILimits.quick
        limits.stallTime = .milliseconds(100)
        let engine = FloodEngine(pieces: 5000)
        try await Server.run(engine, limits: limits) { server in
            let line = try await server.line(reads: false)
            try await line.send(server.post(Server.v1, Server.streamed))
            await engine.isCancelled()
            await server.listening.stop(drain: .seconds(60))
            #expect(server.balance.held == .zero && server.balance.available < Money(nanodollars: 5_000_000_000))
            await line.close()
        }
    }
}
