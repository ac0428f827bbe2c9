import Foundation

/// Where a server is, from `http://127.0.0.1:8080` or `https://ai.example/below`.
struct ServerAddress: Hashable, Sendable {
    let isSecure: Bool
    let host: String
    let port: Int
    /// What stands before every path, without a slash at its end.
    let prefix: String

    init(isSecure: Bool, host: String, port: Int, prefix: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.prefix = prefix
    }

    /// - Throws: ``Failure`` when `text` is no such address.
    init(_ text: String) throws {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.query == nil, parts.user == nil
        else {
            throw Failure(.usage, "--url: expected an address such as http://127.0.0.1:8080, got \(text)")
        }
        isSecure = scheme == "https"
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? (isSecure ? 443 : 80)
        prefix =
            parts.percentEncodedPath.hasSuffix("/")
            ? String(parts.percentEncodedPath.dropLast()) : parts.percentEncodedPath
    }

    /// The `host` header.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}
