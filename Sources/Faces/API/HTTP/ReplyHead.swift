import NIOCore
import NIOHTTP1
import Units
import Wire

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
    func write(into room: inout TextRoom) {
        if status == .ok {
            room.write("HTTP/1.1 200 OK\r\ndate: ")
        } else {
            room.write("HTTP/1.1 ")
            room.write(decimal: Int(status.code))
            room.write(" ")
            room.write(text: status.reasonPhrase)
            room.write("\r\ndate: ")
        }
        room.write(text: date)
        room.write("\r\nx-request-id: ")
        room.write(text: request.description)
        room.write("\r\n")
        switch framing {
        case .bytes(let count):
            room.write("content-length: ")
            room.write(decimal: count)
            room.write("\r\n")
        case .chunked: room.write("transfer-encoding: chunked\r\n")
        case .untilClose, .none: break
        }
        if !keepsAlive {
            room.write("connection: close\r\n")
        } else if isHTTP10 {
            room.write("connection: keep-alive\r\n")
        }
    }

    /// The most that ``write(into:)`` writes, and the empty line: reasons are a few words of ours, dates and ids have one length.
    static let bytesMax = 320
}

extension TextRoom {
    /// Appends one header field. Values are ours, or were checked: a line break in one would be a fault of ours.
    mutating func writeField(_ name: StaticString, _ value: String) {
        assert(value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a header value is one line")
        write(name)
        write(": ")
        write(text: value)
        write("\r\n")
    }
}
