import Inference
import NIOCore
import Synchronization

/// A speech whose first audio is at hand, and whose rest comes through a queue.
final class BegunSpeech: SpokenAudio {
    let shape: SpokenShape
    private let first: Mutex<ByteBuffer?>
    private let rest: SpokenPieces
    private let giveUp: @Sendable () -> Void

    /// - Parameter giveUp: ends whoever makes the rest; harmless when that has ended.
    init(_ shape: SpokenShape, first: ByteBuffer, rest: SpokenPieces, giveUp: @escaping @Sendable () -> Void) {
        self.shape = shape
        self.first = Mutex(first)
        self.rest = rest
        self.giveUp = giveUp
    }

    func next() async throws(EngineFailure) -> ByteBuffer? {
        let first = first.withLock { first in
            defer { first = nil }
            return first
        }
        if let first { return first }
        do throws(EngineFailure) { return try await rest.next() } catch {
            giveUp()
            throw error
        }
    }

    func stop() { giveUp() }

    deinit { giveUp() }
}
