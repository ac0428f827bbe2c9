/// Where a store's server is: `https://s3.eu-central-1.amazonaws.com`, read strictly. What two readers could read differently is refused.
struct S3Address: Hashable, Sendable, CustomStringConvertible {
    enum Scheme: String, Sendable {
        case http, https
        var port: Int { self == .https ? 443 : 80 }
    }

    let scheme: Scheme
    /// A name or an address as it is handed to the resolver: IPv6 without brackets.
    let host: String
    let port: Int
    /// Empty, or starts with a slash and does not end with one.
    let path: String

    /// - Throws: what is wrong, without the address: it may hold a password.
    init(_ text: String) throws(Fault) {
        guard text.utf8.count <= BlobLimits.addressBytesMax else {
            throw Fault(description: "longer than \(BlobLimits.addressBytesMax) bytes")
        }
        guard let mark = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased()) else {
            throw Fault(description: "expected http://… or https://…")
        }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else { throw Fault(description: "a user name or password cannot stand here") }
        self.scheme = scheme
        (host, port) = try S3Address.split(authority, default: scheme.port)
        path = try S3Address.path(rest.dropFirst(authority.count))
    }

    struct Fault: Error, Hashable, Sendable, CustomStringConvertible { let description: String }

    var description: String { "\(scheme.rawValue)://\(authority)\(path)" }

    /// The `host` header: the port only where it is not the scheme's own.
    var authority: String {
        let name = isIPv6 ? "[\(host)]" : host
        return port == scheme.port ? name : "\(name):\(port)"
    }

    /// The name to be found in a certificate and told beforehand; nil for an address, which the certificate must name itself.
    var serverName: String? {
        isIPv6 || host.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") } ? nil : host
    }

    private var isIPv6: Bool { host.contains(":") }

    private static func split(_ authority: Substring, default port: Int) throws(Fault) -> (String, Int) {
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { throw Fault(description: "the host's bracket is not closed") }
            let inner = authority[..<close].dropFirst()
            guard (2...45).contains(inner.utf8.count), inner.contains(":"),
                inner.utf8.allSatisfy({ $0.isHexadecimalDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { throw Fault(description: "the host in brackets is not an IPv6 address") }
            return (inner.lowercased(), try number(authority[close...].dropFirst(), default: port))
        }
        let host = authority.prefix { $0 != ":" }
        guard (1...253).contains(host.utf8.count),
            host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
        else { throw Fault(description: "the host is neither a name nor an address") }
        guard !endsInNumber(host) || isIPv4(host) else {
            throw Fault(description: "an IPv4 address has four decimal numbers in 0...255")
        }
        return (host.lowercased(), try number(authority.dropFirst(host.count), default: port))
    }

    /// Resolvers read `127.1` and `0x7f.1` as 127.0.0.1. Source: WHATWG URL, "ends in a number".
    private static func endsInNumber(_ host: Substring) -> Bool {
        let last = host.split(separator: ".").last?.lowercased() ?? ""
        return last.utf8.allSatisfy(\.isDigit)
            || (last.hasPrefix("0x") && last.dropFirst(2).utf8.allSatisfy(\.isHexadecimalDigit))
    }

    private static func isIPv4(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".")
        return parts.count == 4 && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    /// Reads `:8080`, or nothing.
    private static func number(_ text: Substring, default port: Int) throws(Fault) -> Int {
        if text.isEmpty { return port }
        let digits = text.dropFirst()
        guard text.first == ":", (1...5).contains(digits.count), digits.utf8.allSatisfy({ $0.isDigit }), let number = Int(digits),
            (1...65_535).contains(number)
        else { throw Fault(description: "the port is not a number in 1...65535") }
        return number
    }

    private static func path(_ text: Substring) throws(Fault) -> String {
        var path = text
        while path.last == "/" { path = path.dropLast() }
        guard path.isEmpty || path.dropFirst().isPlainPath else {
            throw Fault(description: "the path holds something other than plain names between slashes")
        }
        return String(path)
    }
}

extension Substring {
    /// Names of plain characters between slashes, none of them empty or a step upwards.
    var isPlainPath: Bool {
        split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.allSatisfy(\.mayStandInAddress)
        }
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    var isHexadecimalDigit: Bool { isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self) }

    /// Letters, digits and `-._~`: what stands for itself everywhere. Source: RFC 3986 §2.3.
    var mayStandInAddress: Bool {
        isDigit || isLetter || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "~")
    }
}
