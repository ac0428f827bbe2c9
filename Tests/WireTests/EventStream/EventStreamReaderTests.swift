import NIOCore
import Testing

@testable import Wire

@Suite struct EventStreamReaderTests {
    private struct Seen: Hashable, CustomStringConvertible {
        var name: String?
        var data: String
        var description: String { "\(name ?? "-"):\(data)" }
    }

    private func events(_ pieces: [[UInt8]], eventBytesMax: Int = WireLimits.eventBytesMax) throws(EventStreamFault) -> [Seen] {
        var reader = EventStreamReader(eventBytesMax: eventBytesMax)
        var seen: [Seen] = []
        for piece in pieces {
            reader.append(ByteBuffer(bytes: piece))
            while let event = try reader.next() { seen.append(Seen(name: event.name, data: String(buffer: event.data))) }
        }
        if let event = reader.finish() { seen.append(Seen(name: event.name, data: String(buffer: event.data))) }
        return seen
    }

    private func events(_ text: String) throws(EventStreamFault) -> [Seen] { try events([Array(text.utf8)]) }

    @Test(arguments: [
        ("data: a\n\ndata: b\n\n", ["-:a", "-:b"]), ("data:a\r\n\r\n", ["-:a"]), ("data: a\r\rdata: b\r\r", ["-:a", "-:b"]),
        ("data:  a\n\n", ["-: a"]), ("data: a\ndata: b\n\n", ["-:a\nb"]), ("data: a\ndata\ndata:\ndata: b\n\n", ["-:a\n\n\nb"]),
        (": comment\n\ndata: a\n\n", ["-:a"]), ("id: 1\nretry: 5\nother: x\ndata: a\n\n", ["-:a"]),
        ("event: ping\n\ndata: a\n\n", ["-:a"]), ("event: error\ndata: {}\n\ndata: b\n\n", ["error:{}", "-:b"]),
        ("data: a\n\ndata: last", ["-:a", "-:last"]), ("data: a\n\ndata: last\n", ["-:a", "-:last"]), ("", []), ("\n\n\n", []),
        ("\u{FEFF}data: a\n\n", ["-:a"]), ("data: a\n\u{FEFF}data: b\n\n", ["-:a"]), ("database: x\n\ndata: y\n\n", ["-:y"]),
        ("data: a\n\r\ndata: b\n\n", ["-:a", "-:b"]), ("data\n\n", ["-:"]), ("dat: x\neventual: y\n\n", []),
        ("data: : OPENROUTER\n\n", ["-:: OPENROUTER"]),
    ])
    func `reads what the standard describes`(text: String, expected: [String]) throws {
        #expect(try events(text).map(\.description) == expected)
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `any split of a stream gives the same events`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let ends = ["\n", "\r", "\r\n"]
        var text = ""
        for _ in 0..<30 {
            let end = ends.randomElement(using: &random) ?? "\n"
            let lines = [
                "data: {\"é漢😀\":\"x\"}", "data:", ": note", "event: e", "id: 7", "", "",
                "data: \(String(repeating: "long ", count: 9))",
            ]
            text += (lines.randomElement(using: &random) ?? "") + end
        }
        let whole = Array(text.utf8)
        let expected = try events([whole])
        #expect(try events(whole.map { [$0] }) == expected)
        for _ in 0..<10 {
            var pieces: [[UInt8]] = []
            var rest = whole[...]
            while !rest.isEmpty {
                let length = Int.random(in: 0...min(40, rest.count), using: &random)
                pieces.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(try events(pieces) == expected, "seed \(seed)")
        }
    }

    @Test func `gives views of the read when an event lies within it`() throws {
        let read = ByteBuffer(string: "data: first\n\ndata: second\n\n")
        var reader = EventStreamReader()
        reader.append(read)
        let storage = read.withUnsafeReadableBytes { $0.baseAddress }
        let first = try #require(try reader.next()).data
        let second = try #require(try reader.next()).data
        #expect(first.withUnsafeReadableBytes { $0.baseAddress } == storage.map { $0 + 6 })
        #expect(second.withUnsafeReadableBytes { $0.baseAddress } == storage.map { $0 + 19 })
        #expect(try reader.next() == nil)
        #expect(reader.pendingBytes == 0)
    }

    @Test func `gives an event out as soon as its blank line is there, also after CR`() throws {
        var reader = EventStreamReader()
        reader.append(ByteBuffer(string: "data: a\r\r"))
        #expect(try reader.next()?.data == ByteBuffer(string: "a"))
        reader.append(ByteBuffer(string: "\ndata: b\r\n\r"))
        #expect(try reader.next()?.data == ByteBuffer(string: "b"))
    }

    @Test func `takes lines of megabytes and refuses what exceeds the limit`() throws {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
        let long = [Array("data: ".utf8)] + Array(repeating: piece, count: 48) + [Array("\n\n".utf8)]
        #expect(try events(long).first?.data.utf8.count == 48 * 65_536)
        #expect(throws: EventStreamFault.eventTooLong(bytesMax: 100_000)) { try events(long, eventBytesMax: 100_000) }
        let many = Array(repeating: Array("data: 0123456789\n".utf8), count: 20_000)
        #expect(throws: EventStreamFault.eventTooLong(bytesMax: 100_000)) { try events(many, eventBytesMax: 100_000) }
        let small = [Array(repeating: Array("data: 0123456789\n\n".utf8), count: 20_000).flatMap(\.self)]
        #expect(try events(small, eventBytesMax: 100_000).count == 20_000)
    }

    /// Copied anew for each line it would take minutes.
    @Test func `puts an event of hundreds of thousands of lines together`() throws {
        let lines = Array(repeating: Array("data: 0123456789\n".utf8), count: 1000).flatMap(\.self)
        let found = try events(Array(repeating: lines, count: 400) + [Array("\n".utf8)])
        #expect(found.count == 1 && found.first?.data.utf8.count == 400_000 * 11 - 1)
    }

    @Test(arguments: [
        ("[DONE]", true), (" [DONE]\t\r\n", true), ("[DONE]x", false), ("", false), ("{}", false), ("[done]", false),
    ])
    func `knows the end of a stream`(data: String, isDone: Bool) {
        #expect(ServerEvent(data: ByteBuffer(string: data)).isDone == isDone)
    }

    @Test func `what is written is read again, one event a line`() throws {
        var buffer = ByteBuffer(string: "kept")
        buffer.moveReaderIndex(forwardBy: 4)
        buffer.writeEventComment("keep-alive")
        buffer.writeEvent(ByteBuffer(string: "{\"a\":\r\n 1,\n\"b\":2}"))
        buffer.writeDoneEvent()
        #expect(String(buffer: buffer) == ": keep-alive\n\ndata: {\"a\":   1, \"b\":2}\n\ndata: [DONE]\n\n")
        #expect(try events(String(buffer: buffer)).map(\.description) == ["-:{\"a\":   1, \"b\":2}", "-:[DONE]"])
    }
}
