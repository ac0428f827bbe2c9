import Commerce
import Gateway
import Inference
import NIOCore
import NIOHTTP1
import TestKit
import Testing
import Units
import Wire

@testable import API

struct RefusalTests {
    private static let money = Money(nanodollars: 12_150)

    @Test(arguments: [
        (Refusal.noKey, 401, nil), (.unknownKey, 401, "invalid_api_key"), (.keyRevoked, 401, "invalid_api_key"),
        (.keyExpired, 401, "invalid_api_key"), (.modelNotAllowed(model: "m"), 403, "model_not_allowed"),
        (.modelUnknown(model: "m"), 404, "model_not_found"), (.modelNotPriced(model: "m"), 400, "model_not_priced"),
        (.engineUnavailable(model: "m"), 503, "engine_unavailable"),
        (.insufficientBalance(needed: money, available: .zero), 429, "insufficient_quota"),
        (.keyLimitReached(needed: money, left: .zero), 429, "insufficient_quota"), (.busy, 503, "overloaded"),
        (.notAdmitting, 503, "shutting_down"), (.notPriceable, 400, "context_length_exceeded"),
    ])
    func `every refusal has its status and code`(refusal: Refusal, status: Int, code: String?) {
        let response = ErrorResponse(refusal)
        #expect(Int(response.status.code) == status)
        #expect(response.error.code == code)
        #expect(!response.error.message.isEmpty)
    }

    @Test(arguments: [
        (EngineFailure.Kind.unreachable, 502), (.timedOut, 504), (.overloaded, 503), (.misconfigured, 502), (.broken, 502),
        (.malformed, 502), (.refusedPrompt(EngineRefusal(status: 400, message: "m")), 400),
        (.refusedPrompt(EngineRefusal(status: 413, message: "m")), 413),
        (.refusedPrompt(EngineRefusal(status: 422, message: "m")), 422),
        (.refusedPrompt(EngineRefusal(status: 401, message: "m")), 400),
    ])
    func `every failure of an engine has its status, and tells nothing of it`(kind: EngineFailure.Kind, status: Int) {
        let response = ErrorResponse(EngineFailure(kind, detail: "sk-upstream at 10.0.0.1"))
        #expect(Int(response.status.code) == status)
        #expect(!String(buffer: response.body).contains("10.0.0.1"))
    }

