/// The bounds of the ledger's inbox.
enum Limits {
    /// Commands waiting to be decided: about a second of work at 10,000 a second. Beyond it new requests are told to come back.
    static let inboxCommandsMax = 10_000
    /// How long a checkpoint may wait for company before it is written by itself.
    static let noteDelayMilliseconds = 500
    /// Records written in one commit while recovering.
    static let recoveryRecordsPerCommit = 3_000
}
