import Foundation
import Gateway
import NIOCore
import Synchronization
import TestKit
import Testing
import Units

@testable import API

/// What an operator sees: figures, and a line for each request.
struct WatchingTests {
    private func figure(_ name: String, in page: String) -> Int? {
        page.split(separator: "\n").first { $0.hasPrefix("minitoolai_\(name) ") }.flatMap { Int($0.split(separator: " ")[1]) }
    }

    @Test func `a chat, a refusal and a page are counted, with their money`() async throws {
        try await Server.run { server in
            try await server.expect(200, for: server.post(Server.v1, Server.streamed))
            try await server.expect(401, for: server.post(key: "sk-nobody"))
            try await server.expect(404, for: server.get("/nothing"))
            let page = try #require(try await server.ask(server.get("/metrics"))).body
            #expect(figure(#"requests_total{route="/v1/chat/completions",status="200"}"#, in: page) == 1)
            #expect(figure(#"requests_total{route="/v1/chat/completions",status="401"}"#, in: page) == 1)
            #expect(figure(#"requests_total{route="other",status="404"}"#, in: page) == 1)
            #expect(figure(#"tokens_total{model="gpt-4o-mini",kind="prompt"}"#, in: page) == 17)
            #expect(figure(#"tokens_total{model="gpt-4o-mini",kind="completion"}"#, in: page) == 3)
            #expect(figure("charged_nanodollars_total{model=\"gpt-4o-mini\"}", in: page) == 4350)
            #expect(figure("ledger_charged_nanodollars_total", in: page) == 4350)
            #expect(figure(#"ledger_holds_closed_total{as="settled"}"#, in: page) == 1)
            #expect(figure("ledger_open_holds", in: page) == 0 && figure("ledger_writeoff_nanodollars_total", in: page) == 0)
            #expect(figure("chat_duration_seconds_count", in: page) == 1)
            #expect(figure(#"chat_first_byte_seconds_bucket{le="+Inf"}"#, in: page) == 1)
            #expect(figure("requests_in_flight", in: page) == 1, "the page itself")
        }
    }

    @Test func `figures are not for callers behind a proxy`() async throws {
        let names = [
            "x-forwarded-for", "X-Forwarded-Host", "X-Forwarded-Proto", "x-forwarded", "X-Forwarded-Anything", "Forwarded", "via",
            "Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "Fly-Client-IP",
            "Fastly-Client-IP", "X-Envoy-External-Address", "X-Original-Forwarded-For", "X-Cluster-Client-IP",
        ]
        try await Server.run { server in
            for name in names { try await server.expect(404, for: server.get("/metrics", fields: "\(name): 10.0.0.1\r\n")) }
            try await server.expect(200, for: server.get("/metrics", fields: "X-Requested-With: curl\r\n"))
        }
    }

    @Test func `figures are only for who asks this machine for them`() async throws {
        try await Server.run { server in
            for host in ["localhost", "LocalHost:\(server.port)", "127.0.0.1:80", "127.9.9.9", "[::1]:80", "[::ffff:127.0.0.1]"] {
                try await server.expect(200, for: server.get("/metrics", host: host))
            }
            let others = [
                "rebound.example", "rebound.example:80", "localhost.rebound.example", "127.0.0.1.rebound.example", "10.0.0.1",
                "[2001:db8::1]:80", "127.1", "x",
            ]
            for host in others { try await server.expect(404, for: server.get("/metrics", host: host)) }
            #expect(try await server.ask("GET /metrics HTTP/1.0\r\n\r\n")?.status == 200)
        }
    }

    @Test func `figures may be for everyone or for nobody`() async throws {
        try await Server.run(metrics: .everyone) { server in
            try await server.expect(200, for: server.get("/metrics", fields: "via: 1.1 a\r\n"))
        }
        try await Server.run(metrics: .nobody) { server in try await server.expect(404, for: server.get("/metrics")) }
    }

    @Test func `each request leaves one line, which tells nothing it must not`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID()).log").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let key = Mutex("")
        try await Server.run(accessLog: AccessLog(path: path)) { server in
            key.withLock { $0 = server.key }
            try await server.expect(200, for: server.post(Server.v1, Server.streamed))
            try await server.expect(404, for: server.get("/secret-path?secret=1"))
            let line = try await server.line()
            line.sendAnyway("nonsense\r\n\r\n")
            _ = try await line.readToEnd()
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = try text.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        #expect(lines.count == 3)
        let chat = try #require(lines.first { $0?["model"] != nil } ?? nil)
        #expect(chat["status"] as? Int == 200 && chat["route"] as? String == "/v1/chat/completions")
        #expect(chat["prompt_tokens"] as? Int == 17 && chat["charge"] as? String == "0.00000435")
        #expect(chat["bytes_in"] as? Int == Server.streamed.utf8.count && chat["duration_us"] as? Int ?? -1 >= 0)
        #expect((chat["request"] as? String)?.hasPrefix("req_") == true && chat["first_byte_us"] != nil)
        #expect(Set(lines.compactMap { $0?["status"] as? Int }) == [200, 404, 400])
        for secret in ["Largest", "secret", key.withLock { $0 }, "nonsense"] { #expect(!text.contains(secret)) }
    }

    @Test func `a caller who leaves before an answer is counted as one who left`() async throws {
        let engine = ScriptedEngine([.wait, .open, .complete(Server.usage)])
        let path = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID()).log").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await Server.run(engine, accessLog: AccessLog(path: path)) { server in
            let line = try await server.line()
            try await line.send(server.post(Server.v1, Server.streamed))
            while engine.orders.isEmpty { await Task.yield() }
            await line.close()
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            text.contains(#""status":499"#) && text.contains(#""cut":true"#) && text.split(separator: "\n").count == 1, "\(text)")
    }

    @Test func `histograms count what is at most a bound, and beyond all`() {
        var histogram = Histogram([1, 10])
        for value in [0, 1, 2, 10, 11, 1000] { histogram.note(value) }
        #expect(histogram.counts == [2, 2, 2] && histogram.sum == 1024)
        histogram.add(histogram)
        #expect(histogram.counts == [4, 4, 4] && histogram.sum == 2048)
    }
}
