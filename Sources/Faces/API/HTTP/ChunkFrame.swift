import NIOCore
import Wire

/// Gathers what one turn writes and sends it as one chunk of a body, in one buffer whose storage is used again.
struct ChunkFrame {
    /// Room for the size in hexadecimal and a line break, written once the size is known.
    private static let headroomBytes = 10
    /// A few chunks and the head that each repeats, so that storage need not grow for them.
    private static let usualBytes = 2 << 10
    private var buffer = ByteBuffer()
    private var isOpen = false
    private let isChunked: Bool

    /// - Parameter isChunked: false for HTTP/1.0, whose bodies have no frames.
    init(isChunked: Bool) { self.isChunked = isChunked }

    var isEmpty: Bool { !isOpen || buffer.readableBytes == 0 }

    /// Appends to the chunk that is being gathered.
    mutating func append(_ write: (inout ByteBuffer) -> Void) {
        if !isOpen {
            buffer.clear(minimumCapacity: ChunkFrame.usualBytes)
            buffer.moveWriterIndex(to: ChunkFrame.headroomBytes)
            buffer.moveReaderIndex(to: ChunkFrame.headroomBytes)
            isOpen = true
        }
        write(&buffer)
    }

    /// What was gathered so far, without a frame.
    var content: ByteBuffer { isOpen ? buffer : ByteBuffer() }

    /// What was gathered, framed; with the end of the body when it is the last.
    mutating func close(last: Bool) -> ByteBuffer {
        append { _ in }
        isOpen = false
        guard isChunked else { return buffer }
        let size = buffer.readableBytes
        buffer.write(upTo: 7) { room in
            if size > 0 { room.write("\r\n") }
            if last { room.write("0\r\n\r\n") }
        }
        if size > 0 { writeSize(size) }
        return buffer
    }

    /// Writes the size in hexadecimal and a line break right before the chunk.
    private mutating func writeSize(_ size: Int) {
        let digits = (Int.bitWidth - size.leadingZeroBitCount + 3) / 4
        precondition(digits + 2 <= ChunkFrame.headroomBytes, "one turn writes less than four gigabytes")
        buffer.moveReaderIndex(to: ChunkFrame.headroomBytes - digits - 2)
        buffer.withUnsafeMutableReadableBytes { bytes in
            var rest = size
            for place in (0..<digits).reversed() {
                let digit = UInt8(truncatingIfNeeded: rest & 15)
                bytes[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
                rest >>= 4
            }
            bytes[digits] = 0x0D
            bytes[digits + 1] = 0x0A
        }
    }
}
