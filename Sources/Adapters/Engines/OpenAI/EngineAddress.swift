/// Where an upstream is: `https://api.openai.com/v1`, read strictly. What two readers could read differently is refused,
/// so that a key never goes to a host its operator did not mean.
package struct EngineAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable {
        case http, https
        var port: Int { self == .https ? 443 : 80 }
    }

    package enum Host: Hashable, Sendable {
        /// Lower case.
        case name(String)
        case ipv4(String)
        /// Without brackets.
        case ipv6(String)

        /// As it is handed to the resolver.
        package var text: String {
            switch self {
            case .name(let text), .ipv4(let text), .ipv6(let text): text
            }
        }
    }

    package let scheme: Scheme
    package let host: Host
    package let port: Int
    /// Empty, or starts with a slash and does not end with one.
    package let path: String

    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, without the address: it may hold a password.
        package let description: String
    }

    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= OpenAILimits.addressBytesMax else { throw Fault(description: "longer than 2048 bytes") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Fault(description: "only visible ASCII characters can stand in an address")
        }
        guard let mark = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased()) else {
            throw Fault(description: "expected http://… or https://…")
        }
        let rest = text[mark.upperBound...]
        guard !rest.contains("?"), !rest.contains("#") else { throw Fault(description: "a query or fragment cannot stand here") }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else { throw Fault(description: "a user name or password cannot stand here") }
        self.scheme = scheme
        (host, port) = try EngineAddress.split(authority, default: scheme.port)
        path = try EngineAddress.path(rest.dropFirst(authority.count))
    }

    /// `https://api.openai.com/v1`; the port only where it is not the scheme's own.
    package var description: String { "\(scheme.rawValue)://\(authority)\(path)" }

    /// The `host` header.
    package var authority: String {
        let name = if case .ipv6(let text) = host { "[\(text)]" } else { host.text }
        return port == scheme.port ? name : "\(name):\(port)"
    }

    /// The same without its path.
    package var origin: EngineAddress {
        get throws(Fault) { try EngineAddress("\(scheme.rawValue)://\(authority)") }
    }

    // MARK: Parts

    private static func split(_ authority: Substring, default port: Int) throws(Fault) -> (Host, Int) {
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { throw Fault(description: "the host's bracket is not closed") }
            let inner = authority[authority.index(after: authority.startIndex)..<close]
            guard isIPv6(inner) else { throw Fault(description: "the host in brackets is not an IPv6 address") }
            return (.ipv6(inner.lowercased()), try number(authority[authority.index(after: close)...], default: port))
        }
        let name = authority.prefix { $0 != ":" }
        return (try host(name), try number(authority.dropFirst(name.count), default: port))
    }

    /// Reads `:8080`, or nothing.
    private static func number(_ text: Substring, default port: Int) throws(Fault) -> Int {
        if text.isEmpty { return port }
        let digits = text.dropFirst()
        guard text.first == ":", (1...5).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits), (1...65_535).contains(number)
        else { throw Fault(description: "the port is not a number in 1...65535") }
        return number
    }

    /// A host whose last label is a number is an IPv4 address, and then all four parts stand in plain decimal:
    /// resolvers read `127.1` and `0x7f.1` as 127.0.0.1. Source: WHATWG URL, "ends in a number".
    private static func host(_ text: Substring) throws(Fault) -> Host {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(text.utf8.count), labels.allSatisfy(isLabel) else {
            throw Fault(description: "the host is neither a name nor an address")
        }
        guard let last = labels.last, let first = last.utf8.first, (0x30...0x39).contains(first), isNumber(last) else {
            return .name(text.lowercased())
        }
        guard labels.count == 4, labels.allSatisfy(isOctet) else {
            throw Fault(description: "an IPv4 address has four decimal numbers in 0...255")
        }
        return .ipv4(String(text))
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    private static func isNumber(_ label: Substring) -> Bool {
        let hexadecimal = label.lowercased().hasPrefix("0x") && label.dropFirst(2).allSatisfy(\.isHexDigit)
        return hexadecimal || label.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isOctet(_ label: Substring) -> Bool {
        guard let value = Int(label), (0...255).contains(value) else { return false }
        return String(value) == label
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        (2...45).contains(text.utf8.count) && text.contains(":")
            && text.utf8.allSatisfy { $0.isHexadecimalDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    }

    private static func path(_ text: Substring) throws(Fault) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var kept = parts[...]
        while kept.last == "" { kept = kept.dropLast() }
        for part in kept {
            guard !part.isEmpty, part != ".", part != "..", part.utf8.allSatisfy(\.mayStandInPath) else {
                throw Fault(description: "the path holds something other than plain names between slashes")
            }
        }
        return kept.map { "/\($0)" }.joined()
    }
}

extension UInt8 {
    fileprivate var isASCIILetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }

    fileprivate var isHexadecimalDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }

    /// Letters, digits and `-._~`: what stands for itself everywhere. Source: RFC 3986 §2.3.
    var mayStandInPath: Bool {
        isASCIILetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "~")
    }
}
