/// The bounds of the ledger's inbox.
enum Limits {
    /// Commands waiting to be decided before it is known how fast they are: about a second of work at 10,000 a second. Beyond
    /// it new requests are told to come back.
    static let inboxCommandsMax = 10_000
    /// However slow the disk is, so many may wait: two commits' worth.
    static let inboxCommandsLeast = 512
    /// However fast it is, no more wait: their closures alone are tens of megabytes.
    static let inboxCommandsMost = 100_000
    /// Commands in one commit. More would make those wait who came first, and save little: a hundred share an fsync well.
    static let batchCommandsMax = 256
    /// From here a batch says how fast the writer is when it has much to do.
    static let batchCommandsTelling = 64
    /// How long what nobody waits for (an engine accepted, a checkpoint) may wait for company before it is written by itself: so long a crash
    /// may forget it, and so often a second a quiet server commits at most.
    static let noteDelayMilliseconds = 50
    /// After so long without work the store tidies up; so often a full disk is looked at.
    static let restDelayMilliseconds = 500
    /// How long settlements are tried again on a full or locked disk, their askers waiting, before the process gives up.
    static let hindranceSeconds = 30
    /// Between two tries.
    static let hindrancePauseMilliseconds = 100
    /// Records written in one commit while recovering.
    static let recoveryRecordsPerCommit = 3_000
}
