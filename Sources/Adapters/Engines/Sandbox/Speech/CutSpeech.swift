import Inference
import NIOCore
import Synchronization

/// A speech that goes wrong on its way.
final class CutSpeech: SpokenAudio {
    private let whole: any SpokenAudio
    private let cut: SandboxDirectives.Cut
    private let pieces = Atomic(0)

    init(_ whole: any SpokenAudio, _ cut: SandboxDirectives.Cut) {
        self.whole = whole
        self.cut = cut
    }

    var shape: SpokenShape { whole.shape }

    func next() async throws(EngineFailure) -> ByteBuffer? {
        guard pieces.add(1, ordering: .relaxed).newValue > cut.afterChunks else { return try await whole.next() }
        whole.stop()
        if let failure = cut.failure { throw failure }
        // Until nobody waits any more.
        try? await Task.sleep(for: .seconds(SandboxLimits.stallSeconds))
        throw EngineFailure(.timedOut, detail: "sandbox: was asked to stall after \(cut.afterChunks) pieces")
    }

    func stop() { whole.stop() }
}
