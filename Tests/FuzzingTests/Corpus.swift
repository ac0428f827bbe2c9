import Foundation
import Fuzzing
import TestKit

/// The kept inputs of a target: what once found something new, or once broke something.
struct Corpus {
    let files: [(name: String, bytes: [UInt8])]

    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    init(of target: FuzzTarget) {
        let folder = Corpus.tests.appending(path: "Fuzz/corpus/\(target.rawValue)")
        let found = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        files = found.sorted { $0.path < $1.path }.compactMap { file in
            (try? Data(contentsOf: file)).map { (file.lastPathComponent, Array($0)) }
        }
    }

    /// The bytes with a few things done to them; the same seed does the same.
    func mutation(of bytes: [UInt8], _ seed: inout Seed) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &seed) {
            let at = Int.random(in: 0...bytes.count, using: &seed)
            let end = min(bytes.count, at + Int.random(in: 1...8, using: &seed))
            switch Int.random(in: 0..<7, using: &seed) {
            case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &seed)
            case 1 where at < bytes.count: bytes[at] = Corpus.evil[Int.random(in: 0..<Corpus.evil.count, using: &seed)]
            case 2: bytes.removeSubrange(at..<end)
            case 3: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 4: bytes.insert(Corpus.evil[Int.random(in: 0..<Corpus.evil.count, using: &seed)], at: at)
            case 5: bytes = Array(bytes[..<at])
            default:
                let other = files[Int.random(in: 0..<files.count, using: &seed)].bytes
                bytes = Array(bytes[..<at] + other.suffix(from: Int.random(in: 0...other.count, using: &seed)))
            }
        }
        return bytes
    }

    /// Bytes that mean something to one reader or another, and those at the edges of UTF-8.
    private static let evil =
        Array("\"\\/{}[]:,0-+.eEu \t\r\n@%=;".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xBF, 0xC2, 0xE0, 0xED, 0xEF, 0xF4, 0xFF]
}
