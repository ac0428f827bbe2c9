/// Where something stands in a head, in eight bytes.
struct Span: Hashable, Sendable {
    private var start: UInt32
    private var count: UInt32

    init(_ range: Range<Int>) {
        start = UInt32(range.lowerBound)
        count = UInt32(range.count)
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

extension UnsafeRawBufferPointer {
    func firstLineFeed(in range: Range<Int>) -> Int? { firstIndex(of: 0x0A, in: range) }

    func firstSpace(in range: Range<Int>) -> Int? { firstIndex(of: 0x20, in: range) }

    /// Looks at eight bytes a step.
    private func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ (ones &* UInt64(byte))
            // The lowest high bit that is set marks the first byte that has become zero.
            let marks = (word &- ones) & ~word & highs
            if marks != 0 { return index + marks.trailingZeroBitCount >> 3 }
            index += 8
        }
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// Whether there is a control character other than a tab (RFC 9110 section 5.5).
    func holdsControl(in range: Range<Int>) -> Bool {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let deletes = word ^ (ones &* 0x7F)
            let marks = ((word &- ones &* 0x20) & ~word) | ((deletes &- ones) & ~deletes)
            // Tabs, and bytes that only borrowed from a neighbour, are marked too: these eight are looked at one by one.
            if marks & highs != 0, self[index..<index + 8].contains(where: \.isControl) { return true }
            index += 8
        }
        while index < range.upperBound {
            if self[index].isControl { return true }
            index += 1
        }
        return false
    }

    func isSame(as literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        var index = 0
        while index < count {
            guard self[index] == literal.utf8Start[index] else { return false }
            index += 1
        }
        return true
    }

    /// Compares with a lower-case ASCII literal, ignoring case.
    func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        var index = 0
        while index < count {
            let byte = self[index]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            guard lower == literal.utf8Start[index] else { return false }
            index += 1
        }
        return true
    }
}

extension UInt8 {
    /// What no line of a request holds; a tab is none of them.
    var isControl: Bool { (self < 0x20 && self != 0x09) || self == 0x7F }
    var isBlank: Bool { self == 0x20 || self == 0x09 }
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// What names are made of (RFC 9110 section 5.6.2).
    var isTokenByte: Bool {
        self < 0x80 && (self < 64 ? UInt8.tokens.low : UInt8.tokens.high) & (1 << UInt64(self & 63)) != 0
    }

    /// A bit for each ASCII character: digits and ``!#$%&'*+-.``, then letters and ``^_`|~``.
    private static var tokens: (low: UInt64, high: UInt64) { (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }
}
