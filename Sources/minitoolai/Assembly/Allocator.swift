import CMimalloc

/// mimalloc, which this program is linked with instead of the C library's allocator: what is taken on an event loop is given back on the
/// ledger's thread and the other way round, and that is what it is made for (docs/decisions/0020-what-a-request-costs-the-loop.md).
enum Allocator {
    /// How long memory that was freed is kept before it goes back to the system. The ledger's commits free megabytes that the next ones
    /// need again; mimalloc's own 25 ms are shorter than many a pause between them.
    private static let keptMilliseconds = 500

    /// To be called once, before threads begin. An operator's `MIMALLOC_…` variables are left as they are.
    static func keepFreedMemory() { mi_option_set_default(mi_option_decommit_delay, keptMilliseconds) }
}
