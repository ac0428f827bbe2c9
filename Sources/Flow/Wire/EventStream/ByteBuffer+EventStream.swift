package import NIOCore

extension ByteBuffer {
    /// Appends `data: …` and the blank line.
    ///
    /// Never `id`, `retry` or an event without data: OpenAI's Python client stops on each of them.
    /// - Parameter data: JSON; line ends between its tokens become spaces, so that one event stays one line.
    package mutating func writeEvent(_ data: ByteBuffer) {
        writeStaticString("data: ")
        writeOneLine(data)
        writeStaticString("\n\n")
    }

    /// Appends the end of a stream in OpenAI's form.
    package mutating func writeDoneEvent() { writeStaticString("data: [DONE]\n\n") }

    /// Appends a comment, which every client passes over: keeps a slow connection alive.
    package mutating func writeEventComment(_ text: String) {
        precondition(!text.utf8.contains { $0 == 0x0A || $0 == 0x0D }, "a comment is one line")
        writeStaticString(": ")
        writeString(text)
        writeStaticString("\n\n")
    }

    /// Appends JSON with the line ends between its tokens made spaces. Within strings JSON has none.
    mutating func writeOneLine(_ json: ByteBuffer) {
        let start = writerIndex
        writeImmutableBuffer(json)
        let firstEnd = json.withUnsafeReadableBytes { bytes in bytes.firstLineEnd(from: 0) }
        guard let firstEnd else { return }
        let offset = start - readerIndex
        withUnsafeMutableReadableBytes { bytes in
            for index in (offset + firstEnd)..<bytes.count where bytes[index] == 0x0A || bytes[index] == 0x0D {
                bytes[index] = 0x20
            }
        }
    }
}
