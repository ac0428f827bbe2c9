package import Commerce
import Crypto
package import NIOCore

extension Submission {
    /// - Returns: nil for a key that is none.
    package init?(key: String, body: ByteBuffer) {
        self.init(key: key, bodyHash: body.withUnsafeReadableBytes { Array(SHA256.hash(data: $0)) })
    }

    /// What stands for one of several parts of what was submitted.
    package func part(_ index: Int) -> Submission {
        let name = SHA256.hash(data: Array(key.utf8)).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        guard let part = Submission(key: "part-\(index)-\(name)", bodyHash: bodyHash) else {
            preconditionFailure("digits and letters are visible")
        }
        return part
    }
}
