import NIOCore
import Testing

@testable import API

/// The same bytes mean the same however they are cut.
struct RequestParserTests {
    private static let limits = RequestParser.Limits(
        fieldBytesMax: 60, headBytesMax: 200, fieldsMax: 6, chunkExtensionBytesMax: 12)

    /// What a parser says of bytes that come in pieces: `POST /x 5 | hello | . ` and, last, what it refuses.
    private static func told(_ pieces: [ArraySlice<UInt8>]) -> String {
        var parser = RequestParser(limits)
        var said = ""
        var isInBody = false
        for piece in pieces {
            parser.take(ByteBuffer(bytes: piece))
            do throws(MalformedRequest) {
                while let part = try parser.next() {
                    switch part {
                    case .head(let head): said += describe(head)
                    case .body(let bytes):
                        said += (isInBody ? "" : "|") + String(buffer: bytes)
                        #expect(bytes.readableBytes > 0)
                    case .end: said += "."
                    }
                    if case .body = part { isInBody = true } else { isInBody = false }
                }
            } catch {
                #expect(parser.unreadBytes == 0)
                return said + "!\(error)"
            }
        }
        return said + (parser.isInHead ? "…" : "")
    }

    private static func describe(_ head: RequestHead) -> String {
        let fields = head.fields.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
        return "\(head.method.rawValue) \(head.withTarget { String(decoding: $0, as: UTF8.self) }) \(head.body)"
            + "\(head.isLastOnConnection ? " last" : "")\(head.expectsContinue ? " expects" : "")[\(fields)]"
    }

