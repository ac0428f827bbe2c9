package import NIOCore

extension ByteBuffer {
    /// Lends the readable bytes to a reader. Ranges it reports count from the first readable byte: see ``slice(_:)``.
    package func readJSON<Value, Failure: Error>(
        _ body: (inout JSONReader) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let result: Result<Value, Failure> = withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            do throws(Failure) { return .success(try body(&reader)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// A view of a part of the readable bytes, counted from the first of them; shares the storage.
    package func slice(_ range: Range<Int>) -> ByteBuffer {
        guard let slice = getSlice(at: readerIndex + range.lowerBound, length: range.count) else {
            preconditionFailure("a range a reader reported lies within the bytes it read")
        }
        return slice
    }

    /// Appends a string in quotes, escaped as little as RFC 8259 allows.
    package mutating func writeJSON(_ text: some StringProtocol) {
        writeInteger(UInt8(ascii: "\""))
        if text.utf8.withContiguousStorageIfAvailable({ writeEscaped(UnsafeRawBufferPointer($0)) }) == nil {
            Array(text.utf8).withUnsafeBytes { writeEscaped($0) }
        }
        writeInteger(UInt8(ascii: "\""))
    }

    /// Appends a string in quotes, or `null`.
    package mutating func writeJSON(_ text: String?) {
        if let text { writeJSON(text[...]) } else { writeStaticString("null") }
    }

    /// Appends an integer in decimal.
    package mutating func writeJSON(_ value: some FixedWidthInteger) { writeString(String(value)) }

    package mutating func writeJSON(_ value: Bool) { writeStaticString(value ? "true" : "false") }

    /// Appends `"key":`, for keys of ours that need no escape.
    package mutating func writeJSON(key: StaticString) {
        writeInteger(UInt8(ascii: "\""))
        writeStaticString(key)
        writeStaticString("\":")
    }

    /// Appends bytes that are valid UTF-8 and escapes what must be, run by run.
    private mutating func writeEscaped(_ bytes: UnsafeRawBufferPointer) {
        var runStart = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            writeBytes(UnsafeRawBufferPointer(rebasing: bytes[runStart..<index]))
            writeEscape(of: byte)
            runStart = index + 1
        }
        writeBytes(UnsafeRawBufferPointer(rebasing: bytes[runStart...]))
    }

    private mutating func writeEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): writeStaticString("\\\"")
        case UInt8(ascii: "\\"): writeStaticString("\\\\")
        case 0x0A: writeStaticString("\\n")
        case 0x0D: writeStaticString("\\r")
        case 0x09: writeStaticString("\\t")
        default:
            writeStaticString("\\u00")
            writeInteger(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 15
            writeInteger(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}
