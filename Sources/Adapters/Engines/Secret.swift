/// A key of an upstream's. It cannot be printed by accident: only ``reveal()`` gives it away, and only request headers ask.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// - Returns: nil unless it is 1...4096 visible ASCII characters: anything else could break out of a header.
    package init?(_ value: String) {
        guard (1...Secret.bytesMax).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.value = value
    }

    /// Far above every key in use (JSON web tokens stay below 2 KB), far below what a header may hold.
    package static let bytesMax = 4096

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    package func reveal() -> String { value }

    /// True when a text holds the secret, or a piece of it long enough to matter: keys are echoed masked, `sk-ab…wxyz`.
    func isEchoed(in text: String) -> Bool {
        let bytes = Array(value.utf8)
        if bytes.count >= Secret.secretBytes, text.contains(value) { return true }
        guard bytes.count > Secret.telltaleBytes else { return false }
        let pieces = [bytes.prefix(Secret.telltaleBytes), bytes.suffix(Secret.telltaleBytes)]
        return pieces.contains { text.contains(String(decoding: $0, as: UTF8.self)) }
    }

    /// Anything shorter hides nothing; some servers want a key and take any.
    private static let secretBytes = 4
    /// Beginnings and ends of this length are taken for the key itself.
    private static let telltaleBytes = 8
}
