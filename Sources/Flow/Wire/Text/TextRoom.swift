public import NIOCore

/// Room for text that was taken from a buffer once: a write costs its copy and a comparison. `ByteBuffer`'s own writes look each
/// time whether there is room and whether the storage is shared, about two hundred instructions even for a comma.
///
/// What writes a literal is put in its place: then a comma is one instruction, and a few words are two or three.
@frozen @usableFromInline
package struct TextRoom: ~Copyable {
    @usableFromInline let start: UnsafeMutableRawPointer
    @usableFromInline let bytesMax: Int
    /// Bytes written so far.
    @usableFromInline package internal(set) var count = 0

    @inlinable
    package init(_ memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress else { preconditionFailure("room that was asked for is there") }
        self.start = start
        bytesMax = memory.count
    }

    @inlinable @inline(__always)
    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        precondition(bytes.count <= bytesMax - count, "text fits into the room that was taken for it")
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    @inlinable @inline(__always)
    package mutating func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func write(text: String) {
        text.withBytes { write($0) }
    }

    package mutating func write(_ buffer: ByteBuffer) { buffer.withUnsafeReadableBytes { write($0) } }

    @inlinable @inline(__always)
    package mutating func write(byte: UInt8) {
        precondition(count < bytesMax, "text fits into the room that was taken for it")
        (start + count).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    /// The most that ``write(decimal:)`` writes.
    package static let decimalBytesMax = 20

    package mutating func write(decimal value: Int64) {
        if 0..<10 ~= value { return write(byte: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
        if value < 0 { write(byte: UInt8(ascii: "-")) }
        var rest = value.magnitude
        var digits = 1
        var power: UInt64 = 10
        while digits < 19, rest >= power {
            digits += 1
            power *= 10
        }
        precondition(digits <= bytesMax - count, "text fits into the room that was taken for it")
        var place = start + count + digits
        repeat {
            place -= 1
            place.storeBytes(of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10), as: UInt8.self)
            rest /= 10
        } while rest > 0
        count += digits
    }

    package mutating func write(decimal value: Int) { write(decimal: Int64(value)) }

    /// The most that a short string takes in quotes: every byte as `\u0000`.
    package static func jsonBytesMax(of text: String) -> Int { text.utf8.count * 6 + 2 }

    /// A string in quotes, escaped as little as RFC 8259 allows.
    package mutating func write(json text: String) {
        text.withBytes { bytes in
            write(byte: UInt8(ascii: "\""))
            // Most names need no escape.
            if bytes.plainTextEnd(from: 0) == bytes.count { write(bytes) } else { write(escaping: bytes) }
            write(byte: UInt8(ascii: "\""))
        }
    }

    @inline(never)
    private mutating func write(escaping bytes: UnsafeRawBufferPointer) {
        var start = 0
        while true {
            let end = bytes.plainTextEnd(from: start)
            write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            guard end < bytes.count else { return }
            if bytes[end].isEscapedInJSON { write(escapeOf: bytes[end]) } else { write(byte: bytes[end]) }
            start = end + 1
        }
    }

    private mutating func write(escapeOf byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): write("\\\"")
        case UInt8(ascii: "\\"): write("\\\\")
        case 0x0A: write("\\n")
        case 0x0D: write("\\r")
        case 0x09: write("\\t")
        default:
            write("\\u00")
            write(byte: UInt8(ascii: "0") + byte >> 4)
            let low = byte & 15
            write(byte: low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }

    /// Makes the line ends in what was written from `first` on spaces.
    mutating func joinLines(from first: Int) {
        let bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
        guard var index = UnsafeRawBufferPointer(bytes).firstLineEnd(from: first) else { return }
        while index < count {
            if bytes[index] == 0x0A || bytes[index] == 0x0D { bytes[index] = 0x20 }
            index += 1
        }
    }
}

extension String {
    /// Without copying the string first: nearly all are in UTF-8 already, and a copy costs a count up and a count down.
    @inline(__always)
    fileprivate func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        if utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) != nil { return }
        var text = self
        text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

extension UInt8 {
    var isEscapedInJSON: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}

extension ByteBuffer {
    /// Takes room for at most `bytesMax` bytes, once, and keeps what `body` writes into it. Writing more is a fault of ours.
    @inlinable
    package mutating func write(upTo bytesMax: Int, _ body: (inout TextRoom) -> Void) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: bytesMax) { memory in
            var room = TextRoom(memory)
            body(&room)
            return room.count
        }
    }

    /// Puts text before the first readable byte, into room that was left for it: at most `bytesMax` bytes. Where too little was left, all
    /// is copied once.
    package mutating func write(before bytesMax: Int, _ body: (inout TextRoom) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: bytesMax, alignment: 1) { memory in
            var room = TextRoom(memory)
            body(&room)
            let start = readerIndex - room.count
            let text = UnsafeRawBufferPointer(rebasing: memory[..<room.count])
            if start >= 0 {
                setBytes(text, at: start)
                moveReaderIndex(to: start)
            } else {
                var whole = ByteBufferAllocator().buffer(capacity: text.count + readableBytes)
                whole.writeBytes(text)
                whole.writeImmutableBuffer(self)
                self = whole
            }
        }
    }
}
