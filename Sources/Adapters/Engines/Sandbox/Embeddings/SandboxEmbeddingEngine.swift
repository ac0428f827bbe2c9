package import Inference
import NIOCore

/// Vectors for test keys: each word is a direction, so texts that share words are near each other, the same text is always the same
/// vector, and nothing is asked of anybody.
package struct SandboxEmbeddingEngine: EmbeddingEngine {
    package let name: String

    package init(name: String) { self.name = name }

    package func embed(_ order: EmbeddingOrder) async throws(EngineFailure) -> Embedded {
        let dimensions = order.prompt.dimensions ?? (order.model.hasSuffix("large") ? 3072 : 1536)
        let vectors = order.prompt.inputs.map { SandboxEmbeddingEngine.vector(of: $0, dimensions: dimensions) }
        return Embedded(vectors: vectors, promptTokens: order.prompt.inputs.reduce(0) { $0 + max(1, $1.tokensFair) })
    }

    /// Of length one.
    private static func vector(of input: EmbeddingPrompt.Input, dimensions: Int) -> ByteBuffer {
        var sums = [Float](repeating: 0, count: dimensions)
        for word in words(of: input) {
            let hash = hash(of: word)
            sums[Int(hash % UInt64(dimensions))] += hash >> 63 == 0 ? 1 : -1
        }
        var square = sums.reduce(0) { $0 + $1 * $1 }
        if square == 0 {
            sums[0] = 1
            square = 1
        }
        var vector = ByteBuffer()
        for sum in sums { vector.writeInteger((sum / square.squareRoot()).bitPattern, endianness: .little) }
        return vector
    }

    private static func words(of input: EmbeddingPrompt.Input) -> [String] {
        switch input {
        case .text(let text): text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        case .tokens(let tokens): tokens.map(String.init)
        }
    }

    /// FNV-1a, 64 bits, and a last mixing: its low bits alone are not even enough.
    private static func hash(of word: String) -> UInt64 {
        var hash = word.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        hash ^= hash >> 33
        hash = hash &* 0xFF51_AFD7_ED55_8CCD
        return hash ^ hash >> 33
    }
}
