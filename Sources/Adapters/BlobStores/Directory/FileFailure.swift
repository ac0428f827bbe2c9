import Glibc

/// What the operating system refused.
struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried: `write to`.
    let operation: String
    /// A folder, never a picture's whole name: whoever knows that can fetch it.
    let place: String
    /// `errno`.
    let code: Int32

    var description: String { "cannot \(operation) \(place): \(String(cString: strerror(code)))" }

    /// What the last call of the system said.
    static func last(_ operation: String, _ place: String) -> FileFailure {
        FileFailure(operation: operation, place: place, code: errno)
    }
}
