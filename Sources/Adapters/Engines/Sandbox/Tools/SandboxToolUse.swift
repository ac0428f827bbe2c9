import Wire

/// A call of a tool, as an answer carries it.
struct SandboxToolCall: Hashable, Sendable {
    var kind: SandboxTool.Kind
    var id: String
    var name: String
    /// JSON text of a function's arguments; plain text for a custom tool.
    var arguments: String
}

/// Decides which tools an answer calls, and with what.
struct SandboxToolUse {
    private let hints: SandboxHints
    private let allowsParallelCalls: Bool
    /// The tools to call; none when the answer is text.
    private let wanted: [SandboxTool]

    init(question: SandboxQuestion, hints: SandboxHints) throws(SandboxObjection) {
        self.hints = hints
        allowsParallelCalls = question.allowsParallelCalls
        wanted = question.tools.isEmpty ? [] : try SandboxToolChooser(hints).tools(for: question)
    }

    /// The calls of one choice; none when it answers in text.
    func calls(_ dice: inout SandboxDice) throws(SandboxObjection) -> [SandboxToolCall] {
        guard let first = wanted.first else { return [] }
        guard allowsParallelCalls else { return [try call(first, hints, &dice)] }
        var calls: [SandboxToolCall] = []
        if wanted.count == 1, SandboxToolUse.takesOneName(first), hints.names.count > 1 {
            for name in hints.names.prefix(SandboxLimits.parallelCallsMax) {
                calls.append(try call(first, hints.about(name), &dice))
            }
        } else {
            for tool in wanted.prefix(SandboxLimits.parallelCallsMax) { calls.append(try call(tool, hints, &dice)) }
        }
        return calls
    }

    /// True when a call is about one thing: with two places to fill, two names make one call.
    private static func takesOneName(_ tool: SandboxTool) -> Bool {
        let properties = tool.parameters?["properties"]?.members ?? []
        let required = Set((tool.parameters?["required"]?.elements ?? []).compactMap(\.string))
        let places = properties.filter { property in
            let value = property.value
            return value["type"] == "string" && value["enum"] == nil && value["format"] == nil && value["pattern"] == nil
                && (required.contains(property.key) || required.isEmpty)
        }
        return places.count == 1 && !properties.contains { $0.value["type"] == "array" }
    }

    private func call(
        _ tool: SandboxTool, _ hints: SandboxHints, _ dice: inout SandboxDice
    ) throws(SandboxObjection) -> SandboxToolCall {
        let id = "call_" + dice.identifier(length: 24)
        guard tool.kind == .function else {
            let input = SandboxQuote.short(of: hints.text, or: "sandbox", charactersMax: SandboxLimits.citationCharactersMax)
            return SandboxToolCall(kind: .custom, id: id, name: tool.name, arguments: input)
        }
        let schema = tool.parameters.flatMap { $0.members?.isEmpty == true ? nil : $0 } ?? ["type": "object"]
        var document = SandboxDocument(root: schema, isLavish: tool.isStrict, hints: hints, answer: hints.text, dice: dice)
        do throws(SandboxObjection) {
            let arguments = try document.write().text
            dice = document.dice
            return SandboxToolCall(kind: .function, id: id, name: tool.name, arguments: arguments)
        } catch {
            throw SandboxObjection("Tool '\(tool.name)': \(error.message)", param: "tools", code: "invalid_function_parameters")
        }
    }
}
