/// The path and query a request asks for.
struct Target: Sendable {
    /// As sent, percent-encoding and all.
    let path: String
    let query: String?

    /// - Parameter uri: a path, or a whole URL as proxies are asked (RFC 9112 section 3.2.2); nil when it is neither.
    init?(_ uri: String) {
        // Nearly always a plain path: nothing to cut, nothing to copy.
        if uri.utf8.first == UInt8(ascii: "/"), !uri.utf8.contains(UInt8(ascii: "?")) {
            path = uri
            query = nil
            return
        }
        var rest = uri[...]
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            rest = rest.firstIndex { $0 == "/" || $0 == "?" }.map { rest[$0...] } ?? "/"
        }
        guard rest.utf8.first == UInt8(ascii: "/") else { return nil }
        guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            path = String(rest)
            query = nil
            return
        }
        path = String(rest[..<mark])
        query = String(rest[rest.utf8.index(after: mark)...])
    }

    /// False when a proxy in front of us might read the path as another one: empty or dotted segments, however encoded,
    /// backslashes, control characters. No such path is ever served.
    var isPlain: Bool {
        var segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if segments.last?.isEmpty == true { segments.removeLast() }
        return segments.allSatisfy { segment in
            guard let name = segment.percentDecoded, !name.isEmpty, name != ".", name != ".." else { return false }
            return name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }
        }
    }
}

extension StringProtocol {
    /// With `%41` read as `A`; nil when an escape is not one, or the bytes are not UTF-8.
    var percentDecoded: String? {
        var decoded: [UInt8] = []
        var bytes = utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = bytes.next()?.hexadecimalDigit, let low = bytes.next()?.hexadecimalDigit else { return nil }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
