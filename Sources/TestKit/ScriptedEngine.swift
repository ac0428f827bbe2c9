package import Inference
package import NIOCore
import Synchronization
package import Units

/// An engine that does as it is told, step by step, each step in a turn of the loop of its own.
package final class ScriptedEngine: ChatEngine {
    package enum Act: Sendable {
        case open
        /// One chunk that delivers this text.
        case say(String)
        case complete(Usage?, reachedCap: Bool = false)
        /// Delivers all of these and completes in one turn, however slow the receiver is.
        case rush([String], Usage?)
        case fail(EngineFailure.Kind)
        /// Waits until ``ScriptedEngine/proceed()`` is called.
        case wait
    }

    package let name: String
    package let traits: EngineTraits
    private let acts: [Act]
    private let gate = Mutex(Gate())

    private struct Gate: Sendable {
        var orders: [ChatOrder] = []
        var cancelled = 0
        var waiting: [@Sendable () -> Void] = []
        var permits = 0
    }

    package init(_ name: String, traits: EngineTraits = .plain, _ acts: [Act]) {
        self.name = name
        self.traits = traits
        self.acts = acts
    }

    package convenience init(traits: EngineTraits = .plain, _ acts: [Act]) { self.init("scripted", traits: traits, acts) }

    /// What was asked, in order.
    package var orders: [ChatOrder] { gate.withLock { $0.orders } }
    /// How many calls were cut by the caller's side.
    package var cancelled: Int { gate.withLock { $0.cancelled } }

    /// Lets one `wait` go on, now or when it is reached.
    package func proceed() {
        let next: (@Sendable () -> Void)? = gate.withLock { gate in
            guard gate.waiting.isEmpty else { return gate.waiting.removeFirst() }
            gate.permits += 1
            return nil
        }
        next?()
    }

    package func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        gate.withLock { $0.orders.append(order) }
        return Call(engine: self, receiver: receiver, loop: loop, acts: acts)
    }

    package func check() async -> EngineReport { EngineReport(usable: true, summary: "scripted") }

    fileprivate func wait(then: @escaping @Sendable () -> Void) -> Bool {
        gate.withLock { gate in
            guard gate.permits == 0 else {
                gate.permits -= 1
                return false
            }
            gate.waiting.append(then)
            return true
        }
    }

    fileprivate func countCancelled() { gate.withLock { $0.cancelled += 1 } }
}

extension EngineTraits {
    package static let plain = EngineTraits(hiddenTokens: 0, disconnect: .cancel)
}

/// `@unchecked Sendable`: touched on `loop` only.
private final class Call: ChatCall, @unchecked Sendable {
    private let engine: ScriptedEngine
    private var receiver: (any ChatReceiver)?
    private let loop: any EventLoop
    private var acts: ArraySlice<ScriptedEngine.Act>
    private var isPaused = false

    init(engine: ScriptedEngine, receiver: any ChatReceiver, loop: any EventLoop, acts: [ScriptedEngine.Act]) {
        self.engine = engine
        self.receiver = receiver
        self.loop = loop
        self.acts = acts[...]
    }

    func begin() { loop.execute { self.next() } }

    private func next() {
        guard let receiver, !isPaused, let act = acts.popFirst() else { return }
        switch act {
        case .open:
            receiver.opened(ChatOpening(fingerprint: "fp_scripted"))
            receiver.turnEnded()
        case .say(let text):
            receiver.received(chunk(text))
            receiver.turnEnded()
        case .rush(let texts, let usage):
            for text in texts { self.receiver?.received(chunk(text)) }
            self.receiver?.completed(ChatEnd(usage: usage))
            self.receiver = nil
            return
        case .complete(let usage, let reachedCap):
            self.receiver = nil
            return receiver.completed(ChatEnd(usage: usage, reachedCap: reachedCap))
        case .fail(let kind):
            self.receiver = nil
            return receiver.failed(EngineFailure(kind, detail: "as scripted"))
        case .wait:
            let loop = self.loop
            if engine.wait(then: { loop.execute { self.next() } }) { return }
        }
        loop.execute { self.next() }
    }

    private func chunk(_ text: String) -> ChatChunk {
        let choices = #"[{"index":0,"delta":{"content":"\#(text)"},"logprobs":null,"finish_reason":null}]"#
        return ChatChunk(choices: ByteBuffer(string: choices), outputBytes: text.utf8.count, finishes: false)
    }

    func cancel() {
        guard receiver != nil else { return }
        receiver = nil
        engine.countCancelled()
    }

    func pause() { isPaused = true }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        loop.execute { self.next() }
    }
}
