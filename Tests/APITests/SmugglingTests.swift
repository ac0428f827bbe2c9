import NIOCore
import Testing

@testable import API

/// One request in, one answer out; after a doubtful one, nothing more is read.
struct SmugglingTests {
    @Test(arguments: [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        "content-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        "content-length: 5, 5\r\n\r\nhello", "content-length: +5\r\n\r\nhello", "content-length: -5\r\n\r\nhello",
        "content-length: 0x5\r\n\r\nhello", "content-length: 99999999999999999999\r\n\r\nhello", "content-length: \r\n\r\n",
        "transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding : chunked\r\n\r\n0\r\n\r\n", "transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", "transfer-encoding: chunked\r\n\r\n-1\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", "x: a\r\n b\r\ncontent-length: 0\r\n\r\n",
        "x: \u{0}\r\ncontent-length: 0\r\n\r\n", "x y: 1\r\ncontent-length: 0\r\n\r\n", ": 1\r\ncontent-length: 0\r\n\r\n",
        "x: a\ncontent-length: 0\r\n\r\n", "x: a\rb\r\n\r\n", "host: y\r\ncontent-length: 0\r\n\r\n", "expect: tea\r\n\r\n",
    ])
    func `a doubtful request ends the connection`(rest: String) async throws {
        try await Server.run { server in
            let line = try await server.line()
            let head = "POST \(Server.v1) HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \(server.key)\r\n"
            line.sendAnyway(head + rest + server.get("/healthz"))
            let text = try await line.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 4"), "\(text)")
            #expect(text.ranges(of: "HTTP/1.1 ").count == 1, "nothing after it is answered: \(text)")
            #expect(text.contains("connection: close\r\n") && text.contains("content-type: application/json\r\n"))
        }
    }

    @Test(arguments: [
        "GET\r\n\r\n", "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\nhost: x\n\n",
        "BREW /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
    ])
    func `what is no HTTP is told so and let go`(bytes: String) async throws {
        try await Server.run { server in
            let line = try await server.line()
            line.sendAnyway(bytes)
            let answer = try #require(try await line.answer())
            #expect((400...505).contains(answer.status) && answer.body.contains("invalid_request_error"))
            #expect(try await line.readToEnd().isEmpty)
            try await server.expect(200, for: server.get("/healthz"))
        }
    }

    @Test(arguments: [
        String(repeating: "x: 1\r\n", count: 1000), String(repeating: "x: 1\r\n", count: 100_000),
        "x: \(String(repeating: "a", count: 20_000))\r\n",
        (0..<50).map { "x-\($0): \(String(repeating: "a", count: 1000))\r\n" }.joined(),
    ])
    func `a flood of headers is refused`(fields: String) async throws {
        try await Server.run { server in
            let line = try await server.line()
            line.sendAnyway(server.get("/healthz", fields: fields))
            #expect(try await line.answer()?.status == 431)
            await line.close()
            try await server.expect(200, for: server.get("/healthz"))
        }
    }

    @Test func `a hundred headers are none too many`() async throws {
        try await Server.run { server in
            let fields = String(repeating: "x: 1\r\n", count: 98)
            try await server.expect(200, for: server.get("/healthz", fields: fields))
            try await server.expect(431, for: server.get("/healthz", fields: fields + "x: 1\r\n"))
        }
    }

    @Test func `a fault behind a good request does not spoil its answer`() async throws {
        try await Server.run(WholeEngine()) { server in
            let line = try await server.line()
            try await line.send(server.post() + "nonsense\r\n\r\n")
            #expect(try await line.answer()?.status == 200)
            #expect(try await line.answer()?.status == 400)
            #expect(try await line.readToEnd().isEmpty)
        }
    }
}
