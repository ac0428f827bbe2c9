import Wire

/// Reads the head of a request, or the fields behind a chunked body, line by line as its bytes come (RFC 9112 sections 2 to 5).
///
/// Stricter than the RFC asks where leniency has let requests be smuggled: lines end in CR LF alone, nothing stands between a name
/// and its colon, no value holds a control character, no line continues another. What it finds does not depend on how
/// the bytes were cut on their way.
struct HeadReader: Sendable {
    private enum Expected { case requestLine, field, trailer }

    /// What is learnt, with ranges counted from the first byte of the head.
    private(set) var found = RequestHead.Found()
    /// Bytes of whole lines so far; once the head is complete, all of it.
    private(set) var bytes = 0
    private var expected: Expected
    /// Bytes known to hold no control character, and so no line end.
    private var scanned = 0
    private var fields = 0
    private var hosts = 0

    static let ofRequest = HeadReader(expected: .requestLine)
    /// The fields behind a body: they are checked and thrown away.
    static let ofTrailers = HeadReader(expected: .trailer)

    private init(expected: Expected) { self.expected = expected }

    /// Looks at what came.
    /// - Parameter all: every byte of the head so far, and what follows it.
    /// - Returns: whether the head is complete.
    mutating func read(_ all: UnsafeRawBufferPointer, _ limits: RequestParser.Limits) throws(MalformedRequest) -> Bool {
        while let line = try nextLine(of: all, limits) {
            let start = bytes
            bytes = line.upperBound + 2
            scanned = bytes
            if line.isEmpty {
                // RFC 9112 section 2.2: one empty line before a request is passed over.
                if expected == .requestLine {
                    guard start == 0 else { throw .syntax }
                    continue
                }
                if expected == .field { try finish() }
                return true
            }
            if expected == .requestLine {
                try readRequestLine(all, line)
                expected = .field
            } else {
                try readField(all, line, limits)
            }
        }
        return false
    }

    // MARK: Lines

    /// The next line without its end; nil while it has none.
    private mutating func nextLine(
        of all: UnsafeRawBufferPointer, _ limits: RequestParser.Limits
    ) throws(MalformedRequest) -> Range<Int>? {
        let lineMax = min(bytes + limits.fieldBytesMax, limits.headBytesMax) + 2
        let seen = min(all.count, lineMax)
        scanned = all.firstControl(in: scanned..<max(scanned, seen)) ?? seen
        // What no line may hold is refused before the line is complete: garbage need not wait for its end. A CR that comes last
        // may be half of the line's end.
        guard scanned >= seen || all[scanned] == 0x0D else { throw .syntax }
        guard scanned + 1 < seen else {
            guard all.count < lineMax else { throw .headerTooLarge }
            return nil
        }
        guard all[scanned + 1] == 0x0A else { throw .syntax }
        return bytes..<scanned
    }

    // MARK: The request line

    /// `GET /v1/models HTTP/1.1`: one space between its parts, no other anywhere.
    private mutating func readRequestLine(_ all: UnsafeRawBufferPointer, _ line: Range<Int>) throws(MalformedRequest) {
        guard let first = all.firstSpace(in: line) else { throw .syntax }
        let rest = first + 1..<line.upperBound
        guard let second = all.firstSpace(in: rest) else { throw .syntax }
        let (method, target, version) = (line.lowerBound..<first, first + 1..<second, second + 1..<line.upperBound)
        guard !method.isEmpty, !target.isEmpty else { throw .syntax }
        for index in method where !all[index].isTokenByte { throw .syntax }
        for index in target where all[index] <= 0x20 || all[index] >= 0x7F { throw .syntax }
        found.isHTTP10 = try HeadReader.isHTTP10(all, version)
        guard let known = RequestHead.Method(all[method]) else { throw .method }
        found.method = known
        found.target = Span(target)
    }

    private static func isHTTP10(_ all: UnsafeRawBufferPointer, _ version: Range<Int>) throws(MalformedRequest) -> Bool {
        let start = version.lowerBound
        guard version.count == 8, UnsafeRawBufferPointer(rebasing: all[start..<start + 5]).isSame(as: "HTTP/"),
            all[start + 5].isDigit, all[start + 6] == UInt8(ascii: "."), all[start + 7].isDigit
        else { throw .syntax }
        guard all[start + 5] == UInt8(ascii: "1"), all[start + 7] <= UInt8(ascii: "1") else { throw .version }
        return all[start + 7] == UInt8(ascii: "0")
    }

    // MARK: Fields

    private mutating func readField(
        _ all: UnsafeRawBufferPointer, _ line: Range<Int>, _ limits: RequestParser.Limits
    ) throws(MalformedRequest) {
        var colon = line.lowerBound
        while colon < line.upperBound, all[colon].isTokenByte { colon += 1 }
        // Also what begins with a space, which once continued the line before.
        guard colon > line.lowerBound, colon < line.upperBound, all[colon] == UInt8(ascii: ":") else { throw .syntax }
        fields += 1
        guard fields <= limits.fieldsMax else { throw .headerTooLarge }
        guard expected == .field else { return }
        var value = colon + 1..<line.upperBound
        while let first = value.first, all[first].isBlank { value = first + 1..<value.upperBound }
        while let last = value.last, all[last].isBlank { value = value.lowerBound..<last }
        try note(UnsafeRawBufferPointer(rebasing: all[line.lowerBound..<colon]), all, value)
    }

    private mutating func note(
        _ name: UnsafeRawBufferPointer, _ all: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(MalformedRequest) {
        var value: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: all[range]) }
        switch name.count {
        case 4 where name.equals("host"): hosts += 1
        case 6 where name.equals("expect"):
            guard value.equals("100-continue") else { throw .expectation }
            found.expectsContinue = true
        case 7 where name.equals("upgrade"): found.changesProtocol = true
        case 9 where name.equals("x-api-key"):
            found.apiKeys += 1
            found.apiKey = Span(range)
        case 10 where name.equals("connection"): found.note(connection: value)
        case 12 where name.equals("content-type"): found.contentType = Span(range)
        case 13 where name.equals("authorization"):
            found.authorizations += 1
            found.authorization = Span(range)
        case 14 where name.equals("content-length"):
            guard found.body == .none, let bytes = HeadReader.length(value) else { throw .length }
            found.body = .bytes(bytes)
        case 15 where name.equals("idempotency-key"): found.isNamed = true
        case 16 where name.equals("content-encoding"): found.contentEncoding = Span(range)
        case 17 where name.equals("transfer-encoding"):
            // One framing only: two are how requests are smuggled past proxies (RFC 9112 section 6.3).
            guard found.body == .none, !found.isHTTP10, value.equals("chunked") else { throw .length }
            found.body = .chunked
        default: break
        }
    }

    /// Digits and nothing else; nil also beyond 18 of them, which no body has.
    private static func length(_ value: UnsafeRawBufferPointer) -> Int? {
        guard (1...18).contains(value.count) else { return nil }
        var length = 0
        for byte in value {
            guard byte.isDigit else { return nil }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return length
    }

    private mutating func finish() throws(MalformedRequest) {
        // RFC 9112 section 3.2
        guard hosts == 1 || (hosts == 0 && found.isHTTP10) else { throw .host }
    }
}
