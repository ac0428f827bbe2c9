/// Something that paints: a Stable Diffusion server or the sandbox. It never learns who asks or what it costs.
package protocol ImageEngine: Engine {
    /// Jobs it may work on at a time; 1 for servers that do one after the other anyway.
    var concurrency: Int { get }

    /// Paints one picture; returns when it is there. Cancelling the task gives the job up: the engine is told to stop, where it can be,
    /// and `ImageFailure.cancelled` is thrown.
    /// - Parameter progress: hears 0...1 as it grows; may be called from anywhere.
    func paint(
        _ order: ImageOrder, progress: @escaping @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> PaintedImage
}

/// A prompt made out to one engine.
package struct ImageOrder: Hashable, Sendable {
    package let prompt: ImagePrompt
    /// The model's name as this engine knows it: a checkpoint.
    package let model: String
    /// ``ImagePrompt/seed``, or what was drawn for it.
    package let seed: Int64
    /// What the engine may call the job, the same whenever this attempt is asked again: `mt-<job>-<attempt>`.
    package let tag: String

    package init(prompt: ImagePrompt, model: String, seed: Int64, tag: String) {
        self.prompt = prompt
        self.model = model
        self.seed = seed
        self.tag = tag
    }
}

/// What an engine made of an order.
package struct PaintedImage: Sendable {
    package enum Content: Sendable {
        /// A file as the engine sent it, not looked into yet.
        case file([UInt8])
        case picture(Picture)
    }

    package let content: Content
    /// The seed that was used, as the engine says.
    package let seed: Int64
    /// What was used instead of the scheduler asked for, in the engine's words; nil: what was asked for.
    package let substitute: String?

    package init(_ content: Content, seed: Int64, substitute: String? = nil) {
        self.content = content
        self.seed = seed
        self.substitute = substitute
    }
}

/// Why there is no picture.
package struct ImageFailure: Error, Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The engine cannot do this at all (a name it does not know, a size): another try at it is useless.
        case refused
        /// It has no room for the moment: the same engine later, or another.
        case busy
        /// No connection, or the engine no longer knows of the job.
        case lost
        case timedOut
        /// It failed at it: out of memory, an error of its own.
        case broken
        /// What came is not what was asked for: another model, no picture, half a picture.
        case wrongResult
        /// The task was cancelled.
        case cancelled
    }

    package let kind: Kind
    /// For logs and operators: never an upstream's key, never shown to a caller.
    package let detail: String
    /// How long a busy engine asked to be left alone.
    package let retryAfterMilliseconds: Int?

    package init(_ kind: Kind, detail: String, retryAfterMilliseconds: Int? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    /// What the caller is told.
    package var publicMessage: String {
        switch kind {
        case .refused: "no engine can make this picture as it was asked for"
        case .busy: "every engine was busy for too long"
        case .lost: "the engine was lost"
        case .timedOut: "the picture took too long"
        case .broken, .wrongResult: "the engine failed at this picture"
        case .cancelled: "the job was cancelled"
        }
    }
}
