import CMalloc

/// How the C library's allocator treats memory that was freed.
enum Allocator {
    /// What a heap may keep at its end instead of giving it back. The ledger's commits free megabytes that the next ones need
    /// again; giving them back and faulting them in anew was a third of all CPU.
    private static let keptBytes: Int32 = 64 << 20
    /// From this size on a block is a mapping of its own, so that large bodies do go back to the system.
    private static let mappedBytes: Int32 = 4 << 20

    /// To be called once, before threads begin. An operator's `MALLOC_…` variables do not outlive it.
    static func keepFreedMemory() {
        mallopt(M_TRIM_THRESHOLD, keptBytes)
        mallopt(M_MMAP_THRESHOLD, mappedBytes)
    }
}
