package import NIOCore
package import Units

/// Something that turns texts into vectors. It never learns who asks or what it costs.
package protocol EmbeddingEngine: Sendable {
    /// The engine's name in the configuration.
    var name: String { get }

    /// One vector for each input, in their order. When the task is cancelled it is waited for a little longer: an upstream bills it anyway.
    func embed(_ order: EmbeddingOrder) async throws(EngineFailure) -> Embedded
}

/// Texts that are to become vectors, checked.
package struct EmbeddingPrompt: Hashable, Sendable {
    package enum Input: Hashable, Sendable {
        case text(String)
        /// Tokens, by their numbers in the model's own encoding.
        case tokens([Int])

        /// No text is more tokens than this: each covers at least one byte, and a model may add a few of its own.
        package var tokensBound: Int {
            switch self {
            case .text(let text): text.utf8.count + Self.overheadTokens
            case .tokens(let tokens): tokens.count + Self.overheadTokens
            }
        }

        /// A fair estimate: a token for every three bytes.
        package var tokensFair: Int {
            switch self {
            case .text(let text): text.utf8.count.ceilingDivided(by: 3)
            case .tokens(let tokens): tokens.count
            }
        }

        private static let overheadTokens = 4
    }

    package let model: String
    package let inputs: [Input]
    /// How long the vectors shall be; nil: as the model makes them.
    package let dimensions: Int?
    package let user: String?

    package init(model: String, inputs: [Input], dimensions: Int? = nil, user: String? = nil) {
        self.model = model
        self.inputs = inputs
        self.dimensions = dimensions
        self.user = user
    }

    package var tokensBound: Int { inputs.reduce(0) { $0 + $1.tokensBound } }
    package var tokensFair: Int { max(1, inputs.reduce(0) { $0 + $1.tokensFair }) }
}

/// A prompt made out to one engine.
package struct EmbeddingOrder: Sendable {
    package let prompt: EmbeddingPrompt
    /// The model's name as this engine knows it.
    package let model: String
    package let request: RequestID

    package init(prompt: EmbeddingPrompt, model: String, request: RequestID) {
        self.prompt = prompt
        self.model = model
        self.request = request
    }
}

package struct Embedded: Sendable {
    /// Each a row of 32-bit floating point numbers, little-endian.
    package let vectors: [ByteBuffer]
    /// What the engine reported; nil: nothing.
    package let promptTokens: Int?

    package init(vectors: [ByteBuffer], promptTokens: Int?) {
        self.vectors = vectors
        self.promptTokens = promptTokens
    }
}

/// A model that makes vectors, by the name callers use.
package struct EmbeddingModel: Hashable, Sendable {
    package let id: String

    package init(id: String) { self.id = id }

    /// OpenAI's, so that its clients work as they are.
    package static let builtIn = ["text-embedding-3-small", "text-embedding-3-large"].map(EmbeddingModel.init)
}
