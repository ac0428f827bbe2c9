import NIOCore
import Wire

/// A request as its head tells it: what is acted upon was found while it was read, the rest stays in its bytes.
struct RequestHead: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
        case options = "OPTIONS"
        case trace = "TRACE"
        case connect = "CONNECT"
    }

    enum Body: Hashable, Sendable {
        case none
        case bytes(Int)
        /// Its length is known at its end.
        case chunked
    }

    /// What ``HeadReader`` learnt.
    struct Found: Sendable {
        var method = Method.get
        var target = Span(0..<0)
        var isHTTP10 = false
        var body = Body.none
        /// The caller waits for `100 Continue` before it sends the body.
        var expectsContinue = false
        var authorizations = 0
        var authorization: Span?
        /// `x-api-key`, the last if there are several.
        var apiKey: Span?
        var apiKeys = 0
        var contentType: Span?
        var contentEncoding: Span?
        var closes = false
        var keepsAlive = false
        var changesProtocol = false
        /// `Idempotency-Key` stands there, once or more.
        var isNamed = false
    }

    private let bytes: ByteBuffer
    private let found: Found

    init(_ bytes: ByteBuffer, _ found: Found) {
        self.bytes = bytes
        self.found = found
    }

    var method: Method { found.method }
    var isHTTP10: Bool { found.isHTTP10 }
    var body: Body { found.body }
    /// The caller waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool { found.expectsContinue && !isHTTP10 }

    /// No request follows on this connection. Whoever asks for another protocol is answered in this one, and let go.
    var isLastOnConnection: Bool {
        found.closes || (isHTTP10 && !found.keepsAlive) || found.changesProtocol || method == .connect
    }

    /// The caller gave the request a name of its own.
    var isNamed: Bool { found.isNamed }

    /// The target as it was sent, without scheme and host; nil when it is neither a path nor a URL.
    var target: Target? { Target(text(found.target)) }

    /// Lends the target as it was sent.
    func withTarget<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { lend(found.target, body) }

    var contentType: String? { found.contentType.map(text) }
    var contentEncoding: String? { found.contentEncoding.map(text) }

    func withContentType<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        found.contentType.map { lend($0, body) }
    }

    /// How often `Authorization` stands there: more than once, and nobody can know which is meant.
    var authorizations: Int { found.authorizations }

    /// Lends the value of `Authorization`, the last if there are several.
    func withAuthorization<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        found.authorization.map { lend($0, body) }
    }

    /// How often `x-api-key` stands there.
    var apiKeys: Int { found.apiKeys }

    func withAPIKey<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        found.apiKey.map { lend($0, body) }
    }

    /// Every field in its order, for those who want them all.
    var fields: [(name: String, value: String)] {
        let lines = String(buffer: bytes).utf8.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        return lines.drop(while: \.isEmpty).dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            var value = line[line.index(after: colon)...].drop(while: \.isBlank)
            while value.last?.isBlank == true { value.removeLast() }
            return (String(Substring(line[..<colon])), String(Substring(value)))
        }
    }

    private func lend<Result>(_ span: Span, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeReadableBytes { body(UnsafeRawBufferPointer(rebasing: $0[span.range])) }
    }

    private func text(_ span: Span) -> String { lend(span) { String(decoding: $0, as: UTF8.self) } }
}

extension RequestHead.Method {
    init?(_ name: Slice<UnsafeRawBufferPointer>) {
        let bytes = UnsafeRawBufferPointer(rebasing: name)
        // Nearly always; methods are written in capitals.
        if bytes.isSame(as: "POST") {
            self = .post
        } else if bytes.isSame(as: "GET") {
            self = .get
        } else {
            self.init(rawValue: String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension RequestHead.Found {
    /// Notes the options of a `Connection` field, of which there may be several.
    mutating func note(connection value: UnsafeRawBufferPointer) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            var option = option
            while option.first?.isBlank == true { option.removeFirst() }
            while option.last?.isBlank == true { option.removeLast() }
            let name = UnsafeRawBufferPointer(rebasing: option)
            if name.equals("close") { closes = true }
            if name.equals("keep-alive") { keepsAlive = true }
        }
    }
}

/// Why a request cannot be read as HTTP/1.1.
enum MalformedRequest: Error {
    /// It breaks the grammar.
    case syntax
    /// The header is larger than it may be, or has too many fields.
    case headerTooLarge
    /// The chunks of its body say more about themselves than they may.
    case chunkExtensions
    case version
    /// No method that is known here.
    case method
    case host
    /// The length of the body is stated twice, or in no way we know.
    case length
    case expectation
}
