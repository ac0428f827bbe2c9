/// The address that is told of something. Its spelling alone is looked at here: where a name leads is for whoever calls it to
/// check, at that moment.
package enum CallbackAddress {
    /// An address that somebody typed, with its scheme in lower case; nil: it cannot be one.
    package static func address(_ text: String, allowsLoopback: Bool) -> String? {
        guard text.utf8.count <= ImageRequestLimits.callbackBytesMax else { return nil }
        return try? checked(text, allowsLoopback: allowsLoopback)
    }

    /// - Parameter allowsLoopback: also http and https on this very machine: for trying it out.
    static func read(_ fields: inout MemberReader, allowsLoopback: Bool) throws(FieldFault) -> String {
        let text = try fields.text(bytesMax: ImageRequestLimits.callbackBytesMax)
        do throws(ImageFault) { return try checked(text, allowsLoopback: allowsLoopback) } catch {
            // Never the address itself: its query may be a secret.
            guard case .address(let reason) = error else { throw fields.fault(.other(reason: "cannot be used")) }
            throw fields.fault(.other(reason: reason))
        }
    }

    /// - Returns: the address with its scheme in lower case.
    private static func checked(_ text: String, allowsLoopback: Bool) throws(ImageFault) -> String {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .address("must be written in visible ASCII characters, others percent-encoded")
        }
        guard !text.contains("#") else { throw .address("must not have a fragment") }
        let (scheme, rest) = split(text)
        if allowsLoopback, scheme == "http" || scheme == "https", try isLoopback(rest) { return "\(scheme)://\(rest)" }
        guard scheme == "https" else { throw .address("must begin with https://") }
        _ = try PublicHost.read(String(rest))
        return "https://\(rest)"
    }

    /// What stands before `://`, in lower case, and what behind.
    private static func split(_ text: String) -> (scheme: String, rest: Substring) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return ("", text[...]) }
        return (text[..<colon].lowercased(), text[colon...].dropFirst(3))
    }

    /// Whether the host is this very machine, written as one would: `localhost`, `127.0.0.1`, `[::1]`.
    private static func isLoopback(_ rest: Substring) throws(ImageFault) -> Bool {
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .address("must not carry a user name or password") }
        guard let host = ["localhost", "127.0.0.1", "[::1]"].first(where: { authority.lowercased().hasPrefix($0) }) else {
            return false
        }
        let port = authority.dropFirst(host.count)
        guard !port.isEmpty else { return true }
        guard port.first == ":" else { return false }
        let digits = port.dropFirst()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits), number > 0 else {
            throw .address("has no usable port")
        }
        return true
    }
}
