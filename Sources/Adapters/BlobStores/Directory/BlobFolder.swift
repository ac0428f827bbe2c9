import Glibc
import Inference
import Units

/// The folder of a ``DirectoryBlobs``: every call waits for the disk.
final class BlobFolder: Sendable {
    let root: OpenFile
    let path: String

    init(_ path: String) throws(FileFailure) {
        self.path = path
        root = try OpenFile.folder(at: path)
    }

    // MARK: Keeping

    /// Durable when it returns. Leaves nothing behind when it fails.
    func keep(_ bytes: [UInt8], as name: BlobName, put: Instant) throws(FileFailure) {
        for attempt in 1...BlobLimits.foldersTriesMax {
            do throws(FileFailure) {
                return try keepOnce(bytes, BlobPlace(name), put)
            } catch {
                // A sweep may take a folder away that is still empty.
                guard error.code == ENOENT, attempt < BlobLimits.foldersTriesMax else { throw error }
            }
        }
    }

    private func keepOnce(_ bytes: [UInt8], _ place: BlobPlace, _ put: Instant) throws(FileFailure) {
        let upper = try root.folderMadeIfMissing(place.upper)
        do throws(FileFailure) {
            let lower = try upper.folderMadeIfMissing(place.lower)
            try write(bytes, to: place.file, in: lower, put)
            do throws(FileFailure) {
                // All three every time: another put may have made a folder and not have come to this yet.
                try lower.flush()
                try upper.flush()
                try root.flush()
            } catch {
                _ = try? lower.remove(place.file)
                throw error
            }
        } catch {
            upper.removeIfEmpty(folder: place.lower)
            root.removeIfEmpty(folder: place.upper)
            throw error
        }
    }

    private func write(_ bytes: [UInt8], to name: String, in folder: borrowing OpenFile, _ put: Instant) throws(FileFailure) {
        let draft = BlobPlace.draft()
        let file = try folder.newFile(draft)
        do throws(FileFailure) {
            try file.write(bytes)
            try file.stamp(put)
            try file.flush()
            try folder.rename(draft, to: name)
        } catch {
            _ = try? folder.remove(draft)
            throw error
        }
    }

    // MARK: Looking

    /// nil: there is none, or it was put at `expired` or before.
    func read(_ name: BlobName, expired: Instant) throws(FileFailure) -> (bytes: [UInt8], put: Instant)? {
        let place = BlobPlace(name)
        guard let upper = try root.folder(place.upper), let lower = try upper.folder(place.lower),
            let file = try lower.file(place.file)
        else { return nil }
        let status = try file.status()
        guard status.isFile else { throw FileFailure(operation: "read what is no file in", place: lower.place, code: EINVAL) }
        if status.changed <= expired { return nil }
        guard status.bytes <= BlobLimits.pictureBytesMax else {
            throw FileFailure(operation: "read a file in", place: lower.place, code: EFBIG)
        }
        return (try file.read(status.bytes), status.changed)
    }

    func remove(_ name: BlobName) throws(FileFailure) {
        let place = BlobPlace(name)
        guard let upper = try root.folder(place.upper), let lower = try upper.folder(place.lower) else { return }
        if try lower.remove(place.file) { try lower.flush() }
    }

    /// Writes a block and removes it.
    /// - Returns: bytes that are free.
    func probe() throws(FileFailure) -> Int {
        let name = BlobPlace.draft()
        let file = try root.newFile(name)
        do throws(FileFailure) {
            try file.write([UInt8](repeating: 0, count: BlobLimits.probeBytes))
            try file.flush()
        } catch {
            _ = try? root.remove(name)
            throw error
        }
        try root.remove(name)
        return try root.freeBytes()
    }
}
