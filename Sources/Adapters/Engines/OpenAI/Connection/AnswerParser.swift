import NIOCore

/// Reads the answers of one HTTP/1.1 connection from bytes that arrive in any pieces, and does no I/O. Bodies are given on as slices of
/// what was read; however the bytes were cut, the parts say the same.
///
/// Strict, because readers that disagree on where an answer ends take one for another: lines end with CRLF, names are tokens, nothing is
/// folded, a length is said once and in one way. Source: RFC 9112.
struct AnswerParser {
    private enum Phase {
        /// Between answers.
        case resting
        case head
        /// `left` bytes of a body whose length was said.
        case counted
        case untilClose
        case chunkLine
        /// `left` bytes of a chunk.
        case chunk
        case chunkEnd
        case trailers
    }

    private var phase = Phase.resting
    private var head = AnswerHeadReader()
    private var left = 0
    private var trailerBytes = 0
    private var informational = 0
    /// What was read and is not yet taken.
    private var unread = ByteBuffer()
    /// `unread` is storage of this parser's own making.
    private var isJoined = false

    /// A request was sent: one answer is expected.
    mutating func expectAnswer() {
        precondition(phase == .resting, "one answer at a time")
        phase = .head
        head = AnswerHeadReader()
        informational = 0
    }

    /// Nothing is expected, and nothing is left over from the last answer: what comes next belongs to the next one.
    var isResting: Bool { phase == .resting && unread.readableBytes == 0 }

    /// Hands over what a read brought. Copies only what is left of a line that an earlier read began.
    mutating func append(_ read: ByteBuffer) {
        if unread.readableBytes == 0 {
            unread = read
            isJoined = false
        } else if isJoined, unread.readerIndex == 0 {
            unread.writeImmutableBuffer(read)
        } else {
            var joined = ByteBuffer()
            joined.reserveCapacity(unread.readableBytes + read.readableBytes)
            joined.writeImmutableBuffer(unread)
            joined.writeImmutableBuffer(read)
            unread = joined
            isJoined = true
        }
    }

    /// The next part, or nil when more bytes are needed, or when the answer has ended.
    mutating func next() throws(UpstreamBreak) -> AnswerPart? {
        while true {
            switch phase {
            case .resting: return nil
            case .head:
                guard let head = try readHead() else { return nil }
                if let head { return .head(head) }
            case .counted, .chunk:
                if left > 0 {
                    guard let bytes = takeBytes(atMost: left) else { return nil }
                    left -= bytes.readableBytes
                    return .body(bytes)
                }
                if phase == .counted { return rest() }
                phase = .chunkEnd
            case .untilClose: return takeBytes(atMost: .max).map { .body($0) }
            case .chunkLine:
                guard let size = try readChunkLine() else { return nil }
                left = size
                trailerBytes = 0
                phase = size == 0 ? .trailers : .chunk
            case .chunkEnd:
                guard try readChunkEnd() else { return nil }
                phase = .chunkLine
            case .trailers:
                guard try readTrailers() else { return nil }
                return rest()
            }
        }
    }

    /// Says that nothing more comes. Call it after ``next()`` gave nil.
    /// - Returns: the end of a body that ends with its connection; nil when no answer was open.
    /// - Throws: `closed` when an answer is broken off.
    mutating func finish() throws(UpstreamBreak) -> AnswerPart? {
        switch phase {
        case .resting: return nil
        case .untilClose: return rest()
        default: throw .closed
        }
    }

    private mutating func rest() -> AnswerPart {
        phase = .resting
        return .end
    }

    // MARK: Pieces

    private mutating func takeBytes(atMost count: Int) -> ByteBuffer? {
        let readable = unread.readableBytes
        guard readable > 0 else {
            letGo()
            return nil
        }
        guard readable > count else {
            let bytes = unread
            letGo()
            return bytes
        }
        return unread.readSlice(length: count)
    }

    /// The channel uses the storage of a read again once nobody holds it.
    private mutating func letGo() {
        unread = ByteBuffer()
        isJoined = false
    }

    private mutating func drop(_ count: Int) {
        if count == unread.readableBytes { letGo() } else { unread.moveReaderIndex(forwardBy: count) }
    }

    /// - Returns: nil when more bytes are needed; nil within when the head was informational.
    private mutating func readHead() throws(UpstreamBreak) -> AnswerHead?? {
        let isComplete = try readLines { (head, line) throws(UpstreamBreak) in try head.read(line) }
        guard isComplete else { return nil }
        if head.isInformational {
            informational += 1
            guard informational <= OpenAILimits.informationalHeadsMax else { throw .notHTTP("too many informational answers") }
            head = AnswerHeadReader()
            return .some(nil)
        }
        let framing = try head.framing()
        switch framing {
        case .counted(let length): (phase, left) = (.counted, length)
        case .chunked: phase = .chunkLine
        case .untilClose: phase = .untilClose
        }
        return head.head(framing)
    }

    /// - Returns: false when more bytes are needed.
    private mutating func readTrailers() throws(UpstreamBreak) -> Bool {
        // They are read for their form and given to nobody.
        head = AnswerHeadReader(trailersAfter: trailerBytes)
        let isComplete = try readLines { (head, line) throws(UpstreamBreak) in try head.read(line) }
        trailerBytes = head.bytes
        return isComplete
    }

    /// Hands whole lines, without their ends, to the head reader until it has read the empty one.
    private mutating func readLines(
        _ read: (inout AnswerHeadReader, UnsafeRawBufferPointer) throws(UpstreamBreak) -> Bool
    ) throws(UpstreamBreak) -> Bool {
        let unread = self.unread
        var head = self.head
        let result: Result<(Int, Bool), UpstreamBreak> = unread.withUnsafeReadableBytes { bytes in
            do throws(UpstreamBreak) {
                var start = 0
                while let end = try bytes.lineEnd(from: start, bytesMax: OpenAILimits.headBytesMax - head.bytes) {
                    let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                    start = end + 2
                    head.bytes += line.count + 2
                    if try read(&head, line) { return .success((start, true)) }
                }
                return .success((start, false))
            } catch { return .failure(error) }
        }
        let (count, isComplete) = try result.get()
        self.head = head
        drop(count)
        return isComplete
    }

    /// - Returns: the size of the chunk that begins, or nil when more bytes are needed.
    private mutating func readChunkLine() throws(UpstreamBreak) -> Int? {
        let result: Result<(size: Int, lineBytes: Int)?, UpstreamBreak> = unread.withUnsafeReadableBytes { bytes in
            do throws(UpstreamBreak) { return .success(try bytes.chunkLine()) } catch { return .failure(error) }
        }
        guard let line = try result.get() else {
            if unread.readableBytes == 0 { letGo() }
            return nil
        }
        drop(line.lineBytes)
        return line.size
    }

    /// - Returns: false when more bytes are needed.
    private mutating func readChunkEnd() throws(UpstreamBreak) -> Bool {
        let (first, second): (UInt8?, UInt8?) = unread.withUnsafeReadableBytes { ($0.first, $0.count > 1 ? $0[1] : nil) }
        guard first ?? 0x0D == 0x0D, second ?? 0x0A == 0x0A else { throw .notHTTP("a chunk is longer than it says") }
        guard second != nil else {
            if first == nil { letGo() }
            return false
        }
        drop(2)
        return true
    }
}
