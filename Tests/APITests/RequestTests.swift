import NIOCore
import TestKit
import Testing
import Units

@testable import API

/// Addresses, methods, types, sizes, and requests one after another.
struct RequestTests {
    @Test(arguments: [
        "/", "/v1", "/v1/nothing", "/v1//models", "/v1/./models", "/v1/../v1/models", "/v1/%2e/models", "/%2e%2e/etc/passwd",
        "/v1/models%2f", "/v1\\models", "/V1/models", "/v1/models//", "/v1/models/gpt-4o/x", "/v1/models/%zz", "/v1/models/%00",
        "//v1/models", "/v1/chat/completions/more", "*",
    ])
    func `an unknown or doubtful address is not found`(path: String) async throws {
        try await Server.run { server in
            let answer = try #require(try await server.ask(server.get(path)))
            #expect(answer.status == 404)
            #expect(answer.body.contains(#""type":"invalid_request_error""#))
        }
    }

    @Test func `what is not found is told with its method and path`() async throws {
        try await Server.run { server in
            let answer = try await server.ask(server.get("/v1/nothing?x=1", "POST"))
            #expect(
                answer?.body
                    == #"{"error":{"message":"Invalid URL (POST /v1/nothing)","type":"invalid_request_error","param":null,"code":null}}"#
            )
        }
    }

    @Test(arguments: [
        ("GET", "/v1/chat/completions", "POST, OPTIONS"), ("PUT", "/api/chat-completions/", "POST, OPTIONS"),
        ("POST", "/v1/models", "GET, HEAD, OPTIONS"), ("DELETE", "/v1/models/gpt-4o/", "GET, HEAD, OPTIONS"),
        ("PATCH", "/api/account", "GET, HEAD, OPTIONS"), ("POST", "/healthz", "GET, HEAD, OPTIONS"),
    ])
    func `a wrong method is told which are right`(method: String, path: String, allowed: String) async throws {
        try await Server.run { server in
            let answer = try #require(try await server.ask(server.get(path, method)))
            #expect(answer.status == 405 && answer.headers["allow"] == allowed)
            #expect(answer.body.contains(#""code":"method_not_supported""#))
            let options = try #require(try await server.ask(server.get(path, "OPTIONS")))
            #expect(options.status == 204 && options.headers["allow"] == allowed && options.headers["content-length"] == nil)
        }
    }

    @Test(arguments: ["/v1/models", "/v1/models/gpt-4o", "/api/account/", "/healthz"])
    func `HEAD is GET without its body`(path: String) async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send(server.get(path, "HEAD") + server.get(path, fields: "connection: close\r\n"))
            let head = try #require(try await line.answer(toHead: true))
            let get = try #require(try await line.answer())
            #expect(head.status == get.status)
            #expect(head.headers["content-length"] == get.headers["content-length"])
            #expect(head.body.isEmpty && !get.body.isEmpty)
            await line.close()
        }
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx"])
    func `a body must be called JSON`(type: String) async throws {
        try await Server.run { server in
            let answer = try #require(try await server.ask(server.post().replacing("application/json", with: type)))
            #expect(answer.status == 415 && answer.body.contains("expected 'application/json'"))
        }
    }

    @Test(arguments: ["application/json; charset=utf-8", "Application/JSON"])
    func `JSON may be called in any case, with parameters, or not at all`(type: String) async throws {
        try await Server.run(WholeEngine()) { server in
            try await server.expect(200, for: server.post().replacing("application/json", with: type))
            let unnamed = server.post().replacing("content-type: application/json\r\n", with: "")
            try await server.expect(200, for: unnamed)
        }
    }

    @Test func `a compressed body is refused`() async throws {
        try await Server.run { server in
            try await server.expect(415, for: server.post(fields: "content-encoding: gzip\r\n"))
        }
    }

    @Test func `a body is refused by its length before it is sent`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send(server.post(Server.v1, "").replacing("content-length: 0", with: "content-length: 2000000000"))
            let answer = try #require(try await line.answer())
            #expect(answer.status == 413 && answer.headers["connection"] == "close")
            await line.close()
        }
    }

    @Test func `a body that turns out too long is refused, however it is framed`() async throws {
        var limits = APILimits.quick
        limits.chatBodyBytesMax = 1 << 20
        try await Server.run(limits: limits) { server in
            let line = try await server.line()
            let head = server.post(Server.v1, "").replacing("content-length: 0", with: "transfer-encoding: chunked")
            line.sendAnyway(head)
            let piece = "40000\r\n" + String(repeating: " ", count: 0x40000) + "\r\n"
            for _ in 0..<8 { line.sendAnyway(piece) }
            #expect(try await line.answer()?.status == 413)
            await line.close()
        }
    }

    @Test func `text alone has a smaller limit than images`() async throws {
        var limits = APILimits.quick
        limits.chatTextBytesMax = 10_000
        try await Server.run(limits: limits) { server in
            let body = Server.question().replacing("Largest", with: String(repeating: "x", count: 10_000))
            try await server.expect(413, for: server.post(Server.v1, body))
        }
    }

    @Test func `a server that holds enough bodies tells callers to come back`() async throws {
        var limits = APILimits.quick
        limits.bodyBytesPerLoopMax = 1000
        try await Server.run(WholeEngine(), limits: limits) { server in
            let body = Server.question().replacing("Largest", with: String(repeating: "x", count: 2000))
            let answer = try #require(try await server.ask(server.post(Server.v1, body)))
            #expect(answer.status == 503 && answer.headers["retry-after-ms"] == "1000")
            try await server.expect(200, for: server.post())  // what was refused is not held
        }
    }

    @Test func `a bad key is refused before its body is sent`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            let length = "content-length: 3000000"
            try await line.send(server.post(Server.v1, "", key: "sk-nobody").replacing("content-length: 0", with: length))
            #expect(try await line.answer()?.status == 401)
            await line.close()
        }
    }

    @Test func `a caller who waits for leave to send is given it`() async throws {
        try await Server.run(WholeEngine()) { server in
            let line = try await server.line()
            let body = Server.question()
            let head = server.post(fields: "expect: 100-continue\r\n").dropLast(body.utf8.count)
            try await line.send(String(head))
            #expect(try await line.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await line.send(body)
            #expect(try await line.answer()?.status == 200)
            try await line.send(String(head).replacing(server.key, with: "sk-nobody"))
            let refused = try #require(try await line.answer())
            #expect(refused.status == 401 && refused.headers["connection"] == "close")
            await line.close()
        }
    }

    @Test func `a connection serves one request after another`() async throws {
        try await Server.run(WholeEngine()) { server in
            let line = try await server.line()
            for _ in 0..<3 {
                for request in [server.post(), server.get("/v1/models"), server.post(Server.v1, "{"), server.get("/nothing")] {
                    try await line.send(request)
                    let answer = try await line.answer()
                    #expect(answer?.headers["connection"] == nil)
                }
            }
            await line.close()
        }
    }

    @Test func `requests sent at once are answered one by one, in order`() async throws {
        try await Server.run(ScriptedEngine([.open, .say("one"), .complete(Server.usage)])) { server in
            let line = try await server.line()
            let bad = server.post(Server.v1, "{", key: "sk-nobody")
            let requests = [
                server.post(Server.v1, Server.streamed), bad, server.get("/healthz"), server.post(Server.v1, Server.streamed),
                server.get("/nothing", fields: "connection: close\r\n"),
            ]
            try await line.send(requests.joined())
            var statuses: [Int] = []
            for _ in requests { statuses.append(try await line.answer()?.status ?? 0) }
            #expect(statuses == [200, 401, 200, 200, 404])
            #expect(try await line.readToEnd().isEmpty)
        }
    }

    @Test func `thousands of requests that wait their turn are answered without deep calls`() async throws {
        let engine = ScriptedEngine([.open, .wait, .complete(Server.usage)])
        try await Server.run(engine) { server in
            let line = try await server.line()
            let refused = "POST \(Server.v1) HTTP/1.1\r\nhost: x\r\n\r\n"
            let rest = String(repeating: refused, count: 5000) + server.get("/healthz", fields: "connection: close\r\n")
            line.sendAnyway(server.post(Server.v1, Server.streamed) + rest)
            engine.proceed()
            let text = try await line.readToEnd()
            #expect(text.hasSuffix(#"{"status":"ok"}"#))
            let braces = text.utf8.count { $0 == UInt8(ascii: "{") }
            #expect(braces == 2 * 5000 + 1, "two in each refusal")
        }
    }

    @Test func `an HTTP/1.0 caller is answered and let go, unless it asks to stay`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send("GET /healthz HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
            #expect(try await line.answer()?.headers["connection"] == "keep-alive")
            try await line.send("GET /healthz HTTP/1.0\r\n\r\n")
            #expect(try await line.readToEnd().contains("connection: close\r\n"))
        }
    }

    @Test(arguments: ["upgrade: h2c\r\nconnection: upgrade\r\n", "connection: close\r\n"])
    func `a caller who will speak otherwise, or no more, is let go`(fields: String) async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send(server.get("/healthz", fields: fields))
            let text = try await line.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.contains("connection: close\r\n"))
        }
    }

    @Test func `a whole URL is as good as a path`() async throws {
        try await Server.run { server in
            try await server.expect(200, for: server.get("http://x/v1/models?y=1"))
            try await server.expect(404, for: server.get("http://x"))
        }
    }
}
