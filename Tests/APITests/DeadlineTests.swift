import NIOCore
import TestKit
import Testing

@testable import API

struct DeadlineTests {
    @Test(arguments: ["", "GET /heal", "GET /healthz HTTP/1.1\r\nhost: x\r\nx: "])
    func `a head that does not come is not waited for`(begun: String) async throws {
        var limits = APILimits.quick
        limits.headTime = .milliseconds(50)
        try await Server.run(limits: limits) { server in
            let line = try await server.line()
            line.sendAnyway(begun)
            #expect(try await line.readToEnd().isEmpty)
        }
    }

    @Test func `a head that stops after a first request is not waited for either`() async throws {
        var limits = APILimits.quick
        limits.headTime = .seconds(2)
        try await Server.run(limits: limits) { server in
            let line = try await server.line()
            try await line.send(server.get("/healthz"))
            _ = try await line.answer()
            line.sendAnyway("GET /heal")
            #expect(try await line.readToEnd().isEmpty)
        }
    }

    @Test func `a connection without requests is closed`() async throws {
        var limits = APILimits.quick
        limits.idleTime = .milliseconds(50)
        try await Server.run(limits: limits) { server in
            let line = try await server.line()
            try await line.send(server.get("/healthz"))
            _ = try await line.answer()
            #expect(try await line.readToEnd().isEmpty)
        }
    }

    @Test func `a body that comes a byte at a time is refused`() async throws {
        var limits = APILimits.quick
        limits.bodyGraceTime = .milliseconds(100)
        try await Server.run(limits: limits) { server in
            let line = try await server.line()
            let body = Server.question()
            try await line.send(String(server.post().dropLast(body.utf8.count)) + "{")
            let answer = try #require(try await line.answer())
            #expect(answer.status == 408 && answer.headers["connection"] == "close")
            await line.close()
        }
    }

    @Test func `a rate that is kept up earns time, up to the longest`() {
        var limits = APILimits()
        limits.bodyGraceTime = .seconds(20)
        limits.bodyRateMin = 1000
        limits.bodyTimeMax = .seconds(60)
        for (bytes, seconds) in [(0, 20), (5000, 25), (40_000, 60), (1_000_000, 60)] {
            #expect(Incoming.time(for: bytes, limits) == .seconds(Int64(seconds)))
        }
    }
}
