/// Looking through bytes sixteen at a step. Two words in one register are compared by arithmetic: a byte's high bit is set where the byte
/// is below what is taken from it. A borrow marks only what lies above a true mark of its word, so a word's lowest mark is true: the first
/// in memory, on the little-endian machines that this is written for.
extension UnsafeRawBufferPointer {
    /// The first byte at or after `start` that does not stand for itself in a JSON string: a quote, a backslash, a control character or a
    /// byte that is not ASCII; the end when there is none.
    @inline(__always)
    func plainTextEnd(from start: Int) -> Int {
        var index = start
        let (backslashes, ones) = (Pair(repeating: 0x5C * .ones), Pair(repeating: .ones))
        // With its second bit turned, a quote is the one byte above the control characters.
        let (turned, limits) = (Pair(repeating: 0x02 * .ones), Pair(repeating: 0x21 * .ones))
        while index <= count &- 16 {
            let pair = loadUnaligned(fromByteOffset: index, as: Pair.self)
            let marks = ((pair ^ turned) &- limits) | ((pair ^ backslashes) &- ones) | pair
            if let place = marks.lowestMark { return index &+ place }
            index &+= 16
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            index &+= 1
        }
        return index
    }

    /// Where the string that begins at `start`, behind its quote, ends at its other quote, when that is within sixteen bytes and everything
    /// before it stands for itself: nearly every key, and most values. Nil when it takes a longer look.
    @inline(__always)
    func shortStringEnd(from start: Int) -> Int? {
        guard start <= count &- 16 else { return nil }
        var end = start
        var marks = loadUnaligned(fromByteOffset: end, as: UInt64.self).textMarks
        if marks == 0 {
            end &+= 8
            marks = loadUnaligned(fromByteOffset: end, as: UInt64.self).textMarks
            if marks == 0 { return nil }
        }
        end &+= marks.trailingZeroBitCount &>> 3
        return self[end] == UInt8(ascii: "\"") ? end : nil
    }

    /// Where the first LF or CR at or after `start` is.
    package func firstLineEnd(from start: Int) -> Int? {
        var index = start
        // Both, and what else lies below them: tabs and such are rare, and looked at one by one.
        let limits = Pair(repeating: 0x0E * .ones)
        while index <= count &- 16 {
            let pair = loadUnaligned(fromByteOffset: index, as: Pair.self)
            guard let place = ((pair &- limits) & ~pair).lowestMark else {
                index &+= 16
                continue
            }
            index &+= place
            if self[index].isLineEnd { return index }
            index &+= 1
        }
        while index < count {
            if self[index].isLineEnd { return index }
            index &+= 1
        }
        return nil
    }

    /// The first control character but a tab, which no line of a head holds (RFC 9110 section 5.5).
    package func firstControl(in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        let (limits, deletes, ones) = (Pair(repeating: 0x20 * .ones), Pair(repeating: 0x7F * .ones), Pair(repeating: .ones))
        while index <= range.upperBound &- 16 {
            let pair = loadUnaligned(fromByteOffset: index, as: Pair.self)
            guard let place = (((pair &- limits) | ((pair ^ deletes) &- ones)) & ~pair).lowestMark else {
                index &+= 16
                continue
            }
            index &+= place
            if self[index].isControl { return index }
            index &+= 1
        }
        while index < range.upperBound {
            if self[index].isControl { return index }
            index &+= 1
        }
        return nil
    }

    /// Compares with an ASCII literal of lower case letters, digits, `-` and `/`, whatever the case of these bytes. To be asked of bytes
    /// without control characters: only these have the same lower five bits and are none of a literal's.
    @inlinable @inline(__always)
    package func equals(_ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount
            && isSame(asLowerCase: UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    @usableFromInline
    func isSame(asLowerCase other: UnsafeRawBufferPointer) -> Bool {
        let bit: UInt64 = 0x20 * .ones
        if count >= 8 {
            var index = 0
            while index < count &- 8 {
                guard differences(at: index, from: other, UInt64.self, setting: bit) == 0 else { return false }
                index &+= 8
            }
            return differences(at: count &- 8, from: other, UInt64.self, setting: bit) == 0
        }
        if count >= 4 {
            let bit = UInt32(truncatingIfNeeded: bit)
            return differences(at: 0, from: other, UInt32.self, setting: bit)
                | differences(at: count &- 4, from: other, UInt32.self, setting: bit) == 0
        }
        return indices.allSatisfy { self[$0] | 0x20 == other[$0] }
    }

    /// Whether both hold the same bytes.
    package func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        // What is left at the end is compared together with bytes before it, which were compared already.
        if count >= 16 {
            var index = 0
            while index < count &- 16 {
                guard differences(at: index, from: other, Pair.self) == 0 else { return false }
                index &+= 16
            }
            return differences(at: count &- 16, from: other, Pair.self) == 0
        }
        if count >= 8 {
            return differences(at: 0, from: other, UInt64.self) | differences(at: count &- 8, from: other, UInt64.self) == 0
        }
        if count >= 4 {
            return differences(at: 0, from: other, UInt32.self) | differences(at: count &- 4, from: other, UInt32.self) == 0
        }
        var index = 0
        while index < count {
            guard self[index] == other[index] else { return false }
            index &+= 1
        }
        return true
    }

    @inline(__always)
    private func differences<Word: FixedWidthInteger & BitwiseCopyable>(
        at index: Int, from other: UnsafeRawBufferPointer, _ word: Word.Type, setting bits: Word = 0
    ) -> Word {
        (loadUnaligned(fromByteOffset: index, as: word) | bits) ^ other.loadUnaligned(fromByteOffset: index, as: word)
    }

    @inline(__always)
    private func differences(at index: Int, from other: UnsafeRawBufferPointer, _ pair: Pair.Type) -> UInt64 {
        let pair = loadUnaligned(fromByteOffset: index, as: Pair.self) ^ other.loadUnaligned(fromByteOffset: index, as: Pair.self)
        return pair[0] | pair[1]
    }
}

#if _endian(big)
    #error("bytes are looked through in the order of little-endian words")
#endif

private typealias Pair = SIMD2<UInt64>

extension UInt64 {
    /// A one in every byte.
    fileprivate static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// A mark at the first byte that does not stand for itself in a JSON string, as ``UnsafeRawBufferPointer/plainTextEnd(from:)`` finds it.
    @inline(__always)
    fileprivate var textMarks: UInt64 {
        (((self ^ (0x02 * .ones)) &- 0x21 * .ones) | ((self ^ (0x5C * .ones)) &- .ones) | self) & (0x80 * .ones)
    }
}

extension Pair {
    /// The first byte whose high bit is set, of sixteen in the order of memory.
    @inline(__always)
    fileprivate var lowestMark: Int? {
        let highs: UInt64 = 0x80 * .ones
        guard (self[0] | self[1]) & highs != 0 else { return nil }
        let low = self[0] & highs
        if low != 0 { return low.trailingZeroBitCount &>> 3 }
        return 8 &+ (self[1] & highs).trailingZeroBitCount &>> 3
    }
}

extension UInt8 {
    @inline(__always)
    fileprivate var isLineEnd: Bool { self == 0x0A || self == 0x0D }

    @inline(__always)
    fileprivate var isControl: Bool { (self < 0x20 && self != 0x09) || self == 0x7F }
}
