import NIOHTTP1

/// A request as its head tells it, checked and gathered in one pass over the header fields.
struct RequestHead: Sendable {
    enum Body: Hashable, Sendable {
        case none
        case bytes(Int)
        /// Its length is known at its end.
        case chunked
    }

    enum Authorization: Sendable {
        case none
        case one(String)
        /// Several, so that nobody can know which is meant.
        case several
    }

    let method: HTTPMethod
    /// The target as it was sent, without scheme and host; nil when it is neither a path nor a URL.
    let target: Target?
    let isHTTP10: Bool
    /// The caller wants to use the connection again, as far as the head says.
    let keepsAlive: Bool
    private(set) var body = Body.none
    private(set) var authorization = Authorization.none
    private(set) var contentType: String?
    private(set) var contentEncoding: String?
    /// The caller waits for `100 Continue` before it sends the body.
    private(set) var expectsContinue = false
    let fields: HTTPHeaders

    private var hosts = 0
    private var changesProtocol = false

    /// - Throws: ``MalformedRequest``, after which the connection cannot be trusted any more.
    init(_ head: HTTPRequestHead) throws(MalformedRequest) {
        guard head.version.major == 1, head.version.minor <= 1 else { throw .version }
        isHTTP10 = head.version.minor == 0
        method = head.method
        target = Target(head.uri)
        fields = head.headers
        keepsAlive = head.isKeepAlive
        for (name, value) in head.headers { try note(name.utf8, value) }
        // RFC 9112 section 3.2
        guard hosts == 1 || (hosts == 0 && isHTTP10) else { throw .host }
    }

    /// After `Upgrade` or `CONNECT` the parser takes what follows for another protocol, which we never speak.
    var isLastOnConnection: Bool { !keepsAlive || changesProtocol || method == .CONNECT }

    private mutating func note(_ name: String.UTF8View, _ value: String) throws(MalformedRequest) {
        switch name.count {
        case 4 where name.equals("host"): hosts += 1
        case 6 where name.equals("expect"):
            guard value.utf8.equals("100-continue") else { throw .expectation }
            expectsContinue = !isHTTP10
        case 7 where name.equals("upgrade"): changesProtocol = true
        case 12 where name.equals("content-type"): contentType = value
        case 13 where name.equals("authorization"):
            if case .none = authorization { authorization = .one(value) } else { authorization = .several }
        case 14 where name.equals("content-length"):
            guard body == .none, let bytes = Int(value), bytes >= 0 else { throw .length }
            body = .bytes(bytes)
        case 16 where name.equals("content-encoding"): contentEncoding = value
        case 17 where name.equals("transfer-encoding"):
            // One framing only: two are how requests are smuggled past proxies (RFC 9112 section 6.3).
            guard body == .none, !isHTTP10, value.utf8.equals("chunked") else { throw .length }
            body = .chunked
        default: break
        }
    }
}

/// Why a request cannot be read as HTTP/1.1.
enum MalformedRequest: Error {
    /// Something the parser refuses.
    case syntax
    /// The header is larger than it may be, or has too many fields.
    case headerTooLarge
    case version
    case host
    /// The length of the body is stated twice, or in no way we know.
    case length
    case expectation
}

extension Collection<UInt8> {
    /// Compares with a lower-case ASCII literal, ignoring case; allocates nothing.
    func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        var expected = literal.utf8Start
        for byte in self {
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            guard lower == expected.pointee else { return false }
            expected += 1
        }
        return true
    }
}
