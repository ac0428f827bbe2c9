import Foundation

/// The repository as it lies on disk, read once.
enum SourceTree {
    /// This file is `Tests/TidyTests/SourceTree.swift`.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let sources = files(under: "Sources", ending: [".swift"])
    static let tests = files(under: "Tests", ending: [".swift", ".py"])
    static let documents = files(under: "docs", ending: [".md"])

    /// The files below `folder`, sorted by path; none when the folder is not there.
    static func files(under folder: String, ending suffixes: [String]) -> [SourceFile] {
        let start = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: start.path(percentEncoded: false)) else { return [] }
        return walk.compactMap { $0 as? String }
            .filter { path in suffixes.contains { path.hasSuffix($0) } && !path.contains("__pycache__") }
            .sorted()
            .compactMap { path in
                let text = try? String(contentsOf: start.appending(path: path), encoding: .utf8)
                return text.map { SourceFile(path: "\(folder)/\(path)", text: $0) }
            }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
    }

    /// The files of one room: a target's folder, wherever its floor is.
    static func room(_ name: String) -> [SourceFile] { sources.filter { $0.folders.contains { $0 == name } } }
}

struct SourceFile: Sendable {
    /// From the root of the repository.
    let path: String
    let text: String
    let lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var folders: [Substring] { path.split(separator: "/").dropLast() }
    var name: Substring { path.split(separator: "/").last ?? "" }

    /// What the file imports.
    var imports: Set<String> {
        let statement = /(?:@\w+(?:\(\w+\))? )*(?:(?:package|public|private) )?import (?:(?:struct|class|enum|func) )?(\w+).*/
        return Set(lines.compactMap { $0.wholeMatch(of: statement).map { String($0.1) } })
    }

    /// The places where `pattern` is found in code, as `path:line: text`. What follows `//` is not code.
    func places(of pattern: some RegexComponent) -> [String] {
        zip(1..., lines).compactMap { number, line in
            let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
            return code.contains(pattern) ? "\(path):\(number): \(line.trimmingPrefix(while: \.isWhitespace))" : nil
        }
    }
}
