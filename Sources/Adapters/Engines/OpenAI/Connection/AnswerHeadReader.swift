import Wire

/// One head being read, line by line: a status line and fields, or the trailers of a chunked body, which are fields alone. Keeps what an
/// engine looks at; everything else is checked for its form and forgotten.
struct AnswerHeadReader {
    /// How the body's end is told.
    enum Framing: Hashable {
        case counted(Int)
        case chunked
        case untilClose
    }

    /// Bytes of the lines so far.
    var bytes = 0
    private var status = 0
    private var isVersion10 = false
    private var isTrailers = false
    private var length: Int?
    private var isChunked = false
    private var saysClose = false
    private var saysKeepAlive = false
    private var isEncoded = false
    private var retryAfter: String?
    private var retryAfterPrecise: String?
    private var date: String?

    init() {}

    /// - Parameter bytes: of the trailers read before.
    init(trailersAfter bytes: Int) {
        isTrailers = true
        self.bytes = bytes
    }

    var isInformational: Bool { (100..<200).contains(status) }

    /// Reads a line without its end.
    /// - Returns: true for the empty line, which ends the head.
    mutating func read(_ line: UnsafeRawBufferPointer) throws(UpstreamBreak) -> Bool {
        if status == 0, !isTrailers {
            try readStatus(line)
            return false
        }
        if line.isEmpty { return true }
        try readField(line)
        return false
    }

    /// - Throws: where two readers could differ.
    func framing() throws(UpstreamBreak) -> Framing {
        if isChunked, length != nil { throw .notHTTP("both a length and a transfer coding") }
        if isChunked, isVersion10 { throw .notHTTP("a transfer coding in HTTP/1.0") }
        if status == 204 || status == 304 { return .counted(0) }
        if isChunked { return .chunked }
        return length.map { .counted($0) } ?? .untilClose
    }

    func head(_ framing: Framing) -> AnswerHead {
        let mayKeep = isVersion10 ? saysKeepAlive && !saysClose : !saysClose
        var head = AnswerHead(status: status, keepsConnection: mayKeep && framing != .untilClose, isEncoded: isEncoded)
        if !head.isSuccess {
            head.retryAfterMilliseconds = RetryAfter.milliseconds(precise: retryAfterPrecise, seconds: retryAfter, now: date)
        }
        return head
    }

    // MARK: Lines

    /// `HTTP/1.1 200 OK`; the words may be missing, and some servers leave their blank out too.
    private mutating func readStatus(_ line: UnsafeRawBufferPointer) throws(UpstreamBreak) {
        guard line.count >= 12, line.starts(with: "HTTP/1."), line[7] == UInt8(ascii: "1") || line[7] == UInt8(ascii: "0"),
            line[8] == 0x20, line.count == 12 || line[12] == 0x20, line.isFieldText
        else { throw .notHTTP("no status line") }
        var status = 0
        for byte in line[9..<12] {
            guard 0x30...0x39 ~= byte else { throw .notHTTP("no status line") }
            status = status * 10 + Int(byte - 0x30)
        }
        guard (100..<600).contains(status), status != 101 else { throw .notHTTP("status \(status)") }
        self.status = status
        isVersion10 = line[7] == UInt8(ascii: "0")
    }

    private mutating func readField(_ line: UnsafeRawBufferPointer) throws(UpstreamBreak) {
        var colon = 0
        while colon < line.count, line[colon].isToken { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":") else { throw .notHTTP("a malformed field name") }
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmed
        guard value.isFieldText else { throw .notHTTP("a control character in a field") }
        if !isTrailers { try note(UnsafeRawBufferPointer(rebasing: line[..<colon]), value) }
    }

    private mutating func note(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(UpstreamBreak) {
        switch name.count {
        case 4 where name.equals("date"): date = status >= 300 ? value.text : nil
        case 10 where name.equals("connection"): noteConnection(value)
        case 11 where name.equals("retry-after"): retryAfter = value.text
        case 14 where name.equals("content-length"): try noteLength(value)
        case 14 where name.equals("retry-after-ms"): retryAfterPrecise = value.text
        case 16 where name.equals("content-encoding"): isEncoded = isEncoded || !value.equals("identity")
        case 17 where name.equals("transfer-encoding"):
            guard !isChunked, value.equals("chunked") else { throw .notHTTP("an unknown transfer coding") }
            isChunked = true
        default: break
        }
    }

    private mutating func noteConnection(_ value: UnsafeRawBufferPointer) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            let option = UnsafeRawBufferPointer(rebasing: option).trimmed
            if option.equals("close") { saysClose = true }
            if option.equals("keep-alive") { saysKeepAlive = true }
        }
    }

    private mutating func noteLength(_ value: UnsafeRawBufferPointer) throws(UpstreamBreak) {
        // Eighteen digits are far more than anyone sends, and cannot overflow.
        guard (1...18).contains(value.count), value.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw .notHTTP("a malformed length")
        }
        let length = value.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard self.length == nil || self.length == length else { throw .notHTTP("two lengths") }
        self.length = length
    }
}
