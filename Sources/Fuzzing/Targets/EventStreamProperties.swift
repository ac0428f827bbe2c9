import NIOCore
import Wire

/// The event-stream reader gives the same events however the bytes are cut into reads, and the ones that a plain reading of the
/// standard gives.
enum EventStreamProperties {
    fileprivate struct Event: Equatable {
        var name: String?
        var data: [UInt8]
    }

    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let expected = plainly(bytes)
        for (how, cuts) in [
            ("whole", []), ("byte by byte", Array(1..<max(bytes.count, 1))), ("in pieces", Cuts.pieces(of: bytes.count)),
        ] {
            let found = try events(of: bytes, cutAt: cuts)
            try must(found == expected, "read \(how): \(found), but the standard says \(expected)")
        }
    }

    private static func events(of bytes: [UInt8], cutAt cuts: [Int]) throws(BrokenProperty) -> [Event] {
        var reader = EventStreamReader()
        var found: [Event] = []
        var start = 0
        do throws(EventStreamFault) {
            for end in cuts + [bytes.count] {
                reader.append(ByteBuffer(bytes: bytes[start..<end]))
                start = end
                while let event = try reader.next() { found.append(Event(event)) }
            }
        } catch { throw BrokenProperty("a short stream is refused: \(error)") }
        if let event = reader.finish() { found.append(Event(event)) }
        return found
    }

    /// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, and a last event
    /// that no blank line ends counts as well.
    private static func plainly(_ bytes: [UInt8]) -> [Event] {
        var lines: [[UInt8]] = [[]]
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x0D || bytes[index] == 0x0A {
                if bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
                lines.append([])
            } else {
                lines[lines.count - 1].append(bytes[index])
            }
            index += 1
        }
        if lines[0].starts(with: [0xEF, 0xBB, 0xBF]) { lines[0].removeFirst(3) }
        var events: [Event] = []
        var name: String?
        var data: [[UInt8]] = []
        for line in lines + [[]] {
            if line.isEmpty {
                if !data.isEmpty { events.append(Event(name: name, data: Array(data.joined(separator: [0x0A])))) }
                (name, data) = (nil, [])
                continue
            }
            let colon = line.firstIndex(of: 0x3A)
            let field = String(decoding: line[..<(colon ?? line.count)], as: UTF8.self)
            var value = colon.map { Array(line[($0 + 1)...]) } ?? []
            if value.first == 0x20 { value.removeFirst() }
            if field == "data" { data.append(value) }
            if field == "event" { name = String(decoding: value, as: UTF8.self) }
        }
        return events
    }
}

extension EventStreamProperties.Event {
    fileprivate init(_ event: ServerEvent) { self.init(name: event.name, data: Array(event.data.readableBytesView)) }
}
