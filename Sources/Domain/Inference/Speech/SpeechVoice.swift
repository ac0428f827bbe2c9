/// A voice as it is listed.
package struct SpeechVoice: Hashable, Sendable {
    /// What a request names it by.
    package let name: String
    /// BCP 47, as far as the engine says; empty: it does not, or the voice speaks many.
    package let language: String

    package init(name: String, language: String = "") {
        self.name = name
        self.language = language
    }

    /// The names that OpenAI's clients send; every engine here speaks them in some voice.
    package static let openAINames = [
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar",
    ]
}
