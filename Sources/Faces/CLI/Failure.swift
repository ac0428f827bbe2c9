/// Why a command did not do what it was asked, and the exit status that says so to a script.
package struct Failure: Error, Hashable, Sendable {
    /// After sysexits.h where it has a word for it.
    package enum Status: Int32, Sendable {
        /// The request was understood and not carried out: nothing changed.
        case refused = 1
        /// The command line itself is wrong (`EX_USAGE`).
        case usage = 64
        /// Nobody answers where an answer was expected (`EX_UNAVAILABLE`).
        case unavailable = 69
        /// A file could not be read or written (`EX_IOERR`).
        case inputOutput = 74
        /// The configuration is wrong (`EX_CONFIG`).
        case configuration = 78
        /// Somebody pressed Ctrl-C, and what was asked for was called off: 128 and the signal's number, as shells have it.
        case interrupted = 130
    }

    package let status: Status
    package let message: String

    package init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }
}
