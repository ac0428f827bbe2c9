import Crypto
import Foundation
import Inference
import NIOCore
package import Units

/// Signs callbacks as Standard Webhooks has it, with a secret for each account. No secret is stored; each follows from the account and a
/// key that follows from the pepper.
/// Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
package struct CallbackSigner: Sendable {
    private let key: SymmetricKey

    /// - Parameter pepper: as for ``JobSigner``: another key follows from it.
    package init(pepper: [UInt8]) {
        precondition(pepper.count >= 32, "a pepper has at least 256 bits")
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("callback secrets, version 1".utf8), using: SymmetricKey(data: pepper))
        key = SymmetricKey(data: code)
    }

    /// `whsec_` and 32 bytes in base64. For the account's own eyes.
    package func secret(of account: AccountID) -> String { "whsec_" + Data(secretBytes(of: account)).base64EncodedString() }

    /// What is sent as `webhook-signature`: `v1,` and HMAC-SHA256 over `id.timestamp.body` in base64.
    static func signature(of body: ByteBuffer, id: String, timestamp: Int64, with secret: [UInt8]) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: secret))
        code.update(data: Array("\(id).\(timestamp).".utf8))
        body.withUnsafeReadableBytes { code.update(data: $0) }
        return "v1," + Data(code.finalize()).base64EncodedString()
    }

    /// The end of `job` as it is told at `now`.
    func signed(_ body: ByteBuffer, of job: JobID, to address: String, for account: AccountID, at now: Instant) -> SignedCallback
    {
        // A job ends once, so its number names what is told of it.
        signed(body, named: "msg_\(job)", to: address, for: account, at: now)
    }

    /// Anything else that is told, under a name that stays the same however often it is.
    func signed(_ body: ByteBuffer, named id: String, to address: String, for account: AccountID, at now: Instant)
        -> SignedCallback
    {
        SignedCallback(
            address: address, id: id, timestamp: now.seconds,
            signature: CallbackSigner.signature(of: body, id: id, timestamp: now.seconds, with: secretBytes(of: account)),
            body: body)
    }

    private func secretBytes(of account: AccountID) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("callback:v1\n\(account.value)".utf8), using: key))
    }
}
