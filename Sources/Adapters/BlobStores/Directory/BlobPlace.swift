import Inference

/// Where a picture lies in a directory: two levels of folders by its first digits, so that a folder holds some dozens of files where the
/// store holds millions.
struct BlobPlace {
    let upper: String
    let lower: String
    let file: String

    init(_ name: BlobName) {
        upper = String(name.digits.prefix(2))
        lower = String(name.digits.dropFirst(2).prefix(2))
        file = name.description
    }

    static func isFolder(_ name: String) -> Bool {
        name.utf8.count == 2 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// What a picture is called while it is written: `.draft-` and 64 random bits.
    static func draft() -> String { draftPrefix + String(UInt64.random(in: 0 ... .max), radix: 16) }

    static func isDraft(_ name: String) -> Bool { name.hasPrefix(draftPrefix) }

    private static let draftPrefix = ".draft-"
}
