/// Bytes written in base64, checked whole and decoded one at a time where somebody looks.
///
/// Source: RFC 4648 §4: the standard alphabet, padded, nothing else between.
struct Base64Bytes {
    private let text: UnsafeRawBufferPointer
    /// Decoded bytes.
    let count: Int

    /// nil when the text is not base64.
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count % 4 == 0 else { return nil }
        var padding = 0
        while padding < 2, padding < text.count, text[text.count - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
        let digits = text.count - padding
        let isValid = Base64Bytes.values.withUnsafeBufferPointer { values in
            var wrong: UInt8 = 0
            for index in 0..<digits { wrong |= values[Int(text[index])] }
            return wrong & 0x80 == 0
        }
        guard isValid else { return nil }
        self.text = text
        count = text.count / 4 * 3 - padding
    }

    /// A decoded byte; nil beyond the end.
    subscript(index: Int) -> UInt8? {
        guard index >= 0, index < count else { return nil }
        let first = index / 3 * 4 + index % 3
        let high = Base64Bytes.values[Int(text[first])]
        let low = Base64Bytes.values[Int(text[first + 1])]
        return switch index % 3 {
        case 0: high << 2 | low >> 4
        case 1: high << 4 | low >> 2
        default: high << 6 | low
        }
    }

    /// The value of each digit, 0xFF for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, digit) in alphabet.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}

extension Base64Bytes {
    func starts(with bytes: [UInt8], at offset: Int = 0) -> Bool {
        bytes.indices.allSatisfy { self[offset + $0] == bytes[$0] }
    }

    /// An unsigned integer of `length` bytes, the highest first; nil beyond the end.
    func bigEndian(at offset: Int, length: Int) -> Int? {
        var value = 0
        for index in offset..<(offset + length) {
            guard let byte = self[index] else { return nil }
            value = value << 8 | Int(byte)
        }
        return value
    }

    /// An unsigned integer of `length` bytes, the lowest first; nil beyond the end.
    func littleEndian(at offset: Int, length: Int) -> Int? {
        var value = 0
        for index in (offset..<(offset + length)).reversed() {
            guard let byte = self[index] else { return nil }
            value = value << 8 | Int(byte)
        }
        return value
    }
}
