package import NIOCore

/// A request as it came over the wire.
package struct ScriptedRequest: Sendable {
    /// 1 for the first request the server got.
    package internal(set) var number = 0
    /// 1 for the first connection it accepted.
    package var connection: Int
    package var method: String
    /// Path and query.
    package var target: String
    /// Names in lower case, in the order of the wire.
    package var headers: [(name: String, value: String)]
    package var body: ByteBuffer

    /// The body as text.
    package var text: String { String(buffer: body) }
    package subscript(header name: String) -> String? { headers.first { $0.name == name }?.value }
    /// Looks at the beginning of the body, where engines say it.
    package var wantsStream: Bool {
        body.getString(at: body.readerIndex, length: min(1024, body.readableBytes))?.contains("\"stream\":true") == true
    }
}

/// Takes requests from bytes: heads, and bodies with a content-length. Anything else is a fault of the test.
struct ScriptedRequestReader {
    private var unread = ByteBuffer()
    private var pending: (request: ScriptedRequest, bodyBytes: Int)?

    mutating func append(_ bytes: ByteBuffer) { unread.writeImmutableBuffer(bytes) }

    mutating func next(on connection: Int) -> ScriptedRequest? {
        if pending == nil { pending = takeHead(connection) }
        guard var request = pending?.request, let bodyBytes = pending?.bodyBytes, let body = unread.readSlice(length: bodyBytes)
        else { return nil }
        request.body = body
        pending = nil
        return request
    }

    private mutating func takeHead(_ connection: Int) -> (ScriptedRequest, Int)? {
        guard let end = unread.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)),
            let head = unread.readString(length: end.lowerBound - unread.readerIndex)
        else { return nil }
        unread.moveReaderIndex(forwardBy: 4)
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        precondition(words.count == 3, "a request line has three words")
        let headers = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            return (name: name.lowercased(), value: String(line.dropFirst(name.count + 1).drop { $0 == " " }))
        }
        let request = ScriptedRequest(
            connection: connection, method: String(words[0]), target: String(words[1]), headers: headers, body: ByteBuffer())
        return (request, request[header: "content-length"].flatMap { Int($0) } ?? 0)
    }
}
