import Wire

/// The small grammar of HTTP/1.1. Source: RFC 9110 §5, RFC 9112 §2 and §7.
extension UnsafeRawBufferPointer {
    /// Where the line that starts at `start` ends: at its CR. Nil when its end has not come.
    func lineEnd(from start: Int, bytesMax: Int) throws(UpstreamBreak) -> Int? {
        guard let end = firstLineEnd(from: start) else {
            guard count - start <= bytesMax else { throw .notHTTP("a head or line that is too long") }
            return nil
        }
        guard end - start <= bytesMax else { throw .notHTTP("a head or line that is too long") }
        guard self[end] == 0x0D else { throw .notHTTP("a line ends without CR") }
        guard end + 1 < count else { return nil }
        guard self[end + 1] == 0x0A else { throw .notHTTP("a CR within a line") }
        return end
    }

    /// The line before a chunk: its size, and how long the line is with its end. Extensions are passed over.
    func chunkLine() throws(UpstreamBreak) -> (size: Int, lineBytes: Int)? {
        var size = 0
        var index = 0
        while index < count, let digit = self[index].hexadecimal {
            // Fifteen digits cannot overflow.
            guard index < 15 else { throw .notHTTP("a chunk's size is too long") }
            size = size << 4 | digit
            index += 1
        }
        guard index < count else { return nil }
        guard index > 0 else { throw .notHTTP("a chunk without a size") }
        if self[index] == UInt8(ascii: ";") || self[index] == 0x20 || self[index] == 0x09 {
            guard let end = try lineEnd(from: index, bytesMax: OpenAILimits.chunkLineBytesMax - index) else { return nil }
            let text = UnsafeRawBufferPointer(rebasing: self[index..<end])
            guard text.trimmed.first == UInt8(ascii: ";"), text.isFieldText else { throw .notHTTP("a malformed chunk extension") }
            return (size, end + 2)
        }
        guard self[index] == 0x0D else { throw .notHTTP("a malformed chunk size") }
        guard index + 1 < count else { return nil }
        guard self[index + 1] == 0x0A else { throw .notHTTP("a malformed chunk size") }
        return (size, index + 2)
    }

    func starts(with literal: StaticString) -> Bool {
        guard count >= literal.utf8CodeUnitCount else { return false }
        return UnsafeRawBufferPointer(rebasing: self[..<literal.utf8CodeUnitCount]).isSame(
            as: UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Without the blanks around it.
    var trimmed: UnsafeRawBufferPointer {
        var (start, end) = (0, count)
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// Visible characters, blanks, tabs, and whatever is not ASCII.
    var isFieldText: Bool { firstControl(in: 0..<count) == nil }

    var text: String { String(decoding: self, as: UTF8.self) }
}

extension UInt8 {
    /// A character of a field's name.
    var isToken: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    fileprivate var hexadecimal: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self) - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self) - 0x41 + 10
        default: nil
        }
    }
}
