import Foundation

/// A directory reached through an open descriptor, so that a socket inside it can be named in the 108 bytes a socket address
/// has room for, however deep the directory lies: `/proc/self/fd/7/control.sock`.
package struct OpenedDirectory: ~Copyable {
    private let descriptor: Int32

    /// The short path of a file in the directory, valid while the directory is open.
    package func path(_ name: String) -> String { "/proc/self/fd/\(descriptor)/\(name)" }

    /// Opens `directory` for the time of `body`.
    /// - Throws: `POSIXError` when it cannot be opened, and whatever `body` throws.
    package static func with<Result>(
        _ directory: String, _ body: (borrowing OpenedDirectory) async throws -> Result
    ) async throws -> Result {
        let opened = try OpenedDirectory(directory)
        return try await body(opened)
    }

    /// Opens `directory` for the time of `body`.
    package static func with<Result>(_ directory: String, _ body: (borrowing OpenedDirectory) throws -> Result) throws -> Result {
        let opened = try OpenedDirectory(directory)
        return try body(opened)
    }

    private init(_ directory: String) throws {
        descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }
}
