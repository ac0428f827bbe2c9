import Crypto

/// Makes redemption codes and turns one that is typed into what it is looked up by.
///
/// A code carries 130 random bits and the ledger keeps its HMAC alone, so a copied database is worth no money.
package struct CodeMint: Sendable {
    private let key: SymmetricKey

    /// - Parameter pepper: as for ``KeyMint``: another key follows from it.
    package init(pepper: [UInt8]) { key = derivedKey("redemption codes, version 1", from: pepper) }

    /// `3F7K2-…`: 26 digits that cannot be taken for one another, in groups. Source: Douglas Crockford's base 32.
    package func code() -> String {
        let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        var random = SystemRandomNumberGenerator()
        let text = (0..<CodeMint.digitsCount).map { _ in digits[Int.random(in: 0..<32, using: &random)] }
        return stride(from: 0, to: text.count, by: 5).map { String(text[$0..<min($0 + 5, text.count)]) }
            .joined(separator: "-")
    }

    static let digitsCount = 26

    /// nil: nothing that was typed could be a code.
    package func mac(of typed: String) -> [UInt8]? {
        guard let digits = CodeMint.digits(of: typed) else { return nil }
        return Array(HMAC<SHA256>.authenticationCode(for: Array(digits.utf8), using: key))
    }

    /// Without what people put between, and with the letters that were meant.
    static func digits(of typed: String) -> String? {
        guard typed.utf8.count <= 128 else { return nil }
        var digits = ""
        for character in typed.uppercased() {
            switch character {
            case "-", " ", "\t", "\n", "\r": continue
            case "O": digits.append("0")
            case "I", "L": digits.append("1")
            case "0"..."9", "A"..."Z": digits.append(character)
            default: return nil
            }
        }
        return digits.count == digitsCount ? digits : nil
    }
}

/// A key of its own for each purpose, all from the one secret of the data directory.
func derivedKey(_ purpose: String, from pepper: [UInt8]) -> SymmetricKey {
    precondition(pepper.count >= 32, "a pepper has at least 256 bits")
    return SymmetricKey(
        data: HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: SymmetricKey(data: pepper)))
}
