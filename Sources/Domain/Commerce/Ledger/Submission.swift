package import Units

/// What a caller named a submission, and what it submitted: sent again under the same name, the same body begins no second job.
package struct Submission: Hashable, Sendable {
    /// 1...255 visible ASCII characters: as much as Stripe takes, and no name needs more.
    package let key: String
    /// SHA-256 of the request's body.
    package let bodyHash: [UInt8]

    package static let keyBytesMax = 255
    /// How long a name stands for its job: longer than any client tries again. Stripe keeps them as long.
    package static let keptSeconds: Int64 = 24 * 3600

    /// - Returns: nil for a key that is none.
    package init?(key: String, bodyHash: [UInt8]) {
        guard Submission.isKey(key) else { return nil }
        precondition(bodyHash.count == 32, "SHA-256 has 256 bits")
        self.key = key
        self.bodyHash = bodyHash
    }

    package static func isKey(_ text: String) -> Bool {
        (1...keyBytesMax).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The latest moment of a submission whose name is free again.
    package static func forgotten(at now: Instant) -> Instant {
        Instant(microseconds: now.microseconds - keptSeconds * 1_000_000)
    }
}
