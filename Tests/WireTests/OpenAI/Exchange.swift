import Foundation

/// One golden file: what a caller sends, a line of dashes, what becomes of it.
///
/// `RECORD_EXCHANGES=1 swift test --filter ExchangeTests` writes what becomes of each into its file, for a reviewer to read.
struct Exchange: Sendable, CustomStringConvertible {
    let file: URL
    /// `POST /v1/chat/completions`
    let door: String
    let body: String
    let expected: String

    private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Golden").standardizedFileURL
    private static let dashes = "\n--------\n"

    static let all = files(in: "Wire")

    static func files(in folder: String) -> [Exchange] {
        let files = try? FileManager.default.contentsOfDirectory(
            at: golden.appending(path: folder), includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "exchange" }.sorted { $0.path < $1.path }.compactMap(Exchange.init)
    }

    static var records: Bool { ProcessInfo.processInfo.environment["RECORD_EXCHANGES"] == "1" }

    private init?(_ file: URL) {
        guard let text = try? String(contentsOf: file, encoding: .utf8), let dashes = text.range(of: Exchange.dashes),
            let blank = text.range(of: "\n\n"), blank.upperBound <= dashes.lowerBound || blank.lowerBound < dashes.lowerBound
        else { return nil }
        self.file = file
        door = String(text[..<blank.lowerBound])
        body = blank.upperBound <= dashes.lowerBound ? String(text[blank.upperBound..<dashes.lowerBound]) : ""
        expected = String(text[dashes.upperBound...])
    }

    func record(_ outcome: String) throws {
        try "\(door)\n\n\(body)\(Exchange.dashes)\(outcome)".write(to: file, atomically: true, encoding: .utf8)
    }

    var description: String { file.deletingPathExtension().lastPathComponent.replacing("-", with: " ") }
}
