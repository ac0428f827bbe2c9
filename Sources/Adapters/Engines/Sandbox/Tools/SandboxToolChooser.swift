/// Finds the tools a sentence speaks of.
struct SandboxToolChooser {
    private let hints: SandboxHints
    /// The telling words of the sentence, by their first three characters: related words share them.
    private let spoken: [Substring: [String]]

    init(_ hints: SandboxHints) {
        self.hints = hints
        spoken = Dictionary(grouping: hints.words.subtracting(Self.commonWords)) { $0.prefix(3) }
    }

    func tools(for question: SandboxQuestion) throws(SandboxObjection) -> [SandboxTool] {
        switch question.toolChoice {
        case .none: return []
        // Once tools have answered, the sandbox answers too.
        case .auto: return question.results.isEmpty ? meant(among: question.tools) : []
        case .required: return required(among: question.tools)
        case .allowed(let names, let isRequired):
            let allowed = question.tools.filter { names.contains($0.name) }
            if isRequired { return required(among: allowed) }
            return question.results.isEmpty ? meant(among: allowed) : []
        case .named(let name):
            guard let tool = question.tools.first(where: { $0.name == name }) else {
                throw SandboxObjection("There is no tool called '\(name)'.", param: "tool_choice", code: "invalid_value")
            }
            return [tool]
        }
    }

    private func required(among tools: [SandboxTool]) -> [SandboxTool] {
        let meant = meant(among: tools)
        return meant.isEmpty ? Array(tools.prefix(1)) : meant
    }

    /// A tool that is only brushed is not called beside one that is meant.
    private func meant(among tools: [SandboxTool]) -> [SandboxTool] {
        let scored = tools.map { (tool: $0, score: score($0)) }
        let best = scored.map(\.score).max() ?? 0
        return scored.filter { $0.score >= Self.scoreMin && $0.score * 2 >= best }.map(\.tool)
    }

    /// A word of the name, or two of the description, make a tool meant.
    private static let scoreMin = 2

    private func score(_ tool: SandboxTool) -> Int {
        if hints.text.contains(tool.name) { return 100 }
        let inName = matches(tool.name)
        let description = tool.description.beginning(scalars: SandboxLimits.describedScalarsMax)
        let inDescription = matches(description).subtracting(inName)
        return inName.count * 2 + inDescription.reduce(0) { $0 + ($1.first?.isIdeograph == true ? 2 : 1) }
    }

    /// The words of a text that the sentence has too, or relatives of them.
    private func matches(_ text: String) -> Set<String> {
        Set(SandboxWords.all(in: text)).subtracting(Self.commonWords).filter { word in
            (word.count > 2 || word.first?.isIdeograph == true)
                && spoken[word.prefix(3)]?.contains { SandboxWords.areRelated(word, $0) } == true
        }
    }

    /// Words in half of all tools and sentences; they tell nothing.
    private static let commonWords: Set<String> = Set(
        """
        a about after all also an and any are as at be between but by call can current data do does find for from function get \
        give given has have help how i if in info information into is it its list look make me my name new no not now of on one \
        or please put query result results return returns run say set show some string tell text that the their them then this \
        to tool tools up use used user uses using value want was what when where which who will with you your 一个 可以 查询 获取 什么 \
        怎么 返回 指定
        """.split(separator: " ").map(String.init))
}
