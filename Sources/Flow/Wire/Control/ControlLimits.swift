/// The bounds of the control socket, kept by both of its ends.
package enum ControlLimits {
    /// A request is a name, an amount and a reference; nothing longer is meant.
    package static let requestBytesMax = 64 * 1024
    /// A statement of about 200,000 lines; a longer one is asked for in parts with `--from` and `--to`.
    package static let replyBytesMax = 64 * 1024 * 1024
    /// Operators at once; further ones wait in the socket's queue.
    package static let connectionsMax = 16
    /// How long a connection may take to say what it wants, in seconds.
    package static let requestSeconds: Int64 = 10
    /// How long a caller waits for an answer, in seconds: verifying or copying a large ledger takes its time.
    package static let replySeconds: Int64 = 600
    /// The socket's name in the data directory.
    package static let socketName = "control.sock"
}
