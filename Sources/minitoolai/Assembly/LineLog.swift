import Dispatch
import Foundation
import Gateway
import Logging
import Synchronization

/// The log: one line on standard error for each event, `2026-11-22T20:28:48.123456Z info chat.settled cost=0.000004 …`.
///
/// Lines are written by another thread, so that a slow reader of the log stops no event loop.
struct LineLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(level: Logger.Level) { logLevel = level }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(LineLog.plain("\($0.value)"))" }
        LineLog.write(
            "\(SystemClock().now()) \(event.level) \(LineLog.plain("\(event.message)", quoting: false))\(fields.joined())\n")
    }

    /// Waits until every line is out: before the process ends.
    static func flush() { queue.sync {} }

    private static let queue = DispatchQueue(label: "log")
    private static let waiting = Mutex(0)
    /// Lines that may wait for a slow reader; what comes beyond is dropped, for a log must not fill the memory.
    private static let linesMax = 10_000

    private static func write(_ line: String) {
        let hasRoom = waiting.withLock { waiting in
            guard waiting < linesMax else { return false }
            waiting += 1
            return true
        }
        guard hasRoom else { return }
        queue.async {
            // A log that cannot be written has nowhere to complain.
            try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
            waiting.withLock { $0 -= 1 }
        }
    }

    /// On one line whatever it holds: control characters are escaped, so that nobody writes lines of their own.
    private static func plain(_ text: String, quoting: Bool = true) -> String {
        let needsQuotes = quoting && (text.isEmpty || text.contains { $0 == " " || $0 == "\"" || $0 == "=" })
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: line += "\\u{\(String(scalar.value, radix: 16))}"
            default: line += needsQuotes && scalar == "\"" ? "\\\"" : String(scalar)
            }
        }
        return needsQuotes ? "\"\(line)\"" : line
    }
}
