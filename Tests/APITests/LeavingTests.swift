import Commerce
import NIOCore
import TestKit
import Testing
import Units

@testable import API

/// Callers who leave, and a server that does.
struct LeavingTests {
    @Test(arguments: [Server.v1, Server.reference])
    func `a caller who hangs up in mid-stream pays for what was delivered`(path: String) async throws {
        let engine = ScriptedEngine([.open, .say("half an answer"), .wait, .say("never"), .complete(Server.usage)])
        try await Server.run(engine) { server in
            let line = try await server.line()
            try await line.send(server.post(path, Server.streamed))
            _ = try await line.read(until: "half an answer")
            await line.close()
            try await server.comesToRest()
            #expect(engine.cancelled == 1)
            let paid = Money(nanodollars: 5_000_000_000) - server.balance.available
            #expect(paid > .zero && paid < Money(nanodollars: 50_000))
        }
    }

    @Test func `a caller who hangs up while a whole answer is made is noticed`() async throws {
        let engine = ScriptedEngine([.open, .wait, .complete(Server.usage)])
        try await Server.run(engine) { server in
            let line = try await server.line()
            try await line.send(server.post())
            while engine.orders.isEmpty { await Task.yield() }
            await line.close()
            try await server.comesToRest()
            #expect(engine.cancelled == 1)
        }
    }

    @Test func `a caller who only stops talking is still answered`() async throws {
        let engine = ScriptedEngine([.open, .wait, .say("Ok"), .complete(Server.usage)])
        try await Server.run(engine) { server in
            let line = try await server.line()
            try await line.send(server.post(Server.v1, Server.streamed))
            while engine.orders.isEmpty { await Task.yield() }
            try await line.closeOutput()
            #expect(try await line.answer()?.status == 100, "it is asked whether it still listens")
            engine.proceed()
            let answer = try #require(try await line.answer())
            #expect(answer.status == 200 && answer.body.hasSuffix("data: [DONE]\n\n") && !answer.isCut)
            #expect(try await line.readToEnd().isEmpty)
        }
    }

    @Test func `requests sent before a caller stopped talking are all answered`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send(server.get("/healthz") + server.post(Server.v1, Server.streamed) + server.get("/healthz"))
            try await line.closeOutput()
            let text = try await line.readToEnd()
            #expect(text.ranges(of: "HTTP/1.1 200 OK").count == 3)
        }
    }

    @Test func `a caller who leaves in mid-body is forgotten`() async throws {
        try await Server.run { server in
            let line = try await server.line()
            try await line.send(String(server.post().dropLast(10)))
            await line.close()
            try await server.comesToRest()
            #expect(server.balance.available == Money(nanodollars: 5_000_000_000))
        }
    }

    @Test func `a server that stops lets a stream finish and takes nothing new`() async throws {
        let engine = ScriptedEngine([.open, .say("begun"), .wait, .complete(Server.usage)])
        try await Server.run(engine) { server in
            let (busy, idle) = (try await server.line(), try await server.line())
            try await idle.send(server.get("/healthz"))
            _ = try await idle.answer()
            try await busy.send(server.post(Server.v1, Server.streamed))
            _ = try await busy.read(until: "begun")
            async let stopped: Void = server.listening.stop(drain: .seconds(60))
            #expect(try await idle.readToEnd().isEmpty, "an idle connection is closed at once")
            engine.proceed()
            #expect(try await busy.readToEnd().hasSuffix("data: [DONE]\n\n\r\n0\r\n\r\n"))
            await stopped
            await #expect(throws: (any Error).self) { try await server.line() }
            #expect(server.balance == Balance(available: Money(nanodollars: 4_999_995_650), held: .zero))
        }
    }

    @Test func `a stream that outlasts the drain is cut and settled`() async throws {
        let engine = ScriptedEngine([.open, .say("begun"), .wait, .complete(Server.usage)])
        try await Server.run(engine) { server in
            let line = try await server.line()
            try await line.send(server.post(Server.v1, Server.streamed))
            _ = try await line.read(until: "begun")
            await server.listening.stop(drain: .milliseconds(50))
            #expect(engine.cancelled == 1 && server.balance.held == .zero)
            #expect(!(try await line.readToEnd().contains("[DONE]")))
        }
    }

    @Test func `an answer in the making tells that the connection ends with it`() async throws {
        let engine = ScriptedEngine([.wait, .open, .complete(nil)])
        try await Server.run(engine) { server in
            let line = try await server.line()
            try await line.send(server.post())
            while engine.orders.isEmpty { await Task.yield() }
            async let stopped: Void = server.listening.stop(drain: .seconds(60))
            while (try? await server.line()) != nil { await Task.yield() }
            engine.proceed()
            #expect(try await line.answer()?.headers["connection"] == "close")
            await line.close()
            await stopped
        }
    }
}

extension Server {
    /// Ends the server, which must not need the drain time for it: every caller was seen to leave.
    fileprivate func comesToRest() async throws {
        let clock = ContinuousClock()
        let time = await clock.measure { await listening.stop(drain: .seconds(60)) }
        #expect(time < .seconds(30))
        #expect(balance.held == .zero)
    }
}
