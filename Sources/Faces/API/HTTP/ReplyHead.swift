import NIOCore
import NIOHTTP1
import Units

/// How a reply's body is framed.
enum ReplyFraming: Hashable, Sendable {
    case bytes(Int)
    /// In chunks, so that its end can be told from a cut.
    case chunked
    /// Until the connection ends: all that HTTP/1.0 has for a body of unknown length.
    case untilClose
    /// 204 and 304 have no body and no length.
    case none
}

/// What every reply's head has in common.
struct ReplyHead {
    var status: HTTPResponseStatus
    var framing: ReplyFraming
    var request: RequestID
    /// `Date`, as ``HTTPDate`` writes it.
    var date: String
    var keepsAlive: Bool
    /// An HTTP/1.0 caller must be told that the connection stays, any other that it does not.
    var isHTTP10: Bool

    /// Writes the status line and the common fields; the caller adds its own and an empty line.
    func write(into buffer: inout ByteBuffer) {
        if status == .ok {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
        buffer.writeField("date", date)
        buffer.writeField("x-request-id", request.description)
        switch framing {
        case .bytes(let count): buffer.writeField("content-length", String(count))
        case .chunked: buffer.writeStaticString("transfer-encoding: chunked\r\n")
        case .untilClose, .none: break
        }
        if !keepsAlive {
            buffer.writeStaticString("connection: close\r\n")
        } else if isHTTP10 {
            buffer.writeStaticString("connection: keep-alive\r\n")
        }
    }
}

extension ByteBuffer {
    /// Appends one header field. Values are ours, or were checked: a line break in one would be a fault of ours.
    mutating func writeField(_ name: StaticString, _ value: String) {
        assert(value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a header value is one line")
        writeStaticString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }

    /// Appends the empty line that ends a head.
    mutating func writeHeadEnd() { writeStaticString("\r\n") }
}
