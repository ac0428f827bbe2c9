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
            buffer.moveReaderIndex(to: ChunkFrame.headroomBytes - writeSize(size))
            buffer.writeStaticString("\r\n")
        }
        if last { buffer.writeStaticString("0\r\n\r\n") }
        return buffer
    }

    /// Writes the size in hexadecimal and a line break right before the chunk.
    /// - Returns: how many bytes that took.
    private mutating func writeSize(_ size: Int) -> Int {
        let digits = (Int.bitWidth - size.leadingZeroBitCount + 3) / 4
        precondition(digits + 2 <= ChunkFrame.headroomBytes, "one turn writes less than four gigabytes")
        // Eight digits, of which the last ones are wanted, and the break behind them.
        var text: (UInt64, UInt16) = (0, 0x0A0D)
        for place in 0..<8 {
            let digit = UInt64(size >> (4 * place) & 15)
            text.0 |= (digit < 10 ? 0x30 + digit : 0x57 + digit) << UInt64(8 * (7 - place))
        }
        buffer.setInteger(text.0, at: 0, endianness: .little)
        buffer.setInteger(text.1, at: 8, endianness: .little)
        return digits + 2
    }
}
