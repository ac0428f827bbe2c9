import NIOCore
import Testing
import Units

@testable import API

/// The small parts of the server, by themselves.
struct PartsTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1_740_734_359, "Fri, 28 Feb 2025 09:19:19 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
    ])
    func `a date is written as HTTP wants it`(seconds: Int64, text: String) {
        var date = HTTPDate()
        #expect(date.text(at: Instant(seconds: seconds)) == text)
    }

    @Test(arguments: [1, 15, 16, 255, 4096, 70_000])
    func `a chunk says its size`(bytes: Int) {
        var frame = ChunkFrame(isChunked: true)
        for round in 0..<2 {
            let text = String(repeating: "abc"[round], count: bytes)
            frame.append { $0.writeString(text) }
            let size = String(bytes, radix: 16)
            #expect(String(buffer: frame.close(last: round == 1)) == "\(size)\r\n\(text)\r\n" + (round == 1 ? "0\r\n\r\n" : ""))
        }
    }

    @Test func `an empty last chunk is the end alone, and without frames nothing`() {
        var (framed, plain) = (ChunkFrame(isChunked: true), ChunkFrame(isChunked: false))
        #expect(framed.isEmpty && String(buffer: framed.close(last: true)) == "0\r\n\r\n")
        plain.append { $0.writeString("x") }
        #expect(!plain.isEmpty && String(buffer: plain.close(last: true)) == "x")
    }

    @Test func `a chunk already on its way is not changed by the next`() {
        var frame = ChunkFrame(isChunked: true)
        frame.append { $0.writeString("one") }
        let first = frame.close(last: false)
        frame.append { $0.writeString("two") }
        #expect(String(buffer: first) == "3\r\none\r\n")
        #expect(String(buffer: frame.close(last: false)) == "3\r\ntwo\r\n")
    }

    @Test(arguments: [("a=1&b=2", "1", "2"), ("b=%32&a=%C3%A9&a=2", "é", "2"), ("a=%zz&&=&b", "%zz", nil), ("", nil, nil)])
    func `a query is read as it is written`(text: String, a: String?, b: String?) {
        let query = Query(text)
        #expect(query["a"] == a)
        #expect(query["b"] == b)
    }

    @Test func `a caller who reads slowly is not one who does not read`() {
        var outflow = Outflow()
        let start = NIODeadline.now()
        func look(after seconds: Int64, waiting: Int) -> Outflow.State {
            outflow.state(waitingBytes: waiting, at: start + .seconds(seconds), stallTime: .seconds(30))
        }
        outflow.count(1000)
        #expect(look(after: 25, waiting: 1000) == .flowing)
        #expect(look(after: 28, waiting: 999) == .flowing, "one byte is progress")
        outflow.count(5000)
        #expect(look(after: 50, waiting: 5999) == .flowing)
        #expect(look(after: 58, waiting: 5999) == .stalled, "30 s after the byte")
        #expect(look(after: 59, waiting: 0) == .done)
        outflow.count(1)
        #expect(look(after: 60, waiting: 1) == .flowing)
    }

    @Test func `ids are 32 digits and differ`() {
        var random = FastRandom()
        let ids = Set((0..<1000).map { _ in RequestID.random(using: &random).description })
        #expect(ids.count == 1000)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /req_[0-9a-f]{32}/) != nil })
    }
}

extension String {
    fileprivate subscript(_ offset: Int) -> Character { self[index(startIndex, offsetBy: offset)] }
}
