import Crypto
package import Inference
package import Units

/// Makes a job's signature: who has it may ask after the job, and needs no key. It is not stored; it follows from the job and a key that
/// follows from the pepper.
package struct JobSigner: Sendable {
    private let key: SymmetricKey

    /// - Parameter pepper: as for ``KeyMint``: at least 32 random bytes, the same for the life of the data directory.
    package init(pepper: [UInt8]) {
        precondition(pepper.count >= 32, "a pepper has at least 256 bits")
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("job signatures, version 1".utf8), using: SymmetricKey(data: pepper))
        key = SymmetricKey(data: code)
    }

    /// 256 bits in 43 characters of base64url.
    package func signature(of job: JobID, account: AccountID, submitted: Instant) -> String {
        Base64URL.text(code(job, account, submitted))
    }

    /// Takes the same time whatever is shown, as long as it is as long as a signature.
    package func isSignature(_ text: String, of job: JobID, account: AccountID, submitted: Instant) -> Bool {
        let wanted = Array(signature(of: job, account: account, submitted: submitted).utf8)
        let shown = Array(text.utf8)
        guard shown.count == wanted.count else { return false }
        return zip(shown, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func code(_ job: JobID, _ account: AccountID, _ submitted: Instant) -> [UInt8] {
        let text = "job:v1\n\(account.value)\n\(job.value)\n\(submitted.microseconds)"
        return Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }
}

/// RFC 4648 section 5, without padding.
enum Base64URL {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var (bits, count) = (UInt32(0), 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(digits[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
