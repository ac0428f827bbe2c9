/// A string of a document, checked but not decoded: a view of its bytes between the quotes.
///
/// Like the reader it came from, it is valid only while the document's bytes are held.
@frozen @usableFromInline
package struct JSONText {
    /// The bytes between the quotes, escapes as written.
    @usableFromInline package let raw: UnsafeRawBufferPointer
    /// Where those bytes are in the document.
    package let range: Range<Int>
    /// UTF-8 bytes of the decoded string.
    @usableFromInline package let decodedBytes: Int

    /// True when nothing is escaped: every escape is longer than what it stands for.
    package var isPlain: Bool { decodedBytes == raw.count }
    package var isEmpty: Bool { raw.isEmpty }

    /// The decoded string. Allocates.
    package var string: String {
        guard !isPlain else { return String(decoding: raw, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: decodedBytes) { target in
            var bytes = decoded
            var count = 0
            while let byte = bytes.next() {
                target[count] = byte
                count += 1
            }
            return count
        }
    }

    /// Compares the decoded string with a literal; allocates nothing. Lengths are compared in place: most of a switch's cases end there.
    @inlinable @inline(__always)
    package func `is`(_ literal: StaticString) -> Bool {
        decodedBytes == literal.utf8CodeUnitCount
            && decodesEqual(to: UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Lets a key be switched on: `case "choices":`.
    @inlinable @inline(__always)
    package static func ~= (pattern: StaticString, text: JSONText) -> Bool { text.is(pattern) }

    @usableFromInline
    func decodesEqual(to expected: UnsafeRawBufferPointer) -> Bool {
        isPlain ? raw.isSame(as: expected) : decoded.elementsEqual(expected)
    }

    /// True when both decode to the same bytes.
    package func decodesEqual(to other: JSONText) -> Bool {
        guard decodedBytes == other.decodedBytes else { return false }
        return isPlain && other.isPlain ? raw.isSame(as: other.raw) : decoded.elementsEqual(other.decoded)
    }

    /// Orders by decoded bytes.
    func decodesBefore(_ other: JSONText) -> Bool { decoded.lexicographicallyPrecedes(other.decoded) }

    /// How many Unicode scalars the decoded string has.
    package var scalars: Int {
        var count = 0
        for byte in decoded where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// The decoded bytes one by one, without a copy.
    package var decoded: Decoded { Decoded(raw: raw) }

    package struct Decoded: Sequence, IteratorProtocol {
        private let raw: UnsafeRawBufferPointer
        private var index = 0
        /// Bytes of an escape not yet given out, the next one lowest.
        private var pending: UInt32 = 0
        private var pendingBytes = 0

        init(raw: UnsafeRawBufferPointer) { self.raw = raw }

        package mutating func next() -> UInt8? {
            if pendingBytes > 0 { return takePending() }
            guard index < raw.count else { return nil }
            let byte = raw[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else { return byte }
            let escape = raw[index]
            index += 1
            switch escape {
            case UInt8(ascii: "n"): return 0x0A
            case UInt8(ascii: "t"): return 0x09
            case UInt8(ascii: "r"): return 0x0D
            case UInt8(ascii: "b"): return 0x08
            case UInt8(ascii: "f"): return 0x0C
            case UInt8(ascii: "u"):
                hold(scalar())
                return takePending()
            default: return escape
            }
        }

        private mutating func takePending() -> UInt8 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            pendingBytes -= 1
            return byte
        }

        private mutating func hold(_ scalar: UInt32) {
            switch scalar {
            case 0..<0x80:
                (pending, pendingBytes) = (scalar, 1)
            case 0x80..<0x800:
                (pending, pendingBytes) = (0xC0 | scalar >> 6 | (0x80 | scalar & 0x3F) << 8, 2)
            case 0x800..<0x10000:
                pending = 0xE0 | scalar >> 12 | (0x80 | scalar >> 6 & 0x3F) << 8 | (0x80 | scalar & 0x3F) << 16
                pendingBytes = 3
            default:
                pending = 0xF0 | scalar >> 18 | (0x80 | scalar >> 12 & 0x3F) << 8
                pending |= (0x80 | scalar >> 6 & 0x3F) << 16 | (0x80 | scalar & 0x3F) << 24
                pendingBytes = 4
            }
        }

        /// The scalar of a `\u` escape, and of its second half; the reader has checked both.
        private mutating func scalar() -> UInt32 {
            let first = unit()
            guard first & 0xFC00 == 0xD800 else { return first }
            index += 2
            return 0x10000 + (first & 0x3FF) << 10 + (unit() & 0x3FF)
        }

        private mutating func unit() -> UInt32 {
            var unit: UInt32 = 0
            for offset in 0..<4 { unit = unit << 4 | UInt32(raw[index + offset].hexadecimalDigit ?? 0) }
            index += 4
            return unit
        }
    }
}

extension UInt8 {
    /// 0...15, or nil when this byte is not an ASCII hexadecimal digit.
    var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
