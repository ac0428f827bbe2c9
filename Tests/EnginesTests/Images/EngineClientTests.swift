import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing

@testable import Engines

@Suite struct `A client of engines' HTTP APIs` {
    private func client(
        of server: ScriptedEngineServer, _ credentials: EngineCredentials? = nil, answerBytesMax: Int = 1 << 20
    ) throws -> EngineClient {
        try EngineClient(
            EngineAddress(server.baseURL + "/base"), credentials: credentials, answerBytesMax: answerBytesMax,
            group: MultiThreadedEventLoopGroup.singleton)
    }

    private func failure(of client: EngineClient, _ path: String = "/x", deadline: TimeAmount = .seconds(5)) async
        -> ImageFailure?
    {
        do throws(ImageFailure) {
            _ = try await client.ask("GET", path, deadline: deadline)
            return nil
        } catch { return error }
    }

    @Test func `sends a body behind the address's own path and brings the whole answer`() async throws {
        let server = try await ScriptedEngineServer.start(["POST /base/x": { _ in .json(#"{"a":1}"#, status: 202) }])
        let answer = try await client(of: server).ask("POST", "/x?y=1", json: ByteBuffer(string: "[2]"), deadline: .seconds(5))
        #expect(answer.status == 202)
        #expect(String(buffer: answer.body) == #"{"a":1}"#)
        let request = try #require(server.upstream.requests.first)
        #expect(request.text == "[2]")
        #expect(request.target == "/base/x?y=1")
        #expect(request[header: "content-type"] == "application/json")
        #expect(request[header: "authorization"] == nil)
        #expect(request[header: "origin"] == nil)
        await server.upstream.stop()
    }

    @Test func `asks again on the same connection`() async throws {
        let server = try await ScriptedEngineServer.start(["GET /base/x": { _ in .json("{}") }])
        let client = try client(of: server)
        for _ in 0..<3 { _ = try await client.ask("GET", "/x", deadline: .seconds(5)) }
        #expect(server.upstream.log.connectionsAccepted == 1)
        await server.upstream.stop()
    }

    @Test func `is asked by many tasks at once`() async throws {
        let server = try await ScriptedEngineServer.start(["POST /base/x": { .json($0.text) }])
        let client = try client(of: server)
        let answers = await withTaskGroup(of: String?.self, returning: Set<String>.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let answer = try? await client.ask(
                        "POST", "/x", json: ByteBuffer(string: "\(number)"), deadline: .seconds(10))
                    return answer.map { String(buffer: $0.body) }
                }
            }
            return await group.reduce(into: []) { if let text = $1 { $0.insert(text) } }
        }
        #expect(answers.count == 50)
        await server.upstream.stop()
    }

    @Test func `shows its credentials to the server and to nobody else`() async throws {
        let server = try await ScriptedEngineServer.start(["GET /base/x": { _ in ScriptedAnswer([.close]) }])
        let pair = try #require(Secret("painter:canary-password"))
        let basic = try client(of: server, .basic(pair))
        let failed = try #require(await failure(of: basic))
        #expect(!"\(failed)".contains("canary") && !failed.detail.contains("Basic"))
        #expect(server.upstream.requests.first?[header: "authorization"] == "Basic cGFpbnRlcjpjYW5hcnktcGFzc3dvcmQ=")
        let token = try #require(Secret("canary-token"))
        _ = await failure(of: try client(of: server, .bearer(token)))
        #expect(server.upstream.requests.last?[header: "authorization"] == "Bearer canary-token")
        #expect(!"\(EngineCredentials.basic(pair))\(EngineCredentials.bearer(token))".contains("canary"))
        await server.upstream.stop()
    }

    @Test(arguments: [
        (ScriptedAnswer([.close]), ImageFailure.Kind.lost), (ScriptedAnswer([.reset]), .lost),
        (ScriptedAnswer.json("{}").cut(after: 60, by: .close), .lost), (.raw("nonsense\r\n\r\n"), .broken),
        (.json(String(repeating: "x", count: 2_000)), .broken), (.silence, .timedOut),
        (.json("{}", headers: [("content-encoding", "gzip")]), .broken),
    ])
    func `names how it came to nothing`(answer: ScriptedAnswer, kind: ImageFailure.Kind) async throws {
        let server = try await ScriptedEngineServer.start(["GET /base/x": { _ in answer }])
        let failed = await failure(of: try client(of: server, answerBytesMax: 1_000), deadline: .milliseconds(300))
        #expect(failed?.kind == kind, "\(String(describing: failed))")
        #expect(failed?.detail.hasPrefix("GET /x: ") == true)
        await server.upstream.stop()
    }

    @Test func `says when nobody is there`() async throws {
        let server = try await ScriptedEngineServer.start([:])
        let client = try client(of: server)
        await server.upstream.stop()
        let failed = await failure(of: client, "/x?secret=1")
        #expect(failed?.kind == .lost)
        #expect(failed?.detail == "GET /x: no connection: connection refused (errno 111)")
    }

    @Test func `closes the connection of a cancelled task`() async throws {
        let server = try await ScriptedEngineServer.start(["GET /base/x": { _ in .silence }])
        let client = try client(of: server)
        let asking = Task { await failure(of: client, deadline: .seconds(60)) }
        #expect(await server.wait(for: "GET /base/x"))
        asking.cancel()
        #expect(await asking.value?.kind == .cancelled)
        #expect(await server.upstream.wait { $0.connectionsOpen == 0 })
        await server.upstream.stop()
    }

    @Test func `asks nothing for a task that is cancelled already`() async throws {
        let server = try await ScriptedEngineServer.start(["GET /base/x": { _ in .json("{}") }])
        let client = try client(of: server)
        let gate = MultiThreadedEventLoopGroup.gate()
        let asking = Task {
            try? await gate.futureResult.get()
            return await failure(of: client)
        }
        asking.cancel()
        gate.succeed()
        #expect(await asking.value?.kind == .cancelled)
        #expect(server.upstream.requests.isEmpty)
        await server.upstream.stop()
    }

    @Test func `asks in spite of a cancelled task where that is wanted`() async throws {
        let server = try await ScriptedEngineServer.start(["POST /base/x": { _ in .json("{}") }])
        let client = try client(of: server)
        let gate = MultiThreadedEventLoopGroup.gate()
        let asking = Task {
            try? await gate.futureResult.get()
            await client.linger(.milliseconds(1))
            return try await client.ask("POST", "/x", deadline: .seconds(5), outlivesCancellation: true).status
        }
        asking.cancel()
        gate.succeed()
        #expect(try await asking.value == 200)
        await server.upstream.stop()
    }

    @Test(arguments: [
        (400, ImageFailure.Kind.refused), (401, .refused), (403, .refused), (404, .refused), (422, .refused), (302, .refused),
        (408, .timedOut), (504, .timedOut), (429, .busy), (503, .busy), (502, .lost), (500, .broken), (507, .broken),
    ])
    func `gives every status a meaning`(status: Int, kind: ImageFailure.Kind) {
        #expect(EngineAnswer(status: status, body: ByteBuffer()).failure.kind == kind)
    }

    @Test func `quotes an error's name and nothing else of a body`() {
        let body = #"{"error":"OutOfMemoryError","detail":"a secret prompt","errors":"CUDA out of memory. Tried to allocate"}"#
        let failure = EngineAnswer(status: 500, body: ByteBuffer(string: body)).failure
        #expect(failure.detail == "answered 500 (OutOfMemoryError): out of memory")
        let echoing = EngineAnswer(status: 422, body: ByteBuffer(string: #"{"error":"no such thing: a secret prompt"}"#)).failure
        #expect(echoing.detail == "answered 422")
    }

    @Test func `hears how long a busy server wants to be left alone`() async throws {
        let server = try await ScriptedEngineServer.start([
            "GET /base/x": { _ in .json("{}", status: 503, headers: [("retry-after", "2")]) }
        ])
        let answer = try await client(of: server).ask("GET", "/x", deadline: .seconds(5))
        #expect(answer.failure == ImageFailure(.busy, detail: "answered 503", retryAfterMilliseconds: 2_000))
        await server.upstream.stop()
    }

    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `writes and reads base64`(bytes: String, text: String) {
        #expect(Base64.encode(Array(bytes.utf8)) == text)
        #expect(Base64.decode(text) == Array(bytes.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zg", "Zm9v\n", "Zm 9", "Zg==Zg==", "====", "Zm9-", "Zm9é"])
    func `reads nothing but base64`(text: String) { #expect(Base64.decode(text) == nil) }
}
