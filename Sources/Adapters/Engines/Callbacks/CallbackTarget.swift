import NIOCore
import Wire

/// Where a callback goes, read strictly: `https://hooks.example.com/a?b=c`.
struct CallbackTarget: Hashable, Sendable {
    /// Everything before the path.
    let address: EngineAddress
    /// The path and the query, as they are sent.
    let path: String

    /// - Returns: nil for what no caller could have submitted.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("#"),
            let mark = text.firstRange(of: "://")
        else { return nil }
        let authority = text[mark.upperBound...].prefix { $0 != "/" && $0 != "?" }
        let rest = text[authority.endIndex...]
        // A name's last dot says that it is whole; neither certificates nor SNI have it.
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isDotted = authority.first != "[" && parts.first?.last == "."
        let plain = isDotted ? ([parts[0].dropLast()] + parts.dropFirst()).joined(separator: ":") : String(authority)
        guard let address = try? EngineAddress("\(text[..<mark.lowerBound])://\(plain)") else { return nil }
        self.address = address
        path = rest.first == "/" ? String(rest) : "/\(rest)"
    }

    /// The host is written as this machine: a name that merely leads here is not.
    var isWrittenAsLocal: Bool {
        switch address.host {
        case .name(let name): name == "localhost"
        case .ipv4(let text): text == "127.0.0.1"
        case .ipv6(let text): text == "::1"
        }
    }

    /// Whether every address the host has may be called.
    /// - Parameter allowsLoopback: this very machine may be, where it is written as such, and without TLS too.
    func admits(_ addresses: [HostAddress], allowsLoopback: Bool) -> Bool {
        guard !addresses.isEmpty else { return false }
        if allowsLoopback, isWrittenAsLocal { return addresses.allSatisfy(\.isLoopback) }
        return address.scheme == .https && addresses.allSatisfy(\.isPublic)
    }
}
