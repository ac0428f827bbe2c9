/// The words of every page, in every language: `key | English | 中文`, one to a line.
struct Texts: Sendable {
    let byKey: [String: [Language: String]]

    init(_ table: String) {
        var byKey: [String: [Language: String]] = [:]
        for line in table.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
            guard parts.count == 3 else { preconditionFailure("a line of the texts has three parts: \(line)") }
            precondition(byKey[parts[0]] == nil, "a text is there once: \(parts[0])")
            byKey[parts[0]] = [.english: parts[1], .chinese: parts[2]]
        }
        self.byKey = byKey
    }

    /// - Parameter values: stand for `{0}`, `{1}` …
    func text(_ key: String, in language: Language, _ values: [String] = []) -> String {
        guard var text = byKey[key]?[language] else { preconditionFailure("there is no text named \(key)") }
        for (index, value) in values.enumerated() { text = text.replacing("{\(index)}", with: value) }
        return text
    }

    static let all = Texts(String(decoding: PackageResources.texts_txt, as: UTF8.self))
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
