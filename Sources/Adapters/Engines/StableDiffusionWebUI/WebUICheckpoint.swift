import Wire

/// A checkpoint as a server lists it.
struct WebUICheckpoint: Hashable, Sendable {
    /// `sub/RealVisXL_V4.0_Lightning.safetensors [0aec8a1f5b]`: what a request selects it by.
    let title: String
    /// `RealVisXL_V4.0_Lightning`: what the server calls it in the answer.
    let modelName: String?
    /// Ten hexadecimal digits; nil until the server has read the whole file once, and with `--no-hashing`.
    let hash: String?
    let sha256: String?
    private let fileName: String?

    init?(_ entry: JSONValue) {
        guard let title = entry["title"]?.string, !title.isEmpty else { return nil }
        self.title = title
        modelName = entry["model_name"]?.string
        hash = entry["hash"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        sha256 = entry["sha256"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        fileName = entry["filename"]?.string?.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init)
    }

    /// By its title with or without the hash, its name, its file's name or its hash.
    func isNamed(_ name: String) -> Bool {
        !name.isEmpty && (name == title || name == titleWithoutHash || name == modelName || name == fileName || name == hash)
    }

    /// Whether this is what an answer says has painted. A hash decides where both sides know one: names can be the same in two folders.
    func isEchoed(name: String?, hash echoed: String?) -> Bool {
        if let echoed, echoed.count >= WebUICheckpoint.hashDigitsMin, let known = sha256 ?? hash {
            return known.lowercased().hasPrefix(echoed.lowercased())
        }
        guard let name else { return false }
        return isNamed(name) || name == modelName?.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init)
    }

    /// The beginning of a SHA-256 that is said: ten digits, eight in old versions. Fewer say nothing.
    private static let hashDigitsMin = 8

    private var titleWithoutHash: String {
        guard title.hasSuffix("]"), let mark = title.range(ofLast: " [") else { return title }
        return String(title[..<mark])
    }
}

extension String {
    /// Where the last occurrence of a text begins.
    fileprivate func range(ofLast text: String) -> Index? { ranges(of: text).last?.lowerBound }
}
