/// Base64 with the standard alphabet, padded, nothing else between: what servers write pictures in, and RFC 7617 credentials.
/// Source: RFC 4648 §4.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for digit in 0...group.count { text.append(digits[bits >> (18 - 6 * digit) & 63]) }
            for _ in group.count..<3 { text.append(padding) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil when the text is not base64.
    static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode($0) }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var padded = 0
        while padded < 2, padded < text.count, text[text.count - 1 - padded] == padding { padded += 1 }
        let count = text.count / 4 * 3 - padded
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
            values.withUnsafeBufferPointer { values in
                var wrong: UInt8 = 0
                for start in stride(from: 0, to: text.count, by: 4) {
                    var bits = 0
                    for place in 0..<4 {
                        let isPadding = start + place >= text.count - padded
                        let value = isPadding ? 0 : values[Int(text[start + place])]
                        wrong |= value
                        bits = bits << 6 | Int(value & 63)
                    }
                    for place in 0..<3 where written < count {
                        bytes[written] = UInt8(truncatingIfNeeded: bits >> (16 - 8 * place))
                        written += 1
                    }
                }
                isValid = wrong & 0x80 == 0
            }
        }
        return isValid ? bytes : nil
    }

    private static let padding = UInt8(ascii: "=")
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each digit, 0xFF for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
