package import Inference
import NIOCore

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

    package func check() async -> EngineReport { await server.check(of: engine) }

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

    package func check() async -> EngineReport { await server.check(of: engine) }

    /// To be listed is no reason to be started.
    package func voices() async -> [SpeechVoice] { server.isReady ? await engine.voices() : [] }

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
