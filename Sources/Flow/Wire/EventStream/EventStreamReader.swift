package import NIOCore

/// Finds server-sent events in bytes that arrive in any pieces.
///
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation. Lines end with LF, CR
/// or CRLF; comments, `id`, `retry` and unknown fields are passed over; an event without data is none. Unlike a browser, it
/// also takes a last event that no blank line ends: see ``finish()``.
package struct EventStreamReader {
    private let eventBytesMax: Int
    /// What was read and not yet taken, from the start of a line on.
    private var unread = ByteBuffer()
    /// How much of `unread` is known to hold no line end.
    private var scannedBytes = 0
    /// True when `unread` is storage of this reader's own making.
    private var isJoined = false
    /// A CR ended the last line: an LF that follows belongs to it.
    private var skipsLineFeed = false
    private var isFirstLine = true
    private var name: String?
    private var data: ByteBuffer?
    /// True when `data` is put together from several lines.
    private var isDataJoined = false

    package init(eventBytesMax: Int = WireLimits.eventBytesMax) { self.eventBytesMax = eventBytesMax }

    /// Hands over what a read brought. Copies only when an event began in an earlier read and is not complete.
    package mutating func append(_ read: ByteBuffer) {
        if unread.readableBytes == 0 {
            unread = read
            isJoined = false
        } else if isJoined, unread.readerIndex == 0 {
            unread.writeImmutableBuffer(read)
        } else {
            // A fresh one also when lines were taken from the last: a long stream must not keep what it has given out.
            var joined = ByteBuffer()
            joined.reserveCapacity(unread.readableBytes + read.readableBytes)
            joined.writeImmutableBuffer(unread)
            joined.writeImmutableBuffer(read)
            unread = joined
            isJoined = true
        }
    }

    /// The next complete event, or nil when more bytes are needed.
    package mutating func next() throws(EventStreamFault) -> ServerEvent? {
        // As after each event that came alone: what is still open was looked at when it came.
        guard unread.readableBytes > 0 else { return nil }
        if let data = takePlainEvent() { return ServerEvent(data: data) }
        while let line = takeLine() {
            if let event = interpret(line) { return event }
            try checkLength()
        }
        try checkLength()
        return nil
    }

    /// Says that nothing more comes: an event the end cut short of its blank line is given out. Call it after ``next()`` gave nil.
    package mutating func finish() -> ServerEvent? {
        let line = unread
        unread = ByteBuffer()
        scannedBytes = 0
        if line.readableBytes > 0, let event = interpret(line) { return event }
        return dispatch()
    }

    /// Bytes that belong to no complete event yet.
    package var pendingBytes: Int { unread.readableBytes + (data?.readableBytes ?? 0) }

    private func checkLength() throws(EventStreamFault) {
        // Only an event that is still open counts: complete ones may well wait in a long read.
        let bytes = scannedBytes + (data?.readableBytes ?? 0)
        guard bytes <= eventBytesMax else { throw .eventTooLong(bytesMax: eventBytesMax) }
    }

    /// Takes what nearly every event is: one `data` line and an empty one, both ended with LF, all of it at hand.
    /// - Returns: the data, or nil when it must be read line by line.
    private mutating func takePlainEvent() -> ByteBuffer? {
        guard scannedBytes == 0, !skipsLineFeed, !isFirstLine, name == nil, data == nil else { return nil }
        let dataBytes = unread.withUnsafeReadableBytes { bytes in EventStreamReader.plainDataBytes(of: bytes) }
        guard let dataBytes, dataBytes <= eventBytesMax else { return nil }
        var data = unread
        data.moveReaderIndex(forwardBy: EventStreamReader.plainStart.utf8CodeUnitCount)
        data.moveWriterIndex(to: data.readerIndex + dataBytes)
        let eventBytes = EventStreamReader.plainStart.utf8CodeUnitCount + dataBytes + 2
        if eventBytes == unread.readableBytes {
            // Whoever reads can use the storage again once the event has passed.
            unread = ByteBuffer()
        } else {
            unread.moveReaderIndex(forwardBy: eventBytes)
        }
        return data
    }

    private static let plainStart: StaticString = "data: "

    private static func plainDataBytes(of bytes: UnsafeRawBufferPointer) -> Int? {
        let start = plainStart.utf8CodeUnitCount
        guard bytes.count > start + 2,
            UnsafeRawBufferPointer(rebasing: bytes[..<start]).isSame(
                as: UnsafeRawBufferPointer(start: plainStart.utf8Start, count: start)),
            let end = bytes.firstLineEnd(from: start), end + 1 < bytes.count, bytes[end] == 0x0A, bytes[end + 1] == 0x0A
        else { return nil }
        return end - start
    }

    /// Takes a line without its end.
    private mutating func takeLine() -> ByteBuffer? {
        if skipsLineFeed, let first: UInt8 = unread.getInteger(at: unread.readerIndex) {
            skipsLineFeed = false
            if first == 0x0A { unread.moveReaderIndex(forwardBy: 1) }
        }
        let scanned = scannedBytes
        let found = unread.withUnsafeReadableBytes { bytes in bytes.firstLineEnd(from: scanned) }
        guard let found, let line = unread.readSlice(length: found) else {
            scannedBytes = unread.readableBytes
            return nil
        }
        skipsLineFeed = unread.readInteger(as: UInt8.self) == 0x0D
        scannedBytes = 0
        return line
    }

    private mutating func interpret(_ line: ByteBuffer) -> ServerEvent? {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if line.readableBytesView.starts(with: [0xEF, 0xBB, 0xBF]) { line.moveReaderIndex(forwardBy: 3) }
        }
        guard line.readableBytes > 0 else { return dispatch() }
        let (field, valueStart) = line.withUnsafeReadableBytes { bytes in EventStreamReader.field(of: bytes) }
        guard field != .passedOver else { return nil }
        line.moveReaderIndex(forwardBy: valueStart)
        if field == .event { name = String(buffer: line) } else { addData(line) }
        return nil
    }

    private enum Field { case data, event, passedOver }

    /// Which field a line is, and where its value starts.
    private static func field(of bytes: UnsafeRawBufferPointer) -> (Field, valueStart: Int) {
        let colon = bytes.prefix(6).firstIndex(of: UInt8(ascii: ":"))
        let nameEnd = colon ?? bytes.count
        let field: Field
        if nameEnd == 4, bytes[..<4].elementsEqual("data".utf8) {
            field = .data
        } else if nameEnd == 5, bytes[..<5].elementsEqual("event".utf8) {
            field = .event
        } else {
            return (.passedOver, bytes.count)
        }
        guard colon != nil else { return (field, bytes.count) }
        let afterColon = nameEnd + 1
        return (field, afterColon < bytes.count && bytes[afterColon] == 0x20 ? afterColon + 1 : afterColon)
    }

    private mutating func addData(_ value: ByteBuffer) {
        // Taken out, so that nobody else holds its storage when it grows: a million short lines would be copied each time.
        var taken: ByteBuffer?
        swap(&taken, &data)
        guard var joined = taken else {
            data = value
            isDataJoined = false
            return
        }
        taken = nil
        if !isDataJoined { joined = ByteBuffer(bytes: joined.readableBytesView) }
        joined.writeInteger(UInt8(0x0A))
        joined.writeImmutableBuffer(value)
        data = joined
        isDataJoined = true
    }

    private mutating func dispatch() -> ServerEvent? {
        defer {
            name = nil
            data = nil
        }
        return data.map { ServerEvent(name: name, data: $0) }
    }
}
