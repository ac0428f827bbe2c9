import NIOCore
import Testing

@testable import Engines

/// What a parser made of some bytes, its bodies joined.
private struct Read: Hashable {
    var heads: [AnswerHead] = []
    var body = ""
    var ends = 0
    var failure: UpstreamBreak?
    /// The connection may carry another request.
    var isResting = false
}

/// Feeds pieces and then, if told so, the end of the connection.
private func read(_ pieces: [Substring.UTF8View.SubSequence], closing: Bool = true) -> Read {
    var parser = AnswerParser()
    var read = Read()
    func note(_ part: AnswerPart) {
        switch part {
        case .head(let head): read.heads.append(head)
        case .body(let bytes): read.body += String(decoding: bytes.readableBytesView, as: UTF8.self)
        case .end: read.ends += 1
        }
    }
    parser.expectAnswer()
    do throws(UpstreamBreak) {
        for piece in pieces {
            parser.append(ByteBuffer(bytes: piece))
            while let part = try parser.next() { note(part) }
        }
        read.isResting = parser.isResting
        if closing, let part = try parser.finish() { note(part) }
    } catch {
        read.failure = error
    }
    return read
}

private func read(_ text: String, closing: Bool = true) -> Read { read([text.utf8[...]], closing: closing) }

private let ok = "HTTP/1.1 200 OK\r\n"

extension Read {
    var isNotHTTP: Bool { if case .notHTTP = failure { true } else { false } }
}

@Suite struct `A parser of answers` {
    /// Each with what must come of it: the body, whether it ended, whether its connection may be used again.
    static let whole: [(String, body: String, rests: Bool)] = [
        ("\(ok)content-length: 5\r\n\r\nhello", "hello", true),
        ("\(ok)Content-Length:5\r\ncontent-length: 5 \r\nX-Odd!: \u{e9}\t\r\nempty:\r\n\r\nhello", "hello", true),
        ("\(ok)content-length: 0\r\n\r\n", "", true),
        ("HTTP/1.1 204 No Content\r\n\r\n", "", true),
        ("HTTP/1.1 304\r\ncontent-length: 10\r\n\r\n", "", true),
        (
            "\(ok)transfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n00006; x=\"y\"\r\n world\r\n0\r\nx-sum: 1\r\n\r\n",
            "hello world", true
        ),
        ("\(ok)transfer-encoding: chunked\r\n\r\nA ;a\r\n0123\r\n6789\r\n0;b\r\n\r\n", "0123\r\n6789", true),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n\(ok)content-length: 2\r\n\r\nhi", "hi", true),
        ("HTTP/1.0 200 OK\r\n\r\nuntil it closes", "until it closes", false),
        ("\(ok)\r\nuntil it closes", "until it closes", false),
        ("HTTP/1.1 429 Slow\r\nretry-after: 7\r\nconnection: close, x\r\ncontent-length: 1\r\n\r\n!", "!", true),
    ]

    @Test(arguments: whole)
    func `reads an answer the same however its bytes are cut`(text: String, body: String, rests: Bool) {
        let expected = read(text)
        #expect(expected.heads.count == 1 && expected.body == body && expected.ends == 1 && expected.failure == nil)
        #expect(expected.isResting == rests)
        let bytes = text.utf8[...]
        #expect(read(bytes.indices.map { bytes[$0...$0] }) == expected)
        for first in bytes.indices {
            let pieces = [bytes[..<first], bytes[first...]]
            #expect(read(pieces) == expected)
        }
        if bytes.count < 90 {
            for (offset, first) in bytes.indices.enumerated() {
                for second in bytes.indices.dropFirst(offset) {
                    #expect(read([bytes[..<first], bytes[first..<second], bytes[second...]]) == expected)
                }
            }
        }
    }

    @Test(arguments: whole)
    func `never takes an answer that broke off for a whole one`(text: String, body: String, rests: Bool) {
        for cut in text.utf8.indices {
            let part = read([text.utf8[..<cut]])
            guard rests || part.heads.isEmpty else { continue }
            #expect(part.ends == 0, "\(text.utf8[..<cut].count) bytes of \(text)")
            #expect(part.failure == .closed)
            #expect(body.utf8.starts(with: part.body.utf8))
        }
    }

