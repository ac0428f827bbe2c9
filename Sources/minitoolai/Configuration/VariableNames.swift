/// The environment variables that override keys: `MINITOOLAI_` and the key's path, in capitals, every character that is neither
/// a letter nor a digit as `_`, the steps of the path joined by `__`. Where that leaves no doubt a single `_` may join them.
struct VariableNames: Sendable {
    static let prefix = "MINITOOLAI_"

    private let values: [String: String]
    private let byLooseName: [String: [String]]

    /// Empty variables count as absent: that is how compose files leave one out.
    init(_ environment: [String: String]) {
        values = environment.filter { $0.key.hasPrefix(VariableNames.prefix) && !$0.value.isEmpty }
        byLooseName = Dictionary(grouping: values.keys.sorted(), by: VariableNames.loose)
    }

    /// `MINITOOLAI_ENGINES__OPENAI__API_KEY`
    static func name(of path: [String]) -> String { prefix + path.map(step).joined(separator: "__") }

    /// The variable that stands for `path`.
    func variable(for path: [String]) -> (name: String, value: String)? {
        let exact = VariableNames.name(of: path)
        if let value = values[exact] { return (exact, value) }
        guard let name = byLooseName[VariableNames.loose(exact)]?.first, let value = values[name] else { return nil }
        // A name that spells out other steps than these is somebody else's.
        guard !name.dropFirst(VariableNames.prefix.count).contains("__") else { return nil }
        return (name, value)
    }

    /// Names of entries below `path` that only variables mention, in lower case: `openai` for
    /// `MINITOOLAI_ENGINES__OPENAI__KIND`.
    func newEntries(under path: [String], beside known: some Sequence<String>) -> [String] {
        let start = VariableNames.name(of: path) + "__"
        let taken = Set(known.map(VariableNames.step))
        let steps = values.keys.filter { $0.hasPrefix(start) }.compactMap { name -> String? in
            let rest = name.dropFirst(start.count)
            guard let end = rest.firstRange(of: "__") else { return nil }
            return String(rest[..<end.lowerBound])
        }
        return Set(steps).subtracting(taken).map { $0.lowercased() }.sorted()
    }

    /// Variables that begin like a key of `sections` but were not `used`. Others of our prefix, such as those an orchestrator
    /// makes for a service of this name, are nobody's business.
    func unused(in sections: [String], used: Set<String>) -> [String] {
        values.keys.filter { name in
            !used.contains(name)
                && sections.contains { section in
                    let start = VariableNames.name(of: [section])
                    return name == start || name.hasPrefix(start + "_")
                }
        }.sorted()
    }

    private static func step(_ text: String) -> String {
        String(text.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// Every run of `_` as one.
    private static func loose(_ name: String) -> String {
        name.split(separator: "_").joined(separator: "_")
    }
}
