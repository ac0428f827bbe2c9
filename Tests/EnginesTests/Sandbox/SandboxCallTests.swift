import Inference
import NIOCore
import NIOEmbedded
import Testing
import Units

@testable import Engines

/// Writes down what it hears, and may act on it.
private final class Listener: ChatReceiver {
    var heard: [String] = []
    var act: (String) -> Void = { _ in }

    private func note(_ event: String) {
        heard.append(event)
        act(event)
    }

    func opened(_ opening: ChatOpening) { note("opened \(opening.fingerprint ?? "")") }
    func received(_ chunk: ChatChunk) { note(chunk.finishes ? "last" : "chunk") }
    func turnEnded() { note("turn") }
    func completed(_ end: ChatEnd) { note("completed \(end.usage?.completionTokens ?? -1)") }
    func failed(_ failure: EngineFailure) { note("failed \(failure.kind)") }
}

@Suite struct SandboxCallTests {
    private let loop = EmbeddedEventLoop()
    private let listener = Listener()
    private let opening = "opened fp_sandbox_1"

    private func open(
        _ sentence: String, _ members: String = "", pace: SandboxPace = .init(firstNanoseconds: 40, betweenNanoseconds: 8)
    ) throws -> any ChatCall {
        let bench = SandboxBench(engine: SandboxEngine(name: "sandbox", pace: pace))
        let more = members.isEmpty ? "" : ",\(members)"
        let order = try bench.order("{\"messages\":\"\(sentence)\"\(more)}")
        let call = bench.engine.open(order, on: loop, to: listener)
        call.begin()
        return call
    }

    @Test func `an answer comes at its pace, a turn at a time`() throws {
        _ = try open("say a b")
        #expect(listener.heard.isEmpty)
        loop.advanceTime(by: .nanoseconds(39))
        #expect(listener.heard.isEmpty)
        loop.advanceTime(by: .nanoseconds(1))
        #expect(listener.heard == [opening, "chunk", "turn"])
        loop.advanceTime(by: .nanoseconds(8))
        #expect(listener.heard.count == 5)
        loop.advanceTime(by: .nanoseconds(16))
        #expect(listener.heard == [opening, "chunk", "turn", "chunk", "turn", "chunk", "turn", "last", "turn", "completed 2"])
        loop.advanceTime(by: .hours(1))
        #expect(listener.heard.count == 10)
    }

    @Test func `without a pace nothing is heard before the loop goes on`() throws {
        _ = try open("say a", pace: .immediate)
        #expect(listener.heard.isEmpty)
        loop.run()
        #expect(listener.heard == [opening, "chunk", "turn", "chunk", "turn", "last", "turn", "completed 1"])
    }

    @Test func `the choices of one turn come together`() throws {
        _ = try open("say a", #""n":2"#)
        loop.advanceTime(by: .nanoseconds(40))
        #expect(listener.heard == [opening, "chunk", "chunk", "turn"])
    }

    @Test func `a whole answer is one turn`() throws {
        _ = try open("say a", #""stream":false"#)
        loop.advanceTime(by: .seconds(1))
        #expect(listener.heard == [opening, "last", "turn", "completed 1"])
    }

    @Test func `a pause holds everything back until the reader goes on`() throws {
        let call = try open("say a b")
        loop.advanceTime(by: .nanoseconds(40))
        call.pause()
        loop.advanceTime(by: .seconds(1))
        #expect(listener.heard.count == 3)
        call.resume()
        #expect(listener.heard.count == 3)
        loop.advanceTime(by: .nanoseconds(0))
        #expect(listener.heard.last == "completed 2")
    }

    @Test func `the end waits for a paused reader too`() throws {
        let call = try open("say a", pace: .immediate)
        listener.act = { if $0 == "last" { call.pause() } }
        loop.run()
        #expect(listener.heard.suffix(2) == ["last", "turn"])
        call.resume()
        call.pause()
        call.resume()
        loop.run()
        #expect(listener.heard.last == "completed 1")
        #expect(listener.heard.filter { $0.hasPrefix("completed") }.count == 1)
    }

    @Test(arguments: ["opened fp_sandbox_1", "chunk", "turn", "last"])
    func `after a cancel nothing more is heard, whenever it comes`(moment: String) throws {
        let call = try open("say a b", #""n":2"#)
        listener.act = { if $0 == moment { call.cancel() } }
        loop.advanceTime(by: .hours(1))
        #expect(listener.heard.last == moment)
        #expect(listener.heard.filter { $0 == moment }.count == 1)
        call.resume()
        loop.advanceTime(by: .hours(1))
        #expect(listener.heard.last == moment)
    }

    @Test func `a cancelled call lets its receiver go`() throws {
        weak var gone: Listener?
        let call: any ChatCall
        do {
            let listener = Listener()
            gone = listener
            let bench = SandboxBench()
            call = bench.engine.open(try bench.order(#"{"messages":"[sandbox: stall]"}"#), on: loop, to: listener)
            call.begin()
            loop.advanceTime(by: .seconds(1))
            #expect(gone?.heard == [opening, "chunk", "turn"])
            call.cancel()
        }
        #expect(gone == nil)
    }

    @Test func `an early failure comes without an opening`() throws {
        _ = try open("[sandbox: status=429; delay=1ms]")
        loop.advanceTime(by: .microseconds(999))
        #expect(listener.heard.isEmpty)
        loop.advanceTime(by: .microseconds(1))
        #expect(listener.heard == ["failed overloaded"])
    }

    @Test func `a break fails after the opening`() throws {
        _ = try open("hats [sandbox: break after=1]")
        loop.advanceTime(by: .seconds(1))
        #expect(listener.heard == [opening, "chunk", "turn", "failed broken"])
    }

    @Test func `a stall is silent for ever`() throws {
        let call = try open("hats [sandbox: stall after=1]")
        loop.advanceTime(by: .hours(24))
        #expect(listener.heard == [opening, "chunk", "turn"])
        call.cancel()
    }

    @Test func `a check finds it usable`() async {
        let engine = SandboxEngine(name: "sandbox", hiddenTokens: 3, disconnect: .drain)
        #expect(await engine.check().usable)
        #expect(engine.traits == EngineTraits(hiddenTokens: 3, disconnect: .drain))
        #expect(engine.name == "sandbox")
    }
}
