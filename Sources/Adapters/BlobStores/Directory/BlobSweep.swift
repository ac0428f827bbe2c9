import Inference
import Units

/// One sweep through a ``BlobFolder``: removes old pictures, what a crash left half written, and folders that are empty then. Anything else
/// that lies there is somebody else's and stays.
struct BlobSweep {
    /// A folder of the lower level. Sweeps go through them in this order.
    struct Position: Hashable, Comparable, Sendable {
        var upper: String
        var lower: String

        static func < (left: Position, right: Position) -> Bool { (left.upper, left.lower) < (right.upper, right.lower) }
    }

    /// Pictures put before this are removed.
    let before: Instant
    /// Drafts changed before this are nobody's.
    let draftsBefore: Instant
    /// The last folder that an earlier sweep came to; nil: begin at the beginning.
    let after: Position?
    let entriesMax: Int
    private(set) var removed = 0
    /// The first thing that could not be done. The rest is done all the same: one bad folder must not keep the others full.
    private(set) var failure: FileFailure?
    /// The last folder that was swept; nil: all were.
    private(set) var position: Position?
    private var entries = 0

    init(before: Instant, draftsBefore: Instant, after: Position?, entriesMax: Int) {
        self.before = before
        self.draftsBefore = draftsBefore
        self.after = after
        self.entriesMax = entriesMax
    }

    mutating func run(_ folder: BlobFolder) throws(FileFailure) {
        for name in try folder.root.names(atMost: BlobLimits.folderNamesMax)
        where name >= (after?.upper ?? "") || BlobPlace.isDraft(name) {
            if BlobPlace.isDraft(name) { try removeDraft(name, in: folder.root) }
            guard BlobPlace.isFolder(name), let upper = try folderOrNothing(name, in: folder.root) else { continue }
            guard try sweepUpper(upper, name) else { return }
            folder.root.removeIfEmpty(folder: name)
        }
        position = nil
    }

    /// - Returns: false when it has looked at enough.
    private mutating func sweepUpper(_ upper: borrowing OpenFile, _ upperName: String) throws(FileFailure) -> Bool {
        for name in try upper.names(atMost: BlobLimits.folderNamesMax) where BlobPlace.isFolder(name) {
            let here = Position(upper: upperName, lower: name)
            if let after, here <= after { continue }
            guard let lower = try folderOrNothing(name, in: upper) else { continue }
            do throws(FileFailure) { try sweepLower(lower) } catch { failure = failure ?? error }
            upper.removeIfEmpty(folder: name)
            position = here
            if entries >= entriesMax { return false }
        }
        return true
    }

    private mutating func sweepLower(_ lower: borrowing OpenFile) throws(FileFailure) {
        let names = try lower.names(atMost: BlobLimits.folderNamesMax)
        // The folder itself is a look, too.
        entries += names.count + 1
        for name in names {
            if BlobPlace.isDraft(name) { try removeDraft(name, in: lower) }
            guard BlobName(name) != nil, let status = try lower.status(of: name), status.isFile, status.changed < before else {
                continue
            }
            if try lower.remove(name) { removed += 1 }
        }
    }

    private func removeDraft(_ name: String, in folder: borrowing OpenFile) throws(FileFailure) {
        guard let status = try folder.status(of: name), status.isFile, status.changed < draftsBefore else { return }
        try folder.remove(name)
    }

    /// nil also for what bears a folder's name and is none: a file, a link.
    private func folderOrNothing(_ name: String, in folder: borrowing OpenFile) throws(FileFailure) -> OpenFile? {
        guard let status = try folder.status(of: name), status.isFolder else { return nil }
        return try folder.folder(name)
    }
}
