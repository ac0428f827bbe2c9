import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Units

@testable import Engines

/// An answer in one write, so that its connection is free again once it was heard.
private func chat(_ request: ScriptedRequest) -> ScriptedAnswer {
    .chat(["a"], to: request).split(every: 1 << 20)
}

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `A connection to an upstream` {
        @Test func `is used again`() async throws {
            let upstream = try await ScriptedUpstream.start { chat($0) }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            for stream in [true, false, true, true] {
                let heard = try await Given.answer(from: engine, to: Given.order(stream: stream), on: loop)
                #expect(heard.text == "a")
            }
            #expect(upstream.log.connectionsAccepted == 1)
            await upstream.stop()
        }

        @Test func `is used again after a refusal that was read to its end`() async throws {
            let upstream = try await ScriptedUpstream.start { .json("{}", status: $0.number == 1 ? 429 : 500) }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            _ = try await Given.answer(from: engine, on: loop)
            _ = try await Given.answer(from: engine, on: loop)
            #expect(upstream.log.connectionsAccepted == 1)
            await upstream.stop()
        }

        @Test func `is of the loop the chat is on`() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
            let upstream = try await ScriptedUpstream.start { chat($0) }
            let engine = try Given.engine(upstream)
            for loop in group.makeIterator() {
                for _ in 0..<2 { _ = try await Given.answer(from: engine, on: loop) }
            }
            #expect(upstream.log.connectionsAccepted == 2)
            #expect(upstream.requests.map(\.connection) == [1, 1, 2, 2])
            await upstream.stop()
            try await group.shutdownGracefully()
        }

        @Test func `is not used again when the upstream says so`() async throws {
            let upstream = try await ScriptedUpstream.start { _ in
                .json(#"{"choices":[{"index":0,"message":{}}]}"#, headers: [("connection", "close")])
            }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            for _ in 0..<2 { #expect(try await Given.answer(from: engine, on: loop).end != nil) }
            #expect(upstream.log.connectionsAccepted == 2)
            #expect(await upstream.wait { $0.connectionsOpen == 0 })
            await upstream.stop()
        }

        @Test func `that the upstream closed while idle is replaced`() async throws {
            let upstream = try await ScriptedUpstream.start { chat($0) }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            _ = try await Given.answer(from: engine, on: loop)
            upstream.closeConnections()
            #expect(try await Given.answer(from: engine, on: loop).text == "a")
            await upstream.stop()
        }

        @Test(arguments: [ScriptedAnswer.Step.close, .reset])
        func `that dies under a second request is replaced once`(end: ScriptedAnswer.Step) async throws {
            let upstream = try await ScriptedUpstream.start { request in
                request.number == 2 ? ScriptedAnswer([end]) : chat(request)
            }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            for _ in 0..<2 { #expect(try await Given.answer(from: engine, on: loop).text == "a") }
            #expect(upstream.requests.map(\.connection) == [1, 1, 2])
            #expect(Set(upstream.requests.map(\.text)).count == 1, "it is the same request")
            await upstream.stop()
        }

        @Test func `that dies under its first request is not tried again`() async throws {
            let upstream = try await ScriptedUpstream.start { _ in ScriptedAnswer([.close]) }
            let heard = try await Given.answer(from: Given.engine(upstream))
            #expect(heard.failure?.word == "unreachable")
            #expect(upstream.requests.count == 1)
            await upstream.stop()
        }

        @Test func `that dies twice is not tried a third time`() async throws {
            let upstream = try await ScriptedUpstream.start { request in
                request.number == 1 ? chat(request) : ScriptedAnswer([.close])
            }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            _ = try await Given.answer(from: engine, on: loop)
            #expect(try await Given.answer(from: engine, on: loop).failure?.word == "unreachable")
            #expect(upstream.requests.count == 3)
            await upstream.stop()
        }

        @Test func `that dies late is not tried again: the upstream may have worked`() async throws {
            let upstream = try await ScriptedUpstream.start { request in
                request.number == 1
                    ? chat(request)
                    : ScriptedAnswer([.pause(.milliseconds(300)), .close])
            }
            let engine = try Given.engine(upstream) { $0.staleTime = .milliseconds(50) }
            let loop = Given.loop
            _ = try await Given.answer(from: engine, on: loop)
            #expect(try await Given.answer(from: engine, on: loop).failure?.word == "unreachable")
            #expect(upstream.requests.count == 2)
            await upstream.stop()
        }

        @Test func `that dies after a byte of its answer is not tried again`() async throws {
            let upstream = try await ScriptedUpstream.start { request in
                request.number == 1
                    ? chat(request) : .raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n").then(.close)
            }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            _ = try await Given.answer(from: engine, on: loop)
            #expect(try await Given.answer(from: engine, on: loop).failure?.word == "broken")
            #expect(upstream.requests.count == 2)
            await upstream.stop()
        }

        @Test func `is closed when it was idle too long`() async throws {
            let upstream = try await ScriptedUpstream.start { chat($0) }
            _ = try await Given.answer(from: Given.engine(upstream) { $0.idleTime = .milliseconds(80) })
            #expect(upstream.log.connectionsOpen == 1)
            #expect(await upstream.wait { $0.connectionsOpen == 0 })
            await upstream.stop()
        }

        @Test func `is closed when more comes than was asked for`() async throws {
            let extra = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
            let upstream = try await ScriptedUpstream.start { .raw(String(buffer: chat($0).bytes) + extra) }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            for _ in 0..<2 { #expect(try await Given.answer(from: engine, on: loop).text == "a") }
            #expect(upstream.log.connectionsAccepted == 2)
            await upstream.stop()
        }

        @Test func `is closed when the body goes on after its end`() async throws {
            let end = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
            let upstream = try await ScriptedUpstream.start { _ in
                ScriptedAnswer(Array(ScriptedAnswer.stream([end]).steps.dropLast()) + [.hang])
            }
            let heard = try await Given.answer(from: Given.engine(upstream))
            #expect(heard.end != nil)
            #expect(await upstream.wait { $0.connectionsOpen == 0 })
            await upstream.stop()
        }

        @Test func `of a cancelled call is cut at once, and nothing more is heard`() async throws {
            let upstream = try await ScriptedUpstream.start { request in
                ScriptedAnswer(ScriptedAnswer.chat(["a", "b"], to: request).steps.prefix(3) + [.hang])
            }
            let answer = RecordedAnswer(on: Given.loop)
            try await answer.open(Given.order(), with: Given.engine(upstream))
            _ = await answer.wait { $0.text == "a" }
            try await answer.cancel()
            #expect(await upstream.wait { $0.connectionsOpen == 0 })
            #expect(!answer.heard.isOver)
            #expect(answer.heard.faults == [])
            await upstream.stop()
        }

        @Test func `of a call cancelled from within a chunk is cut, the rest of the read unheard`() async throws {
            let upstream = try await ScriptedUpstream.start { request in
                .raw(String(buffer: ScriptedAnswer.chat(["a", "b", "c"], to: request).bytes))
            }
            let answer = RecordedAnswer(on: Given.loop) { count, answer in
                if count == 2 { answer.call?.cancel() }
            }
            try await answer.open(Given.order(), with: Given.engine(upstream))
            #expect(await upstream.wait { $0.connectionsAccepted == 1 && $0.connectionsOpen == 0 })
            #expect(answer.heard.chunks.count == 2)
            #expect(!answer.heard.isOver)
            await upstream.stop()
        }

        @Test func `is never made for a call that is cancelled at once`() async throws {
            let upstream = try await ScriptedUpstream.start { .chat(["a"], to: $0) }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            let answer = RecordedAnswer(on: loop)
            try await loop.submit {
                let call = engine.open(Given.order(), on: loop, to: answer)
                call.cancel()
                call.begin()
            }.get()
            _ = try await Given.answer(from: engine, on: loop)
            #expect(upstream.requests.count == 1)
            #expect(answer.heard.opening == nil && !answer.heard.isOver)
            await upstream.stop()
        }

        // MARK: Not reaching it

        @Test func `that nobody accepts is a failure`() async throws {
            let upstream = try await ScriptedUpstream.start { _ in .silence }
            let engine = try Given.engine(upstream)
            await upstream.stop()
            let heard = try await Given.answer(from: engine)
            #expect(heard.failure?.word == "unreachable")
            #expect(heard.failure?.detail.contains("refused") == true)
            #expect(heard.faults == [])
        }

        @Test func `to a name that does not exist is a failure`() async throws {
            let options = try OpenAIEngine.Options(name: "x", baseURL: "http://nobody.invalid/v1", key: nil)
            let heard = try await Given.answer(from: OpenAIEngine(options, group: MultiThreadedEventLoopGroup.singleton))
            #expect(heard.failure?.word == "unreachable")
        }

        @Test func `to a name is found and used`() async throws {
            let upstream = try await ScriptedUpstream.start { .chat(["a"], to: $0) }
            let options = try Given.options("http://localhost:\(upstream.port)/v1")
            let heard = try await Given.answer(from: OpenAIEngine(options, group: MultiThreadedEventLoopGroup.singleton))
            #expect(heard.text == "a")
            #expect(upstream.requests.first?[header: "host"] == "localhost:\(upstream.port)")
            await upstream.stop()
        }

        @Test(arguments: [ScriptedAnswer.raw("NOT HTTP AT ALL\r\n\r\n"), .raw("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n")])
        func `that speaks something else is a failure`(answer: ScriptedAnswer) async throws {
            let heard = try await Given.answer { _ in answer }
            #expect(heard.failure?.word == "malformed", "\(String(describing: heard.failure))")
        }

        // MARK: Deadlines

        @Test func `waits so long for the first byte`() async throws {
            let heard = try await Given.answer(change: Given.setting(\.deadlines.firstByte, .milliseconds(100))) { _ in .silence }
            #expect(heard.failure?.word == "timedOut")
            #expect(heard.failure?.detail.contains("no byte") == true)
            let whole = try await Given.answer(
                to: Given.order(stream: false), change: Given.setting(\.deadlines.firstByteUnstreamed, .milliseconds(100))
            ) { _ in .silence }
            #expect(whole.failure?.word == "timedOut")
        }

        @Test func `waits so long between bytes`() async throws {
            let heard = try await Given.answer(change: Given.setting(\.deadlines.stall, .milliseconds(100))) { request in
                ScriptedAnswer(ScriptedAnswer.chat(["a"], to: request).steps.prefix(3) + [.hang])
            }
            #expect(heard.text == "a")
            #expect(heard.failure?.word == "timedOut")
            #expect(heard.failure?.detail.contains("stalled") == true)
        }

        @Test func `is not cut while bytes come, comments or not`() async throws {
            let comments = Array(repeating: ": waiting\n\n", count: 40)
            let heard = try await Given.answer(change: Given.setting(\.deadlines.stall, .seconds(2))) { request in
                let end = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
                return ScriptedAnswer.lines(comments + [end]).pausing(.milliseconds(80))
            }
            #expect(heard.end != nil, "\(String(describing: heard.failure))")
        }

        @Test func `waits so long altogether`() async throws {
            let heard = try await Given.answer(change: Given.setting(\.deadlines.total, .milliseconds(200))) { _ in
                .lines(Array(repeating: ": waiting\n\n", count: 1000)).pausing(.milliseconds(10))
            }
            #expect(heard.failure?.word == "timedOut")
        }

        // MARK: Back-pressure

        @Test func `is not read while the receiver is paused, and is read on afterwards`() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let text = String(repeating: "0123456789abcdef", count: 4096)
            let event = #"{"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}]}"#
            let upstream = try await ScriptedUpstream.start { _ in .stream(Array(repeating: event, count: 200)) }
            let answer = RecordedAnswer(on: group.any()) { count, answer in
                if count == 1 { answer.call?.pause() }
            }
            // Shorter than the pause: being paused is no stall.
            try await answer.open(Given.order(), with: Given.engine(upstream) { $0.deadlines.stall = .seconds(1) })
            _ = await answer.wait { $0.chunks.count >= 1 }
            var sent = -1
            while upstream.log.bytesSent != sent {
                sent = upstream.log.bytesSent
                try await Task.sleep(for: .milliseconds(800))
            }
            // What both kernels hold, and one turn's reads: nothing gathers here.
            #expect(answer.heard.chunks.count < 16)
            #expect(sent < 9 << 20)
            try await answer.resume()
            let heard = await answer.ended()
            #expect(heard.outputBytes == 200 << 16)
            #expect(heard.end != nil, "\(String(describing: heard.failure))")
            await upstream.stop()
            try await group.shutdownGracefully()
        }

        // MARK: Many at once

        @Test func `many chats at once each get their own answer`() async throws {
            let upstream = try await ScriptedUpstream.start { request in
                let name = request.text.split(separator: "«").last?.split(separator: "»").first ?? ""
                return .chat([String(name)], to: request).split(every: 40)
            }
            let engine = try Given.engine(upstream)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let order = Given.order(members: [("messages", #"[{"role":"user","content":"«\#(number)»"}]"#)])
                        let heard = try await Given.answer(from: engine, to: order)
                        #expect(heard.text == "\(number)")
                        #expect(heard.end?.usage?.completionTokens == 1)
                        #expect(heard.faults == [])
                    }
                }
                try await group.waitForAll()
            }
            await upstream.stop()
        }
    }
}
