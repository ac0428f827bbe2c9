/// Where a chat is asked for. What is asked and paid is the same at each; the words differ.
package enum ChatDoor: String, Sendable, CaseIterable {
    /// `/api/chat-completions/`
    case reference
    /// `/v1/chat/completions`
    case openAI
    /// `/v1/messages`, as Anthropic's clients speak.
    case messages
    /// `/v1/responses`, as OpenAI's newer clients speak; nothing is remembered between two of them.
    case responses

    /// The dialect in which what was asked is read, once it is translated.
    package var dialect: ChatDialect { self == .reference ? .reference : .openAI }
}
