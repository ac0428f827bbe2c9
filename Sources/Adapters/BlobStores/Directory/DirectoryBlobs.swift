package import Inference
import Synchronization
package import Units

/// Pictures as files of a directory: `ab/cd/abcd….png`, mode 0600, when they were put is when the file was changed.
///
/// A file appears whole or not at all, and is on the disk when ``put(_:as:)`` returns. No name and no link leads out of the directory.
package final class DirectoryBlobs: BlobStore {
    package let keepsSeconds: Int64
    private let folder: BlobFolder
    private let threads = BlockingThreads()
    private let sweptTo = Mutex<BlobSweep.Position?>(nil)
    private let sweepEntriesMax: Int
    private let now: @Sendable () -> Instant

    /// What the addresses of this store begin with.
    package static let pathPrefix = "/images/"

    /// - Parameters:
    ///   - path: made with mode 0700 when it is not there but its parent is. One that is there keeps its mode.
    ///   - keepsSeconds: pictures that are older are not read any more.
    ///   - sweepEntriesMax: files and folders that one sweep looks at.
    package init(
        path: String, keepsSeconds: Int64, sweepEntriesMax: Int = BlobLimits.sweepEntriesMax,
        now: @escaping @Sendable () -> Instant = SystemTime.now
    ) throws(BlobFault) {
        precondition(keepsSeconds > 0 && sweepEntriesMax > 0, "a picture is kept for a while")
        do throws(FileFailure) { folder = try BlobFolder(path) } catch { throw BlobFault(error.description) }
        self.keepsSeconds = keepsSeconds
        self.sweepEntriesMax = sweepEntriesMax
        self.now = now
    }

    package func put(_ bytes: [UInt8], as name: BlobName) async throws(BlobFault) {
        try BlobFault.check(bytes)
        let now = now()
        try await threads.run { [folder] () throws(FileFailure) in try folder.keep(bytes, as: name, put: now) }
    }

    /// The server's own path; it is good as long as the picture is kept, whatever `expiry` says.
    package func address(of name: BlobName, until expiry: Instant) -> BlobAddress { .path(DirectoryBlobs.pathPrefix + "\(name)") }

    package func read(_ name: BlobName) async throws(BlobFault) -> (bytes: [UInt8], put: Instant)? {
        let expired = now().advanced(bySeconds: -keepsSeconds)
        return try await threads.run { [folder] () throws(FileFailure) in try folder.read(name, expired: expired) }
    }

    package func remove(_ name: BlobName) async throws(BlobFault) {
        try await threads.run { [folder] () throws(FileFailure) in try folder.remove(name) }
    }

    /// Looks at so many files at most; the next sweep goes on where this one ended.
    package func sweep(before instant: Instant) async throws(BlobFault) -> Int {
        let sweep = BlobSweep(
            before: instant, draftsBefore: now().advanced(bySeconds: -BlobLimits.leftoverSeconds), after: sweptTo.withLock { $0 },
            entriesMax: sweepEntriesMax)
        let swept = try await threads.run { [folder] () throws(FileFailure) in
            var sweep = sweep
            try sweep.run(folder)
            return sweep
        }
        sweptTo.withLock { $0 = swept.position }
        if let failure = swept.failure { throw BlobFault(failure.description) }
        return swept.removed
    }

    package func check() async -> EngineReport {
        do throws(BlobFault) {
            let free = try await threads.run { [folder] () throws(FileFailure) in try folder.probe() }
            return EngineReport(usable: true, summary: "\(folder.path): can be written to, \(free >> 20) MiB free")
        } catch {
            return EngineReport(usable: false, summary: error.description)
        }
    }
}

extension BlobFault {
    /// - Throws: when it can be no picture.
    static func check(_ picture: [UInt8]) throws(BlobFault) {
        guard (1...BlobLimits.pictureBytesMax).contains(picture.count) else {
            throw BlobFault("\(picture.count) bytes are no picture: expected 1...\(BlobLimits.pictureBytesMax)")
        }
    }
}
