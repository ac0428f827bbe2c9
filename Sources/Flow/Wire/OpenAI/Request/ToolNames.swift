/// The tools a request offers and those its `tool_choice` names; the two may come in either order.
struct ToolNames {
    private(set) var areGiven = false
    private var hasChoice = false
    private var offered: Set<String> = []
    /// Each with where it is named.
    private var chosen: [(name: String, path: String)] = []

    mutating func offer(_ name: String) {
        areGiven = true
        offered.insert(name)
    }

    mutating func noteChoice() { hasChoice = true }
    mutating func choose(_ name: String, at path: String) { chosen.append((name, path)) }

    func check() throws(FieldFault) {
        if hasChoice, !areGiven { throw ToolNames.onlyWithTools("tool_choice") }
        for choice in chosen where !offered.contains(choice.name) {
            throw .rule(
                "Invalid value for 'tool_choice': function '\(choice.name)' not found in 'tools'.", at: choice.path,
                code: "invalid_value")
        }
    }

    static func onlyWithTools(_ name: String) -> FieldFault {
        .rule("Invalid value for '\(name)': '\(name)' is only allowed when 'tools' are specified.", at: name)
    }
}
