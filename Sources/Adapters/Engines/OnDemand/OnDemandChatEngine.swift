package import Inference
package import NIOCore

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

    package func check() async -> EngineReport { await server.check(of: engine) }

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
