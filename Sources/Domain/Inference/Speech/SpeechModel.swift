/// A model that speaks, by the name callers use.
package struct SpeechModel: Hashable, Sendable {
    package let id: String

    package init(id: String) { self.id = id }

    /// OpenAI's, so that its clients work as they are.
    package static let builtIn = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"].map(SpeechModel.init)
}
