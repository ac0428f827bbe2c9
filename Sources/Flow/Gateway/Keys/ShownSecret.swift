/// The secret that was shown last on one connection, with its code: the next request on it nearly always shows the same.
package struct ShownSecret: Sendable {
    private var secret: [UInt8] = []
    private var mac: KeyMAC?

    package init() {}

    /// The code of `secret`, made only when it is another than last time. The comparison takes the same time wherever the two differ:
    /// behind a proxy the one before may have been somebody else's.
    mutating func mac(of secret: UnsafeRawBufferPointer, by mint: KeyMint) -> KeyMAC {
        if let mac, isLast(secret) { return mac }
        let mac = mint.mac(ofBytes: secret)
        self.secret = Array(secret)
        self.mac = mac
        return mac
    }

    private func isLast(_ shown: UnsafeRawBufferPointer) -> Bool {
        guard shown.count == secret.count else { return false }
        return secret.withUnsafeBytes { last in
            var difference: UInt64 = 0
            var index = 0
            while index + 8 <= shown.count {
                difference |=
                    shown.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    ^ last.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < shown.count {
                difference |= UInt64(shown[index] ^ last[index])
                index += 1
            }
            return difference == 0
        }
    }
}