    @Test(arguments: [
        ("/api/texttoimage", #"{"status":"error","jobid":null,"signature":null,"message":"m","code":"c"}"#),
        ("/api/texttoimage/", #"{"status":"error","jobid":null,"signature":null,"message":"m","code":"c"}"#),
        ("/api/texttoimage/jobs/", #"{"status":"error","image_url":null,"message":"m","code":"c"}"#),
        ("/v1/images/generations", #"{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"c"}}"#),
    ])
    func `who asks in the reference's way is refused in it, even before the request was read`(path: String, body: String) {
        let refusal = ErrorResponse(.payloadTooLarge, "m", code: "c").fit(for: path)
        #expect(String(buffer: refusal.body) == body)
    }

    @Test func `what was charged is not to be tried again`() {
        let fields = ErrorResponse(EngineFailure(.broken, detail: ""), isCharged: true).fields
        #expect(fields.map { "\($0.name): \($0.value)" } == ["x-should-retry: false"])
    }

    @Test func `an engine's wish to be asked later is passed on within reason`() {
        for (wish, told) in [(1, "100"), (2500, "2500"), (9_000_000, "60000")] {
            let fields = ErrorResponse(EngineFailure(.overloaded, detail: "", retryAfterMilliseconds: wish)).fields
            #expect(fields.first { "\($0.name)" == "retry-after-ms" }?.value == told)
        }
    }

    @Test(arguments: RequestFault.Kind.allCases)
    func `every fault of a request has a status below 500`(kind: RequestFault.Kind) {
        #expect((400..<500).contains(ErrorResponse(RequestFault(kind, message: "m")).status.code))
    }

    @Test func `too little money is told in dollars and not to be tried again`() async throws {
        try await Server.run(balance: "0.000001") { server in
            let answer = try #require(try await server.ask(server.post()))
            #expect(answer.status == 429 && answer.headers["x-should-retry"] == "false")
            #expect(answer.headers["retry-after"] == nil)
            #expect(answer.body.contains("0.000001 USD is available"))
            #expect(answer.body.contains(#""type":"insufficient_quota","param":null,"code":"insufficient_quota""#))
        }
    }

    @Test func `a key's limit is told apart from a balance`() async throws {
        try await Server.run(key: .shop(limit: "0.000001")) { server in
            let answer = try #require(try await server.ask(server.post()))
            #expect(answer.status == 429 && answer.body.contains("spending limit"))
        }
    }

    @Test func `models are refused by name`() async throws {
        try await Server.run(key: .shop(models: [Server.model, "unpriced", "nothing"])) { server in
            for (model, status) in [("gpt-4o", 403), ("unpriced", 400), ("nothing", 404)] {
                let answer = try await server.ask(server.post(Server.v1, Server.question(model: model)))
                #expect(answer?.status == status, "\(answer?.body ?? "")")
            }
        }
    }

    @Test func `a model without a route is unavailable to live keys and answered to test keys`() async throws {
        try await Server.run(WholeEngine()) { server in
            let body = Server.question(model: "gpt-4.1")
            let live = try #require(try await server.ask(server.post(Server.v1, body)))
            #expect(live.status == 503 && live.body.contains("engine_unavailable"))
            let test = try await server.ask(server.post(Server.v1, body, key: server.testKey))
            #expect(test?.status == 200)
            #expect(server.balance.available == Money(nanodollars: 5_000_000_000))
        }
    }

    @Test(arguments: [
        ("", nil), ("authorization: \r\n", nil), ("authorization: sk-abc\r\n", nil), ("authorization: Basic eDp5\r\n", nil),
        ("authorization: Bearer\r\n", nil), ("authorization: Bearer \r\n", nil), ("api-key: sk-abc\r\n", nil),
        ("authorization: Bearer sk-nobody\r\n", "invalid_api_key"),
        ("authorization: Bearer \(String(repeating: "x", count: 5000))\r\n", "invalid_api_key"),
        ("authorization: Bearer a\r\nauthorization: Bearer a\r\n", "invalid_api_key"),
    ])
    func `without one good key nothing is served`(field: String, code: String?) async throws {
        try await Server.run { server in
            let body = Server.question()
            for request in [
                "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n\(field)content-length: \(body.utf8.count)\r\n\r\n\(body)",
                "GET /api/account/ HTTP/1.1\r\nhost: x\r\n\(field)\r\n", "GET /v1/models HTTP/1.1\r\nhost: x\r\n\(field)\r\n",
            ] {
                let answer = try #require(try await server.ask(request))
                #expect(answer.status == 401 && answer.headers["www-authenticate"] == "Bearer")
                #expect(answer.body.contains(#""param":null,"code":\#(code.map { "\"\($0)\"" } ?? "null")"#))
            }
        }
    }

    @Test(arguments: ["bearer", "BEARER", "Bearer  "])
    func `the scheme may be written in any case`(scheme: String) async throws {
        try await Server.run { server in
            let answer = try await server.ask(server.get("/v1/models").replacing("Bearer", with: scheme))
            #expect(answer?.status == 200)
        }
    }

    @Test func `a key that is revoked or expires is refused from then on`() async throws {
        try await Server.run(WholeEngine(), key: .shop(expires: Instant(seconds: 1_767_225_600 + 60))) { server in
            let good = try await server.ask(server.post())
            #expect(good?.status == 200)
            server.clock.advance(bySeconds: 61)
            let expired = try #require(try await server.ask(server.post()))
            #expect(expired.status == 401 && expired.body.contains("expired"))
            _ = try await server.administration.revokeKey("key_1")
            let revoked = try #require(try await server.ask(server.post()))
            #expect(revoked.status == 401 && revoked.body.contains("revoked"))
        }
    }

    @Test func `a server going down admits nobody`() async throws {
        try await Server.run { server in
            try await server.expect(200, for: server.get("/readyz"))
            server.ledger.stopAdmitting()
            let answer = try #require(try await server.ask(server.post()))
            #expect(answer.status == 503 && answer.headers["retry-after-ms"] != nil)
            try await server.expect(503, for: server.get("/readyz"))
            try await server.expect(200, for: server.get("/healthz"))
        }
    }

    @Test func `a caller's request id names nothing here`() async throws {
        try await Server.run { server in
            for path in ["/healthz", "/v1/models", "/nothing"] {
                let answer = try #require(try await server.ask(server.get(path, fields: "x-request-id: mine\r\n")))
                #expect(answer.headers["x-request-id"]?.withoutIDs == "req_#")
            }
        }
    }

    @Test(arguments: ["expect: tea", "content-length: x", "content-length: 1\r\ncontent-length: 1", "x y: 1"])
    func `HEAD is answered by a head alone, even when it is refused`(field: String) async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send("HEAD /healthz HTTP/1.1\r\nhost: x\r\n\(field)\r\n\r\n")
            let text = try await line.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 4") && text.hasSuffix("\r\n\r\n") && text.contains("connection: close"), "\(text)")
            await line.close()
        }
    }
}