    private static let host = "host: x\r\n"
    private static let post = "POST /v1 HTTP/1.1\r\n" + host
    private static let chunked = post + "transfer-encoding: chunked\r\n\r\n"

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\(host)\r\n", "GET / none[host=x]."),
        ("\r\nGET / HTTP/1.1\r\n\(host)\r\n", "GET / none[host=x]."),
        ("GET / HTTP/1.0\r\n\r\n", "GET / none last[]."),
        ("GET / HTTP/1.0\r\nConnection: foo, Keep-Alive\r\n\r\n", "GET / none[Connection=foo, Keep-Alive]."),
        ("GET / HTTP/1.1\r\n\(host)a:\t b \t\r\nc:\r\nd: e\tf\r\n\r\n", "GET / none[host=x;a=b;c=;d=e\tf]."),
        (post + "CONTENT-length: 5\r\n\r\nhelloGET", "POST /v1 bytes(5)[host=x;CONTENT-length=5]|hello.…"),
        (post + "content-length: 0\r\n\r\n", "POST /v1 bytes(0)[host=x;content-length=0]."),
        (
            chunked + "5\r\nhello\r\n0a;x=\"1\"\r\n, everyone\r\n0\r\n\r\n",
            "POST /v1 chunked[host=x;transfer-encoding=chunked]|hello, everyone."
        ),
        (
            chunked + "0\r\nx: 1\r\ny: 2\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n",
            "POST /v1 chunked[host=x;transfer-encoding=chunked].GET / none[host=x]."
        ),
        (
            post + "expect: 100-Continue\r\ncontent-length: 1\r\n\r\n",
            "POST /v1 bytes(1) expects[host=x;expect=100-Continue;content-length=1]"
        ),
        ("OPTIONS * HTTP/1.1\r\n\(host)connection: close\r\n\r\n", "OPTIONS * none last[host=x;connection=close]."),
        ("GET / HTTP/1.1\r\n\(host)\r\nGET /2 HTTP/1.1\r\n\(host)\r\n", "GET / none[host=x].GET /2 none[host=x]."),
    ])
    func `a request is read however it is cut`(text: String, expected: String) {
        expectAlike(text, expected)
    }

    @Test(arguments: [
        // Line ends.
        ("GET / HTTP/1.1\nhost: x\r\n\r\n", "!syntax"), ("GET / HTTP/1.1\r\n\(host)\n", "!syntax"),
        ("GET / HTTP/1.1\r\nhost: x\r\r\n\r\n", "!syntax"), ("\r\n\r\nGET / HTTP/1.1\r\n", "!syntax"),
        ("\nGET / HTTP/1.1\r\n", "!syntax"), ("GET / HTTP/1.1\r\nx: a\rb\r\n\r\n", "!syntax"),
        // The request line.
        ("GET  / HTTP/1.1\r\n\(host)\r\n", "!syntax"), (" GET / HTTP/1.1\r\n", "!syntax"), ("GET / HTTP/1.1 \r\n", "!syntax"),
        ("GET /\r\n", "!syntax"), ("GET\r\n", "!syntax"), ("G(T / HTTP/1.1\r\n", "!syntax"), ("GET / http/1.1\r\n", "!syntax"),
        ("GET /\u{e9} HTTP/1.1\r\n", "!syntax"), ("GET /a b HTTP/1.1\r\n", "!syntax"), ("GET\t/ HTTP/1.1\r\n", "!syntax"),
        ("GET / HTTP/1.12\r\n", "!syntax"), ("GET / HTTP/1.2\r\n", "!version"), ("GET / HTTP/2.0\r\n", "!version"),
        ("get / HTTP/1.1\r\n", "!method"), ("BREW / HTTP/1.1\r\n", "!method"), ("\u{16}\u{3}\u{1}", "!syntax"),
        // Fields.
        (post + "x : 1\r\n\r\n", "!syntax"), (post + ": 1\r\n\r\n", "!syntax"), (post + "x\r\n\r\n", "!syntax"),
        (post + " y: 1\r\n\r\n", "!syntax"), (post + "\ty: 1\r\n\r\n", "!syntax"), (post + "x: \u{0}\r\n\r\n", "!syntax"),
        (post + "x: \u{7f}\r\n\r\n", "!syntax"), (post + "x{: 1\r\n\r\n", "!syntax"), (post + "\u{e9}: 1\r\n\r\n", "!syntax"),
        ("GET / HTTP/1.1\r\n\r\n", "!host"), (post + host + "\r\n", "!host"), (post + "expect: tea\r\n", "!expectation"),
        // Lengths.
        (post + "content-length: 5\r\ncontent-length: 5\r\n", "!length"), (post + "content-length: +5\r\n", "!length"),
        (post + "content-length: 5, 5\r\n", "!length"), (post + "content-length: \r\n", "!length"),
        (post + "content-length: 5 5\r\n", "!length"), (post + "content-length: 1000000000000000000\r\n", "!length"),
        (post + "content-length: 5\r\ntransfer-encoding: chunked\r\n", "!length"),
        (post + "transfer-encoding: chunked\r\ncontent-length: 5\r\n", "!length"),
        (post + "transfer-encoding: gzip, chunked\r\n", "!length"), (post + "transfer-encoding: chunked,\r\n", "!length"),
        ("POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n", "!length"),
        // Bounds.
        (post + "x: \(String(repeating: "a", count: 58))\r\n\r\n", "!headerTooLarge"),
        (String(repeating: "a", count: 100), "!headerTooLarge"), (post + String(repeating: "a", count: 62), "!headerTooLarge"),
        (post + String(repeating: "x: 1\r\n", count: 6) + "\r\n", "!headerTooLarge"),
        (post + String(repeating: "x: \(String(repeating: "a", count: 50))\r\n", count: 4) + "\r\n", "!headerTooLarge"),
    ])
    func `a doubtful head is refused however it is cut`(text: String, expected: String) {
        expectAlike(text, expected)
    }

    @Test(arguments: [
        ("x\r\n", "!syntax"), ("\r\n", "!syntax"), (";\r\n", "!syntax"), ("5 \r\n", "!syntax"), (" 5\r\n", "!syntax"),
        ("0x5\r\n", "!syntax"), ("5\nhello", "!syntax"), ("5\rhello", "!syntax"), ("-1\r\n", "!syntax"),
        ("1\r\naXY", "|a!syntax"), ("1\r\na\rY", "|a!syntax"), ("1\r\na\n", "|a!syntax"),
        ("1;a\u{1}\r\n", "!syntax"), ("1;a\n", "!syntax"), ("1000000000000000\r\n", "!syntax"),
        ("1;abcdef\r\na\r\n1;abcdefg\r\n", "|a!chunkExtensions"),
        ("0\r\nx : 1\r\n", "!syntax"), ("0\r\n x: 1\r\n", "!syntax"), ("0\r\nx\r\n", "!syntax"), ("0\r\n\n", "!syntax"),
        ("0\r\n\(String(repeating: "x: 1\r\n", count: 7))\r\n", "!headerTooLarge"),
    ])
    func `doubtful chunks are refused however they are cut`(text: String, expected: String) {
        expectAlike(RequestParserTests.chunked + text, "POST /v1 chunked[host=x;transfer-encoding=chunked]" + expected)
    }

    @Test func `a body is a view of what came`() throws {
        var parser = RequestParser(RequestParser.Limits())
        let body = String(repeating: "a", count: 10_000)
        parser.take(ByteBuffer(string: RequestParserTests.post + "content-length: 10000\r\n\r\n" + body))
        guard case .head? = try parser.next(), case .body(let bytes)? = try parser.next(), case .end? = try parser.next() else {
            Issue.record("a head, a body in one piece and an end")
            return
        }
        #expect(bytes.storageCapacity > 10_000 && bytes.readableBytes == 10_000)
    }

    /// Whole, in two pieces at every place, in three around every byte, and byte by byte.
    private func expectAlike(_ text: String, _ expected: String) {
        let bytes = Array(text.utf8)[...]
        let all =
            [[bytes]] + bytes.indices.map { [bytes[..<$0], bytes[$0...]] }
            + bytes.indices.map { [bytes[..<$0], bytes[$0...$0], bytes[($0 + 1)...]] } + [bytes.map { [$0][...] }]
        for pieces in all {
            let told = RequestParserTests.told(pieces)
            #expect(told == expected, "in pieces of \(pieces.map(\.count)): \(text.prefix(200))")
            guard told == expected else { return }
        }
    }
}
