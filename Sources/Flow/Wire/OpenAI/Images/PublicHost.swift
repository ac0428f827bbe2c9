/// Decides by its spelling alone whether an address may be handed to an engine that will fetch it. A name that resolves to an
/// inner address is not seen here: who runs an engine of his own in a private network lets it fetch nothing.
enum PublicHost {
    /// Reads what follows `https://`.
    /// - Returns: the host in lower case.
    static func read(_ text: String) throws(ImageFault) -> String {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) else {
            throw .address("contains a space, a control character or a backslash")
        }
        let authority = text.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw .address("must not carry a user name or password") }
        if authority.first == "[" { return try readSixth(authority) }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { try checkPort(parts[1]) }
        return try readName(parts.first ?? "")
    }

    private static func readName(_ text: Substring) throws(ImageFault) -> String {
        // Percent escapes, fullwidth digits and other scripts are read differently by different resolvers.
        guard text.utf8.allSatisfy(\.isHostByte) else { throw .address("has a host that is not plain ASCII") }
        let host = (text.last == "." ? text.dropLast() : text).lowercased()
        guard !host.isEmpty, host.utf8.count <= 253 else { throw .address("has no usable host") }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 }) else { throw .address("has no usable host") }
        guard let last = labels.last else { throw .address("has no usable host") }
        // `127.1`, `2130706433`, `0x7f.1`, `0177.0.0.1`: a last label that is a number makes the host an IPv4 address.
        if last.first.map({ "0"..."9" ~= $0 }) == true, last.hasPrefix("0x") || last.allSatisfy({ "0"..."9" ~= $0 }) {
            guard let address = IPv4Address(host), address.isPublic else {
                throw .address("points to an address that is not public, or not written plainly")
            }
            return host
        }
        guard labels.count > 1, !innerDomains.contains(where: { host == $0 || host.hasSuffix(".\($0)") }) else {
            throw .address("points to a host that is not public")
        }
        return host
    }

    /// Domains that no public name lies in. Sources: RFC 6761, RFC 6762, RFC 8375, and what home and cloud networks use.
    private static let innerDomains = [
        "localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "test",
        "invalid", "onion",
    ]

    /// Reads an IPv6 literal in brackets.
    private static func readSixth(_ authority: Substring) throws(ImageFault) -> String {
        guard let close = authority.firstIndex(of: "]") else { throw .address("has no usable host") }
        let literal = authority[authority.index(after: authority.startIndex)..<close]
        let rest = authority[authority.index(after: close)...]
        if !rest.isEmpty {
            guard rest.first == ":" else { throw .address("has no usable host") }
            try checkPort(rest.dropFirst())
        }
        guard let address = IPv6Address(literal), address.isPublic else {
            throw .address("points to an address that is not public, or not written plainly")
        }
        return "[\(literal.lowercased())]"
    }

    private static func checkPort(_ text: Substring) throws(ImageFault) {
        guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), UInt16(text) ?? 0 > 0 else {
            throw .address("has no usable port")
        }
    }
}

extension UInt8 {
    fileprivate var isHostByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
