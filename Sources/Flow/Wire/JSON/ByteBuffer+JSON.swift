public import NIOCore

extension ByteBuffer {
    /// Lends the readable bytes to a reader. Ranges it reports count from the first readable byte: see ``slice(_:)``.
    @inlinable
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
        precondition(range.upperBound <= readableBytes, "a range a reader reported lies within the bytes it read")
        var slice = self
        slice.moveWriterIndex(to: readerIndex + range.upperBound)
        slice.moveReaderIndex(forwardBy: range.lowerBound)
        return slice
    }

    /// Appends a string in quotes, escaped as little as RFC 8259 allows.
    package mutating func writeJSON(_ text: some StringProtocol) {
        let text = String(text)
        // Counted, since a text may be long: an escape is at most five bytes longer than what it stands for.
        let escapes = text.utf8.count { $0.isEscapedInJSON }
        write(upTo: text.utf8.count + 5 * escapes + 2) { $0.write(json: text) }
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
}
