package import Inference
import Synchronization
package import Units

/// Pictures in memory.
package final class MemoryBlobs: BlobStore {
    package let keepsSeconds: Int64 = 86_400
    private let pictures = Mutex<[BlobName: [UInt8]]>([:])
    private let isFull = Mutex(false)

    package init() {}

    package var names: [BlobName] { pictures.withLock { Array($0.keys) } }

    /// From now on nothing can be put.
    package func fill() { isFull.withLock { $0 = true } }

    package func put(_ bytes: [UInt8], as name: BlobName) async throws(BlobFault) {
        if isFull.withLock({ $0 }) { throw BlobFault("full") }
        pictures.withLock { $0[name] = bytes }
    }

    package func address(of name: BlobName, until expiry: Instant) -> BlobAddress { .path("/images/\(name)") }

    package func read(_ name: BlobName) async throws(BlobFault) -> (bytes: [UInt8], put: Instant)? {
        pictures.withLock { $0[name] }.map { ($0, Instant(microseconds: 0)) }
    }

    package func remove(_ name: BlobName) async throws(BlobFault) { pictures.withLock { _ = $0.removeValue(forKey: name) } }

    package func sweep(before instant: Instant) async throws(BlobFault) -> Int { 0 }

    package func check() async -> EngineReport { EngineReport(usable: true, summary: "in memory") }
}

/// Files that are their pixels, behind their size.
package struct RawDarkroom: Darkroom {
    package init() {}

    package func encode(_ picture: Picture, as format: PictureFormat) throws(DarkroomFault) -> [UInt8] {
        Array("\(format.rawValue) \(picture.width) \(picture.height)\n".utf8) + picture.pixels
    }

    package func decode(_ file: [UInt8]) throws(DarkroomFault) -> Picture {
        guard let end = file.firstIndex(of: 0x0A) else { throw DarkroomFault("no picture") }
        let words = String(decoding: file[..<end], as: UTF8.self).split(separator: " ")
        guard words.count == 3, let width = Int(words[1]), let height = Int(words[2]),
            file.count - end - 1 == width * height * 3
        else { throw DarkroomFault("no picture") }
        return Picture(width: width, height: height, pixels: Array(file[(end + 1)...]))
    }
}
