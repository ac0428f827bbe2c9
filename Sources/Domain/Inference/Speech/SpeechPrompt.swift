/// A request for spoken text after every check: what an engine may be asked, and nothing else. Defaults stand where the caller gave none.
/// Ranges: OpenAI's `CreateSpeechRequest`.
package struct SpeechPrompt: Hashable, Sendable {
    /// The model as the caller names it.
    package var model: String
    /// 1 to ``inputScalarsMax`` Unicode scalars, of which at least one is more than white space.
    package var input: String
    /// As the caller names it: one of OpenAI's, or an engine's own.
    package var voice: String
    package var format: SpeechFormat
    /// In hundredths of the voice's natural speed.
    package var speedHundredths: Int
    /// How to speak, in words; engines that cannot be told ignore it.
    package var instructions: String?

    package static let inputScalarsMax = 4096
    package static let speedHundredthsRange = 25...400
    package static let instructionsScalarsMax = 4096
    /// More than any voice of any engine is called by.
    package static let voiceBytesMax = 64

    package init(
        model: String, input: String, voice: String, format: SpeechFormat = .mp3, speedHundredths: Int = 100,
        instructions: String? = nil
    ) {
        self.model = model
        self.input = input
        self.voice = voice
        self.format = format
        self.speedHundredths = speedHundredths
        self.instructions = instructions
    }

    package var speed: Double { Double(speedHundredths) / 100 }

    /// What is billed: Unicode scalars of the input.
    package var characters: Int { input.unicodeScalars.count }
}

/// What speech is delivered as.
package enum SpeechFormat: String, CaseIterable, Sendable {
    case mp3
    /// In Ogg.
    case opus
    /// AAC-LC in ADTS.
    case aac
    case flac, wav
    /// Samples alone: 24 kHz, signed, 16 bits, little-endian, one channel.
    case pcm

    package var mediaType: String { self == .mp3 ? "audio/mpeg" : "audio/\(rawValue)" }

    /// Samples a second of what is written here: OpenAI's rate, save that Opus knows it only as 48,000.
    package var hertz: Int { self == .opus ? 48_000 : 24_000 }
}
