package import Commerce
import Crypto
package import NIOCore

extension Submission {
    /// - Returns: nil for a key that is none.
    package init?(key: String, body: ByteBuffer) {
        self.init(key: key, bodyHash: body.withUnsafeReadableBytes { Array(SHA256.hash(data: $0)) })
    }
}
