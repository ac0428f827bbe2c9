import Commerce
import Gateway
import NIOCore
import TestKit
import Testing
import Units
import Wire

@testable import API

struct EndpointTests {
    @Test(arguments: ["/v1/models", "/v1/models/"])
    func `models are listed with their prices`(path: String) async throws {
        try await Server.run(key: .shop(models: [Server.model, "unpriced"])) { server in
            let answer = try #require(try await server.ask(server.get(path)))
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            let list = try JSONValue(parsing: answer.body)["data"]?.elements ?? []
            let names = ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "unpriced"]
            #expect(list.map { $0["id"]?.string } == names)
            let available = list.filter { $0["available"]?.bool == true }.compactMap { $0["id"]?.string }
            #expect(available == [Server.model])
            #expect(list.last?["price"]?.isNull == true)
        }
    }

    @Test(arguments: ["gpt-4o-mini", "gpt-4o-mini-2024-07-18", "gpt%2D4o-mini"])
    func `a model is shown by its name or its snapshot's`(name: String) async throws {
        try await Server.run { server in
            let answer = try #require(try await server.ask(server.get("/v1/models/\(name)/")))
            #expect(
                answer.body == #"{"id":"gpt-4o-mini","object":"model","created":1721172741,"owned_by":"system","kind":"chat","#
                    + #""available":true,"price":{"input":"0.150000","output":"0.600000"}}"#)
        }
    }

    @Test func `an unknown model is not found`() async throws {
        try await Server.run { server in
            let answer = try #require(try await server.ask(server.get("/v1/models/gpt-9")))
            #expect(answer.status == 404 && answer.body.contains(#""code":"model_not_found""#))
        }
    }

    @Test func `an account knows what it holds, and a key what it may`() async throws {
        try await Server.run(WholeEngine(), key: .shop(limit: "1.00")) { server in
            _ = try await server.ask(server.post())
            let answer = try #require(try await server.ask(server.get("/api/account/")))
            #expect(
                answer.body == #"{"id":"acc_1","name":"acme","balance":"4.99999565","held":"0.000000","test_balance":"5.000000","#
                    + #""test_held":"0.000000","currency":"USD","mode":"live","key":{"id":"key_1","label":"shop","models":null,"#
                    + #""limit":"1.000000","spent":"0.00000435","expires":null}}"#)
            let test = try await server.ask(server.get("/api/account").replacing(server.key, with: server.testKey))
            #expect(test?.body.contains(#""mode":"test","key":{"id":"key_2""#) == true)
        }
    }

    @Test func `usage is told by day and model, a page at a time, in the key's own book`() async throws {
        try await Server.run(WholeEngine()) { server in
            for _ in 0..<2 { _ = try await server.ask(server.post()) }
            server.clock.advance(bySeconds: 86_400)
            _ = try await server.ask(server.post())
            let line =
                #"{"day":"2026-01-01","model":"gpt-4o-mini","requests":2,"prompt_tokens":34,"cached_tokens":0,"#
                + #""completion_tokens":6,"images":0,"characters":0,"cost":"0.0000087"}"#
            let first = try await server.ask(server.get("/api/usage/?limit=1"))
            #expect(first?.body == #"{"object":"list","data":[\#(line)],"total":2,"limit":1,"offset":0,"has_more":true}"#)
            let second = try await server.ask(server.get("/api/usage?limit=1&offset=1"))
            #expect(
                second?.body.contains(#"[{"day":"2026-01-02""#) == true && second?.body.contains(#""has_more":false"#) == true)
            let until = try await server.ask(server.get("/api/usage?to=2026-01-02&model=gpt-4o-mini"))
            #expect(until?.body.contains(#""total":1"#) == true)
            let other = try await server.ask(server.get("/api/usage?model=gpt-4o"))
            #expect(other?.body.contains(#""data":[],"total":0"#) == true)
            let test = try await server.ask(server.get("/api/usage").replacing(server.key, with: server.testKey))
            #expect(test?.body.contains(#""total":0"#) == true)
        }
    }

    @Test func `usage comes as CSV when asked`() async throws {
        try await Server.run(WholeEngine()) { server in
            _ = try await server.ask(server.post())
            let answer = try #require(try await server.ask(server.get("/api/usage/?format=csv")))
            #expect(answer.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(
                answer.body == "day,model,requests,prompt_tokens,cached_tokens,completion_tokens,images,characters,cost\r\n"
                    + "2026-01-01,gpt-4o-mini,1,17,0,3,0,0,0.00000435\r\n")
        }
    }

    @Test(arguments: ["from=yesterday", "to=2026-13-01", "format=xml", "limit=0", "limit=many", "offset=-1", "limit=1001"])
    func `a bad question about usage is refused by name`(query: String) async throws {
        try await Server.run { server in
            let answer = try #require(try await server.ask(server.get("/api/usage?\(query)")))
            #expect(answer.status == 400)
            #expect(answer.body.contains(#""param":"\#(query.prefix { $0 != "=" })","code":"invalid_value""#))
        }
    }

    @Test func `health is told to anyone`() async throws {
        try await Server.run { server in
            let live = try await server.ask("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(live?.status == 200 && live?.body == #"{"status":"ok"}"#)
            #expect(try await server.ask("GET /readyz/ HTTP/1.1\r\nhost: x\r\n\r\n")?.body == #"{"status":"ready"}"#)
        }
    }
}
