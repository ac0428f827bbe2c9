import BlobStores
import Foundation
import Inference
import TestKit
import Units

/// A directory that is gone with this object.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "pictures-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Every file, folder and link below, sorted.
    var contents: [String] { (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted() }

    func write(_ text: String, to name: String) throws {
        let folder = (path + "/" + name as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
    }

    func setTime(of name: String, _ time: Instant) throws {
        let date = Date(timeIntervalSince1970: Double(time.seconds))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path + "/" + name)
    }

    /// The permissions of a file or folder.
    func mode(of name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.posixPermissions] as? Int
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }
}

enum Given {
    /// A name whose digits all are that one.
    static func name(_ digit: Character = "a", _ format: PictureFormat = .png) throws -> BlobName {
        guard let name = BlobName(String(repeating: digit, count: 40) + "." + format.fileExtension) else { throw NoName() }
        return name
    }

    /// Names that differ from seed to seed and repeat with it.
    static func names(_ count: Int) -> [BlobName] {
        var seed = Seed(7)
        return (0..<count).map { BlobName.random(PictureFormat.allCases[$0 % 3], using: &seed) }
    }

    /// Bytes that tell what they belong to.
    static func bytes(_ count: Int, _ start: Int = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ start) }
    }

    private struct NoName: Error {}
}
