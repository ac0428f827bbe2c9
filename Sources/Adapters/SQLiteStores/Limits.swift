/// Every bound of this room, with its reason.
enum Limits {
    /// How long a statement waits for a foreign lock (somebody's `sqlite3` shell) before it fails.
    static let busySeconds = 5.0
    /// Pages in the write-ahead log before a commit also carries them into the database: 16 MiB, so that a load without a
    /// pause does it every few hundred commits. Any pause of half a second does it beforehand.
    static let walPages = 4096
    /// A write-ahead log of more pages is cut to nothing when it has been carried over in an idle moment: what a burst left.
    static let walFramesLong = 4096
    /// What the write-ahead log is cut back to after a checkpoint, in bytes: one burst must not keep the disk.
    static let walBytesMax = 64 * 1024 * 1024
    /// Page cache of the writing connection, in KiB: the busy ends of every index fit.
    static let cacheKiB = 16 * 1024
    /// A database up to this size is looked through for damage before it is used: some tens of milliseconds.
    static let checkedAtOnceBytes = 16 * 1024 * 1024
    /// How many of the last entries a start verifies before it listens: more than any commit and any few seconds of traffic
    /// leave, and about a tenth of a second.
    static let recentEntries: Int64 = 10_000
    /// How many entries may have been written since what stands beside them (balances, open holds) was brought up to date: a start and
    /// every look at a book read these, in a few milliseconds; more would save commits little.
    static let entriesUnfolded: Int64 = 4096
    /// Bytes of the secret that turns API keys into their MACs.
    static let pepperBytes = 32
}
