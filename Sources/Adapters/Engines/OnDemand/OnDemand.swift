package import Inference
package import NIOCore
import Synchronization

/// A stay at a local engine: while somebody holds one the engine is not stopped.
final class LocalStay: Sendable {
    private let server: LocalServer

    /// Of somebody whom ``LocalServer/enter(then:)`` let in.
    fileprivate init(_ server: LocalServer) { self.server = server }

    deinit { server.leave() }

    /// Waits until the engine is there.
    static func begin(at server: LocalServer) async throws(EngineFailure) -> LocalStay {
        let wait = Mutex<(ticket: Int?, isOver: Bool)>((nil, false))
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<EngineFailure?, Never>) in
                let ticket = server.enter { continuation.resume(returning: $0) }
                let isOver = wait.withLock { wait in
                    wait.ticket = ticket
                    return wait.isOver
                }
                if isOver, let ticket { server.forget(ticket)?(LocalStay.left) }
            }
        } onCancel: {
            let ticket = wait.withLock { wait in
                wait.isOver = true
                return wait.ticket
            }
            if let ticket { server.forget(ticket)?(LocalStay.left) }
        }
        if let failure { throw failure }
        return LocalStay(server)
    }

    private static let left = EngineFailure(.broken, detail: "the caller left")

    /// The same for a loop, where `then` hears: at once when the engine is there.
    static func begin(
        at server: LocalServer, on loop: any EventLoop, then: @escaping @Sendable (Result<LocalStay, EngineFailure>) -> Void
    ) {
        _ = server.enter { failure in
            let stay = failure == nil ? LocalStay(server) : nil
            let result: Result<LocalStay, EngineFailure> =
                if let stay { .success(stay) } else { .failure(failure ?? LocalStay.left) }
            if loop.inEventLoop { then(result) } else { loop.execute { then(result) } }
        }
    }
}

/// A chat engine whose server is started when it is needed.
package struct OnDemandChatEngine: ChatEngine {
    private let engine: any ChatEngine
    private let server: LocalServer

    package init(_ engine: any ChatEngine, at server: LocalServer) {
        self.engine = engine
        self.server = server
    }

    package var name: String { engine.name }
    package var traits: EngineTraits { engine.traits }

    package func check() async -> EngineReport {
        if let report = server.check() { return report }
        return await engine.check()
    }

    package func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        OnDemandCall(order, with: engine, at: server, on: loop, to: receiver)
    }
}

/// `@unchecked Sendable`: every member is touched on `loop` only.
private final class OnDemandCall: ChatCall, @unchecked Sendable {
    private let order: ChatOrder
    private let engine: any ChatEngine
    private let server: LocalServer
    private let loop: any EventLoop
    private let receiver: any ChatReceiver
    private var call: (any ChatCall)?
    /// Given back when whoever asked lets go of the call.
    private var stay: LocalStay?
    private var isOver = false
    private var isPaused = false

    init(
        _ order: ChatOrder, with engine: any ChatEngine, at server: LocalServer, on loop: any EventLoop,
        to receiver: any ChatReceiver
    ) {
        self.order = order
        self.engine = engine
        self.server = server
        self.loop = loop
        self.receiver = receiver
    }

    func begin() { LocalStay.begin(at: server, on: loop) { [self] in begin($0) } }

    private func begin(_ result: Result<LocalStay, EngineFailure>) {
        guard !isOver else { return }
        switch result {
        case .failure(let failure): receiver.failed(failure)
        case .success(let stay):
            self.stay = stay
            let call = engine.open(order, on: loop, to: receiver)
            self.call = call
            if isPaused { call.pause() }
            call.begin()
        }
    }

    func cancel() {
        isOver = true
        call?.cancel()
    }

    func pause() {
        isPaused = true
        call?.pause()
    }

    func resume() {
        isPaused = false
        call?.resume()
    }
}

/// An engine that paints, whose server is started when it is needed.
package struct OnDemandImageEngine: ImageEngine {
    private let engine: any ImageEngine
    private let server: LocalServer

    package init(_ engine: any ImageEngine, at server: LocalServer) {
        self.engine = engine
        self.server = server
    }

    package var name: String { engine.name }
    package var concurrency: Int { engine.concurrency }

    package func check() async -> EngineReport {
        if let report = server.check() { return report }
        return await engine.check()
    }

    package func paint(
        _ order: ImageOrder, progress: @escaping @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> PaintedImage {
        let stay: LocalStay
        do throws(EngineFailure) { stay = try await LocalStay.begin(at: server) } catch {
            throw ImageFailure(Task.isCancelled ? .cancelled : .lost, detail: error.detail)
        }
        defer { withExtendedLifetime(stay) {} }
        return try await engine.paint(order, progress: progress)
    }
}

/// An engine that speaks, whose server is started when it is needed.
package struct OnDemandSpeechEngine: SpeechEngine {
    private let engine: any SpeechEngine
    private let server: LocalServer

    package init(_ engine: any SpeechEngine, at server: LocalServer) {
        self.engine = engine
        self.server = server
    }

    package var name: String { engine.name }

    package func check() async -> EngineReport {
        if let report = server.check() { return report }
        return await engine.check()
    }

    /// To be listed is no reason to be started.
    package func voices() async -> [SpeechVoice] { server.check() == nil ? await engine.voices() : [] }

    package func speak(_ order: SpeechOrder) async throws(EngineFailure) -> any SpokenAudio {
        let stay = try await LocalStay.begin(at: server)
        return SpokenDuringStay(audio: try await engine.speak(order), stay: stay)
    }
}

private struct SpokenDuringStay: SpokenAudio {
    let audio: any SpokenAudio
    let stay: LocalStay

    var shape: SpokenShape { audio.shape }
    func next() async throws(EngineFailure) -> ByteBuffer? { try await audio.next() }
    func stop() { audio.stop() }
}

/// An engine that makes vectors, whose server is started when it is needed.
package struct OnDemandEmbeddingEngine: EmbeddingEngine {
    private let engine: any EmbeddingEngine
    private let server: LocalServer

    package init(_ engine: any EmbeddingEngine, at server: LocalServer) {
        self.engine = engine
        self.server = server
    }

    package var name: String { engine.name }

    package func embed(_ order: EmbeddingOrder) async throws(EngineFailure) -> Embedded {
        let stay = try await LocalStay.begin(at: server)
        defer { withExtendedLifetime(stay) {} }
        return try await engine.embed(order)
    }
}
