import NIOCore

/// Gathers what one turn writes and sends it as one chunk of a body, in one buffer whose storage is used again.
struct ChunkFrame {
    /// Room for the size in hexadecimal and a line break, written once the size is known.
    private static let headroomBytes = 10
    private var buffer = ByteBuffer()
    private var isOpen = false
    private let isChunked: Bool

    /// - Parameter isChunked: false for HTTP/1.0, whose bodies have no frames.
    init(isChunked: Bool) { self.isChunked = isChunked }

    var isEmpty: Bool { !isOpen || buffer.writerIndex == ChunkFrame.headroomBytes }

    /// Appends to the chunk that is being gathered.
    mutating func append(_ write: (inout ByteBuffer) -> Void) {
        if !isOpen {
            buffer.clear(minimumCapacity: 512)
            buffer.writeRepeatingByte(0, count: ChunkFrame.headroomBytes)
            isOpen = true
        }
        write(&buffer)
    }

    /// What was gathered, framed; with the end of the body when it is the last.
    mutating func close(last: Bool) -> ByteBuffer {
        append { _ in }
        isOpen = false
        let size = buffer.writerIndex - ChunkFrame.headroomBytes
        buffer.moveReaderIndex(forwardBy: ChunkFrame.headroomBytes)
        guard isChunked else { return buffer }
        if size > 0 {
            let line = String(size, radix: 16) + "\r\n"
            buffer.moveReaderIndex(to: ChunkFrame.headroomBytes - line.utf8.count)
            buffer.setString(line, at: buffer.readerIndex)
            buffer.writeStaticString("\r\n")
        }
        if last { buffer.writeStaticString("0\r\n\r\n") }
        return buffer
    }
}
