package import NIOCore
package import Units

/// Something that speaks: a synthesizer, an upstream server or the sandbox. It never learns who asks or what it costs.
package protocol SpeechEngine: Engine {
    /// The voices it has, in the order in which they are listed; empty when it cannot say.
    func voices() async -> [SpeechVoice]

    /// Begins to speak; returns when the first audio is at hand, so that until then another engine may be asked. Cancelling the task gives
    /// it up.
    /// - Throws: ``EngineFailure/Kind/refusedPrompt(_:)`` when the caller can mend it: a voice it has not, a text in which nothing can be
    ///   spoken.
    func speak(_ order: SpeechOrder) async throws(EngineFailure) -> any SpokenAudio
}

/// A prompt made out to one engine.
package struct SpeechOrder: Hashable, Sendable {
    package let prompt: SpeechPrompt
    /// The model's name as this engine knows it.
    package let model: String
    package let request: RequestID

    package init(prompt: SpeechPrompt, model: String, request: RequestID) {
        self.prompt = prompt
        self.model = model
        self.request = request
    }
}

/// Speech being made, piece by piece as its reader asks for it: an engine is never further ahead than a pipe or a window holds.
package protocol SpokenAudio: Sendable {
    var shape: SpokenShape { get }

    /// The next piece, never empty; nil when all was said. Called by one task at a time; cancelling it gives the rest up.
    /// - Throws: when the engine breaks off: what came before is not the whole.
    func next() async throws(EngineFailure) -> ByteBuffer?

    /// Gives the rest up, and frees what the engine holds for it. Needed unless ``next()`` returned nil or threw; harmless then.
    func stop()
}

/// What the bytes of ``SpokenAudio`` are.
package enum SpokenShape: Hashable, Sendable {
    /// Samples: signed, 16 bits, little-endian, one channel, so many a second. A piece may end within a sample.
    ///
    /// They are to be spoken so many times as fast as they come, at the same pitch: 1 where the engine speaks at the speed asked for.
    case samples(hertz: Int, tempo: Double = 1)
    /// A file in the format that was asked for, to be handed on as it is.
    case file
}
