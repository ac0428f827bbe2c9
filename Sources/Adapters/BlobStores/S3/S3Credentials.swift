/// An access key and its secret. The secret cannot be printed by accident: only signatures are made of it.
package struct S3Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let accessKey: String
    private let secretKey: String

    /// - Returns: nil unless both are 1...1024 visible ASCII characters and the access key can stand in a header and in an address.
    package init?(accessKey: String, secretKey: String) {
        let range = 1...BlobLimits.keyBytesMax
        guard range.contains(accessKey.utf8.count), range.contains(secretKey.utf8.count),
            accessKey.utf8.allSatisfy({ $0.mayStandInAddress }), secretKey.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    func reveal() -> String { secretKey }
}
