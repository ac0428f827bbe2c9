import Crypto

/// Eight characters that tell this data directory from every other, where both use one account at a provider.
package struct HouseMark: Sendable {
    package let text: String

    package init(pepper: [UInt8]) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("mark".utf8), using: derivedKey("house marks, version 1", from: pepper))
        text = code.prefix(4).map { byte in String(UInt16(byte) | 0x100, radix: 16).dropFirst() }.joined()
    }
}
