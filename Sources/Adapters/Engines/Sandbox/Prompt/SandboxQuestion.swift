import Inference
import NIOCore
import Wire

/// A prompt as the sandbox reads it: decoded, except for images, of which only the count is kept.
struct SandboxQuestion: Sendable {
    var messages: [SandboxMessage] = []
    var tools: [SandboxTool] = []
    var toolChoice: SandboxToolChoice = .auto
    var allowsParallelCalls = true
    /// True when the tools came as `functions`, the deprecated twin: then the answer carries `function_call`.
    var usesFunctionCall = false
    var format: SandboxFormat = .text
    var stops: [String] = []
    var temperatureIsZero = false
    /// How many alternatives per token; nil when no log-probabilities are wanted.
    var alternatives: Int?

    /// The last message a user wrote; nil when there is none.
    var lastUser: SandboxMessage? { messages.last { $0.role == "user" } }

    /// The last results of tools, when they end the conversation, with the names of their tools.
    var results: [(name: String, text: String)] {
        let last = messages.suffix(SandboxLimits.parallelCallsMax).reversed()
        let tail = last.prefix { $0.role == "tool" || $0.role == "function" }
        guard !tail.isEmpty else { return [] }
        let calls = messages.flatMap(\.calls)
        return tail.reversed().map { result in
            let name = result.name ?? calls.last { $0.id == result.callID }?.name ?? "a tool"
            return (name: name, text: result.text)
        }
    }
}

struct SandboxMessage: Sendable {
    var role = ""
    var name: String?
    /// The text parts, joined by line breaks.
    var text = ""
    var imageCount = 0
    /// `tool_call_id` of a tool's message.
    var callID: String?
    var calls: [PastCall] = []

    /// A call an assistant's message reports.
    struct PastCall: Sendable {
        var id: String?
        var name: String
        var arguments: String
    }
}

struct SandboxTool: Sendable {
    enum Kind: String, Sendable { case function, custom }

    var kind: Kind
    var name: String
    var description: String
    /// The JSON schema of a function's arguments; nil when it takes none, and for custom tools.
    var parameters: JSONValue?
    /// True when every property must be given (`strict`).
    var isStrict = false
}

enum SandboxToolChoice: Hashable, Sendable {
    case none, auto, required
    case named(String)
    /// Some of the tools only.
    case allowed([String], required: Bool)
}

enum SandboxFormat: Sendable {
    case text, object
    case schema(JSONValue)
}
