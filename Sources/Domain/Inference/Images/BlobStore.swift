package import Units

/// The name of a kept picture: 40 hexadecimal digits that nobody can guess, and what it is: `3f…9c.png`. Nothing else is ever looked for, so
/// no name leads out of the store.
package struct BlobName: Hashable, Sendable, CustomStringConvertible {
    package let digits: String
    package let format: PictureFormat
    package var description: String { "\(digits).\(format.fileExtension)" }

    /// 160 random bits.
    package static func random(_ format: PictureFormat, using generator: inout some RandomNumberGenerator) -> BlobName {
        var digits = ""
        for _ in 0..<5 {
            let word = String(UInt32.random(in: 0 ... .max, using: &generator), radix: 16)
            digits += String(repeating: "0", count: 8 - word.count) + word
        }
        return BlobName(digits: digits, format: format)
    }

    private init(digits: String, format: PictureFormat) {
        self.digits = digits
        self.format = format
    }

    /// nil for everything that is not such a name.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 40,
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let format = PictureFormat.allCases.first(where: { $0.fileExtension == parts[1] })
        else { return nil }
        self.init(digits: String(parts[0]), format: format)
    }
}

/// Where pictures lie until they are fetched or expire.
package protocol BlobStore: Sendable {
    /// How long a picture is kept.
    var keepsSeconds: Int64 { get }
    /// Keeps `bytes` under `name`; durable when it returns. The same name again replaces what was there.
    func put(_ bytes: [UInt8], as name: BlobName) async throws(BlobFault)
    /// Where it can be fetched without a key until `expiry`.
    func address(of name: BlobName, until expiry: Instant) -> BlobAddress
    /// The bytes, and when they were put; nil: there is no such picture, or it has expired.
    func read(_ name: BlobName) async throws(BlobFault) -> (bytes: [UInt8], put: Instant)?
    func remove(_ name: BlobName) async throws(BlobFault)
    /// Removes what was put before `instant`, and what a crash left half written.
    /// - Returns: how many pictures were removed.
    func sweep(before instant: Instant) async throws(BlobFault) -> Int
    /// Whether it can be written to, and what is wrong when it cannot.
    func check() async -> EngineReport
}

package enum BlobAddress: Hashable, Sendable {
    /// This server gives it out, at this path.
    case path(String)
    /// Another one does.
    case url(String)
}

package struct BlobFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// For logs: no secret, never shown to a caller.
    package let description: String
    package init(_ description: String) { self.description = description }
}

extension BlobStore {
    /// When a picture expires whose job was over at `ended`.
    package func expiry(of ended: Instant) -> Instant { Instant(microseconds: ended.microseconds + keepsSeconds * 1_000_000) }
}
