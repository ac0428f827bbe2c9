import Wire

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
    func firstSpace(in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == 0x20 { return index }
            index &+= 1
        }
        return nil
    }

    func isSame(as literal: StaticString) -> Bool {
        isSame(as: UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
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
