package import NIOCore

/// One server-sent event that carries data.
package struct ServerEvent: Hashable, Sendable {
    /// The value of the `event` field, nil when there was none.
    package var name: String?
    /// The data lines, joined with LF; a view of what was read when the event lay within one read and has one data line.
    package var data: ByteBuffer

    package init(name: String? = nil, data: ByteBuffer) {
        self.name = name
        self.data = data
    }

    /// True for OpenAI's end of stream, `[DONE]`, white space around it ignored.
    package var isDone: Bool {
        data.withUnsafeReadableBytes { bytes in
            guard let start = bytes.firstIndex(where: { !$0.isBlank }), let last = bytes.lastIndex(where: { !$0.isBlank })
            else { return false }
            return bytes[start...last].elementsEqual("[DONE]".utf8)
        }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == 0x20 || 0x09...0x0D ~= self }
}

/// What ends the reading of an event stream.
package enum EventStreamFault: Error, Hashable, Sendable {
    /// One event is larger than the reader's limit, in bytes.
    case eventTooLong(bytesMax: Int)
}
