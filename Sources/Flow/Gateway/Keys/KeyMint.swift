package import Commerce
package import Crypto

/// Makes API keys and turns a key that is shown into the code it is looked up by.
///
/// A key carries 256 random bits, so a fast keyed hash is enough: whoever copies the database learns no key from it, and
/// without the pepper, which lies in a file of its own, cannot even try one.
package struct KeyMint: Sendable {
    /// With the pepper already in it: each key costs a copy of this state instead of two more rounds of the hash.
    private let peppered: HMAC<SHA256>

    /// - Parameter pepper: at least 32 random bytes, the same for the life of the data directory.
    package init(pepper: [UInt8]) {
        precondition(pepper.count >= 32, "a pepper has at least 256 bits")
        peppered = HMAC(key: SymmetricKey(data: pepper))
    }

    /// A new secret: `sk-` or `sk-test-`, and 43 base-62 digits of randomness (256 bits).
    package func secret(for book: Book) -> String {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return KeyMint.prefix(of: book) + String((0..<43).map { _ in digits[Int.random(in: 0..<digits.count)] })
    }

    package static func prefix(of book: Book) -> String { book == .live ? "sk-" : "sk-test-" }

    /// How much of a secret may be shown: its kind and four digits, enough to tell keys apart and useless to guess the rest.
    package static func shownPrefix(of secret: String, in book: Book) -> String {
        String(secret.prefix(prefix(of: book).count + 4))
    }

    package func mac(of secret: some Sequence<UInt8>) -> KeyMAC {
        Array(secret).withUnsafeBytes { mac(ofBytes: $0) }
    }

    package func mac(ofBytes secret: UnsafeRawBufferPointer) -> KeyMAC {
        var mac = peppered
        mac.update(data: secret)
        return KeyMAC(mac.finalize())
    }
}

/// HMAC-SHA256 of a key's secret. Comparing two takes the same time whatever they hold.
package struct KeyMAC: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    package init(_ code: HMAC<SHA256>.MAC) { words = code.withUnsafeBytes(KeyMAC.words) }

    /// From the 32 bytes that were stored; nil when there are not 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        words = bytes.withUnsafeBytes(KeyMAC.words)
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
        return (word(0), word(1), word(2), word(3))
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    package static func == (left: KeyMAC, right: KeyMAC) -> Bool {
        let (a, b) = (left.words, right.words)
        return (a.0 ^ b.0) | (a.1 ^ b.1) | (a.2 ^ b.2) | (a.3 ^ b.3) == 0
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
