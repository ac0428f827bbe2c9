/// What a message is to the messages around it.
enum ChatTurn {
    case assistant(toolCalls: [String])
    case tool(callID: String)
    case other
}

/// The order of tool calls and their results: an assistant's calls are answered at once and completely, and nothing else is
/// answered. Models refuse anything else, after the prompt was paid for.
struct ToolTurns {
    private var called: [String] = []
    private var unanswered: [String] = []

    mutating func follow(_ turn: ChatTurn) throws(FieldFault) {
        if case .tool(let callID) = turn {
            guard !called.isEmpty else {
                throw .rule(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
                    at: "role")
            }
            guard called.contains(callID) else {
                throw .rule(
                    "Invalid parameter: 'tool_call_id' of '\(callID.cutShort)' not found in 'tool_calls' of previous message.",
                    at: "tool_call_id")
            }
            unanswered.removeAll { $0 == callID }
            return
        }
        try checkAnswered(at: "role")
        called = []
        if case .assistant(let toolCalls) = turn { called = toolCalls }
        unanswered = called
    }

    func end() throws(FieldFault) { try checkAnswered(at: "") }

    private func checkAnswered(at path: String) throws(FieldFault) {
        guard !unanswered.isEmpty else { return }
        let ids = unanswered.prefix(8).map(\.cutShort).joined(separator: ", ")
        throw .rule(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
                + "The following tool_call_ids did not have response messages: \(ids)", at: path)
    }
}
