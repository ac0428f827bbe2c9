import NIOCore
import Testing

@testable import Wire

/// Each search is compared with a look at one byte after another: at every length, from every start, so that whatever is looked for
/// stands at every place of a step and in what is left behind the last.
@Suite struct `Looking through bytes` {
    /// Longer than three steps of sixteen.
    private static let lengths = 0...52

    /// Bytes that mean nothing to any search, and some whose neighbours in the arithmetic do.
    private static let others: [UInt8] = [0x61, 0x23, 0x5B, 0x5D, 0x7E, 0x20, 0x40]

    private func bytes(_ count: Int, _ place: Int? = nil, _ byte: UInt8 = 0) -> [UInt8] {
        (0..<count).map { $0 == place ? byte : Self.others[$0 % Self.others.count] }
    }

    /// Every place of every byte in every length, seen from every start that matters, and from one byte off.
    private func check<Found: Equatable>(
        _ search: (UnsafeRawBufferPointer, Int) -> Found, agreesWith plain: ([UInt8], Int) -> Found, for marks: [UInt8]
    ) {
        for count in Self.lengths {
            for place in 0..<max(count, 1) {
                for mark in marks {
                    let bytes = bytes(count, place, mark)
                    for start in Set([0, 1, max(0, place - 1), place, min(place + 1, count)]) where start <= count {
                        let found = bytes.withUnsafeBytes { search($0, start) }
                        #expect(found == plain(bytes, start), "\(mark) at \(place) of \(count) from \(start)")
                    }
                }
            }
        }
    }

    @Test func `plain text ends at quotes, backslashes, controls and what is not ASCII`() {
        check(
            { $0.plainTextEnd(from: $1) },
            agreesWith: { bytes, start in
                bytes[start...].firstIndex { $0 < 0x20 || $0 >= 0x80 || $0 == 0x22 || $0 == 0x5C } ?? bytes.count
            }, for: [0x00, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF])
    }

    @Test func `a line ends at its first LF or CR`() {
        check(
            { $0.firstLineEnd(from: $1) },
            agreesWith: { bytes, start in bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } },
            for: [0x00, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x80, 0x8A, 0x8D, 0xFF])
    }

    @Test func `controls are found, tabs are none`() {
        check(
            { bytes, start in bytes.firstControl(in: start..<bytes.count) },
            agreesWith: { bytes, start in bytes[start...].firstIndex { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F } },
            for: [0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0x89, 0xFF])
    }

    @Test func `a search looks no further than its range`() {
        for count in Self.lengths {
            for end in 0...count {
                let bytes = bytes(count, end, 0x0A)
                #expect(bytes.withUnsafeBytes { $0.firstControl(in: 0..<end) } == nil)
            }
        }
    }

    @Test(arguments: [[0x0B, 0x0C, 0x0A], [0x09, 0x09, 0x0D], [0x00, 0x01, 0x0A], [0xFF, 0x80, 0x0D]] as [[UInt8]])
    func `the first is found behind others that look like it`(few: [UInt8]) {
        for shift in 0..<20 {
            let bytes = bytes(shift) + few + bytes(20)
            #expect(bytes.withUnsafeBytes { $0.firstLineEnd(from: 0) } == shift + 2)
        }
    }

    @Test func `a difference is seen wherever it stands`() {
        for count in Self.lengths {
            let one = bytes(count)
            #expect(isSame(one, one))
            #expect(!isSame(one, one + [0x61]))
            for place in 0..<count {
                for bit in 0..<8 {
                    var other = one
                    other[place] ^= 1 << bit
                    #expect(!isSame(one, other), "\(place) of \(count)")
                }
            }
        }
    }

    private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.withUnsafeBytes { one in other.withUnsafeBytes { one.isSame(as: $0) } }
    }

    @Test(arguments: [
        ("host", "host"), ("Host", "host"), ("CONTENT-Length", "content-length"), ("Application/JSON", "application/json"),
        ("100-Continue", "100-continue"), ("", ""), ("TE", "te"), ("Transfer-Encoding", "transfer-encoding"),
    ])
    func `case makes no difference to a literal`(text: String, lower: String) throws {
        let literals: [String: StaticString] = [
            "host": "host", "content-length": "content-length", "application/json": "application/json",
            "100-continue": "100-continue",
            "": "", "te": "te", "transfer-encoding": "transfer-encoding",
        ]
        let literal = try #require(literals[lower])
        #expect(Array(text.utf8).withUnsafeBytes { $0.equals(literal) })
        for place in text.utf8.indices {
            for byte in UInt8(0x20)...0xFF where byte != 0x7F {
                var other = Array(text.utf8)
                let index = text.utf8.distance(from: text.utf8.startIndex, to: place)
                let isSame = byte == other[index] || (byte | 0x20 == other[index] | 0x20 && (0x61...0x7A).contains(byte | 0x20))
                other[index] = byte
                #expect(other.withUnsafeBytes { $0.equals(literal) } == isSame, "\(byte) at \(index) of \(text)")
            }
        }
    }

    @Test(arguments: [0, 3, 40])
    func `a head is put before what is there, whether or not room was left`(room: Int) {
        var buffer = ByteBufferAllocator().buffer(capacity: room + 4)
        buffer.moveWriterIndex(to: room)
        buffer.moveReaderIndex(to: room)
        buffer.writeString("body")
        let shared = buffer
        buffer.write(before: 16) { $0.write("head: ") }
        #expect(String(buffer: buffer) == "head: body")
        #expect(String(buffer: shared) == "body")
    }
}
