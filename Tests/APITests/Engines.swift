import Inference
import NIOCore
import Synchronization
import TestKit
import Units

/// Answers at once and whole.
struct WholeEngine: ChatEngine {
    let name = "whole"
    let traits = EngineTraits.plain
    static let choices =
        #"[{"index":0,"message":{"role":"assistant","content":"Alaska.","refusal":null},"logprobs":null,"finish_reason":"stop"}]"#

    func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        SingleCall(receiver)
    }

    func check() async -> EngineReport { EngineReport(usable: true, summary: "whole") }

    /// `@unchecked Sendable`: touched on its loop only.
    private final class SingleCall: ChatCall, @unchecked Sendable {
        private var receiver: (any ChatReceiver)?

        init(_ receiver: any ChatReceiver) { self.receiver = receiver }

        func begin() {
            receiver?.opened(ChatOpening())
            receiver?.received(ChatChunk(choices: ByteBuffer(string: WholeEngine.choices), outputBytes: 7, finishes: true))
            receiver?.turnEnded()
            receiver?.completed(ChatEnd(usage: Server.usage))
            receiver = nil
        }

        func cancel() { receiver = nil }
        func pause() {}
        func resume() {}
    }
}

/// Has a great deal to say, and says it as fast as it is let.
final class FloodEngine: ChatEngine {
    let name = "flood"
    let traits = EngineTraits.plain
    static let pieceBytes = 60_000
    fileprivate static let piece = ByteBuffer(
        string: #"[{"index":0,"delta":{"content":"\#(String(repeating: "x", count: pieceBytes))"}}]"#)
    private let pieces: Int
    private let count = Mutex(0)
    private let pauses = AsyncStream.makeStream(of: Void.self)
    private let cancels = AsyncStream.makeStream(of: Void.self)

    init(pieces: Int) { self.pieces = pieces }

    /// Pieces handed over so far.
    var given: Int { count.withLock { $0 } }

    func isPaused() async { for await _ in pauses.stream { return } }

    func isCancelled() async { for await _ in cancels.stream { return } }

    func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        FloodCall(self, receiver, loop)
    }

    func check() async -> EngineReport { EngineReport(usable: true, summary: "flood") }

    /// `@unchecked Sendable`: touched on its loop only.
    private final class FloodCall: ChatCall, @unchecked Sendable {
        private let engine: FloodEngine
        private var receiver: (any ChatReceiver)?
        private let loop: any EventLoop
        private var isPaused = false

        init(_ engine: FloodEngine, _ receiver: any ChatReceiver, _ loop: any EventLoop) {
            self.engine = engine
            self.receiver = receiver
            self.loop = loop
        }

        func begin() {
            receiver?.opened(ChatOpening())
            next()
        }

        func next() {
            guard let receiver, !isPaused else { return }
            guard engine.given < engine.pieces else {
                self.receiver = nil
                return receiver.completed(ChatEnd(usage: Server.usage))
            }
            engine.count.withLock { $0 += 1 }
            receiver.received(ChatChunk(choices: FloodEngine.piece, outputBytes: 1, finishes: false))
            receiver.turnEnded()
            loop.execute { self.next() }
        }

        func cancel() {
            receiver = nil
            engine.cancels.continuation.yield()
        }

        func pause() {
            isPaused = true
            engine.pauses.continuation.yield()
        }

        func resume() {
            guard isPaused else { return }
            isPaused = false
            loop.execute { self.next() }
        }
    }
}
