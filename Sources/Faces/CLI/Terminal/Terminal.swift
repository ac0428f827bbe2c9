import Foundation

/// Where a command writes to and reads from: the real terminal, or in tests a pair of strings.
package struct Terminal: Sendable {
    /// Standard output: results, and nothing but one document under `--json`.
    package let write: @Sendable (String) -> Void
    /// Standard error: what went wrong, and remarks.
    package let writeNote: @Sendable (String) -> Void
    /// All of standard input.
    package let readAll: @Sendable () throws -> [UInt8]
    package let environment: [String: String]
    /// Standard output for what is no text.
    package let writeBytes: @Sendable ([UInt8]) throws -> Void
    /// Somebody looks at standard error as it is written: lines may be written over.
    package let isWatched: Bool

    package init(
        environment: [String: String], write: @escaping @Sendable (String) -> Void,
        writeNote: @escaping @Sendable (String) -> Void, readAll: @escaping @Sendable () throws -> [UInt8],
        writeBytes: @escaping @Sendable ([UInt8]) throws -> Void = { _ in }, isWatched: Bool = false
    ) {
        self.environment = environment
        self.write = write
        self.writeNote = writeNote
        self.readAll = readAll
        self.writeBytes = writeBytes
        self.isWatched = isWatched
    }

    package static let standard = Terminal(
        environment: ProcessInfo.processInfo.environment,
        write: { FileHandle.standardOutput.writeUnbuffered($0) }, writeNote: { FileHandle.standardError.writeUnbuffered($0) },
        readAll: { Array(try FileHandle.standardInput.readToEnd() ?? Data()) },
        writeBytes: { try FileHandle.standardOutput.write(contentsOf: Data($0)) }, isWatched: isatty(STDERR_FILENO) == 1)

    package func print(_ line: String) { write(line + "\n") }

    package func note(_ line: String) { writeNote(line + "\n") }
}

extension FileHandle {
    /// Writes at once. A reader that has gone (`| head`) is no reason to complain.
    fileprivate func writeUnbuffered(_ text: String) {
        do { try write(contentsOf: Data(text.utf8)) } catch { return }
    }
}