    @Test(arguments: [
        "NOT HTTP AT ALL\r\n", "HTTP/2 200 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000\r\n", "HTTP/1.1  200 OK\r\n",
        "\r\n\(ok)",
        "HTTP/1.1 101 Switching\r\n", "HTTP/1.1 999 x\r\n", "HTTP/1.1 200 OK\n", "HTTP/1.1 200 O\u{0}K\r\n", "HTTP/1.1 200 OK\rx",
        "\(ok)no colon\r\n", "\(ok): empty\r\n", "\(ok)blank : x\r\n", "\(ok)folded: a\r\n b: c\r\n", "\(ok)x: a\u{0}b\r\n",
        "\(ok)x: y\n", "\(ok)content-length: 5\r\ncontent-length: 6\r\n\r\n", "\(ok)content-length: 5, 5\r\n",
        "\(ok)content-length: -1\r\n", "\(ok)content-length: +5\r\n", "\(ok)content-length: 0x5\r\n", "\(ok)content-length:\r\n",
        "\(ok)content-length: 1234567890123456789\r\n", "\(ok)transfer-encoding: gzip, chunked\r\n",
        "\(ok)transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "\(ok)transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n", "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "\(ok)x: \(String(repeating: "y", count: 40_000))", "\(ok)\(String(repeating: "x: yz\r\n", count: 6000))",
        String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 17),
    ])
    func `refuses a head that can be read in two ways`(text: String) {
        let whole = read(text, closing: false)
        #expect(whole.isNotHTTP, "\(whole)")
        #expect(whole.heads.isEmpty)
        if text.utf8.count < 200 { #expect(read(text.utf8.indices.map { text.utf8[$0...$0] }, closing: false) == whole) }
    }

    @Test(arguments: [
        "\r\n", "x\r\n", "5x\r\n", "-1\r\n", "5\n", "5\rx", "5 \r\nhello", "5\r\nhello!", "5\r\nhello\n", "5\r\nhello\r\n\r\n",
        ";\r\n",
        "0000000000000005\r\n", "FFFFFFFFFFFFFFFF\r\n", "0\r\nx y: z\r\n", "0\r\n folded\r\n", "0\r\n\n", "5;\u{0}\r\n",
        "5;x\ny\r\n",
        "5;\(String(repeating: "x", count: 300))", "0\r\n\(String(repeating: "x: yz\r\n", count: 6000))",
    ])
    func `refuses chunks that can be read in two ways`(text: String) {
        let text = "\(ok)transfer-encoding: chunked\r\n\r\n" + text
        let whole = read(text, closing: false)
        #expect(whole.isNotHTTP, "\(whole)")
        #expect(whole.ends == 0)
        if text.utf8.count < 400 { #expect(read(text.utf8.indices.map { text.utf8[$0...$0] }, closing: false) == whole) }
    }

    @Test(arguments: [
        "\(ok)content-length: 2\r\n\r\nhi\r\n", "\(ok)content-length: 2\r\n\r\nhi\(ok)",
        "\(ok)transfer-encoding: chunked\r\n\r\n0\r\n\r\n\r\n",
        "HTTP/1.1 204 x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    ])
    func `does not rest on bytes that nobody asked for`(text: String) {
        let whole = read(text, closing: false)
        #expect(whole.ends == 1 && whole.failure == nil && !whole.isResting)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: Close\r\n", false),
        ("HTTP/1.1", "connection: keep-alive, close\r\n", false),
        ("HTTP/1.0", "", false), ("HTTP/1.0", "connection: Keep-Alive\r\n", true),
    ])
    func `keeps a connection where the upstream does`(version: String, field: String, keeps: Bool) throws {
        let head = try #require(read("\(version) 200 OK\r\n\(field)content-length: 0\r\n\r\n").heads.first)
        #expect(head == AnswerHead(status: 200, keepsConnection: keeps, isEncoded: false))
    }

    @Test func `tells what a refusal asks for, and what is encoded`() {
        let text = "HTTP/1.1 429\r\nretry-after: 9\r\nRetry-After-Ms: 1500\r\nContent-Encoding: gzip\r\ncontent-length: 0\r\n\r\n"
        #expect(
            read(text).heads == [AnswerHead(status: 429, keepsConnection: true, isEncoded: true, retryAfterMilliseconds: 1500)])
    }

    @Test func `gives bodies on uncopied`() throws {
        var parser = AnswerParser()
        parser.expectAnswer()
        let bytes = ByteBuffer(string: "\(ok)transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
        parser.append(bytes)
        _ = try parser.next()
        guard case .body(let body) = try parser.next() else { throw UpstreamBreak.closed }
        let offset = body.withUnsafeReadableBytes { body in bytes.withUnsafeReadableBytes { body.baseAddress! - $0.baseAddress! }
        }
        #expect(offset == bytes.readableBytes - 7)
    }
}
