import Foundation

/// Where a picture is fetched, from the address the server told.
struct PictureSource: Hashable, Sendable {
    let server: ServerAddress
    /// With its query.
    let path: String

    /// - Parameter asked: the server that told it. A picture of that host is fetched as the host was asked: behind a proxy the server
    ///   itself may not know that it is reached by https.
    /// - Throws: ``Failure`` for what is no such address, and for one that would go over http what was asked over https.
    init(_ url: String, at asked: ServerAddress) throws {
        guard url.utf8.count <= ImageLimits.addressBytesMax, let parts = URLComponents(string: url), let host = parts.host,
            let scheme = parts.scheme?.lowercased(), parts.percentEncodedPath.hasPrefix("/")
        else { throw Failure(.unavailable, "the server told no address of the picture that can be read") }
        let port = parts.port.map { ":\($0)" } ?? ""
        let there = try ServerAddress("\(scheme)://\(host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host)\(port)")
        path = parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
        if there.authority == asked.authority {
            server = asked.withoutPrefix
            return
        }
        guard there.isSecure || !asked.isSecure else {
            throw Failure(.refused, "the picture lies at \(there.authority) without TLS, and is not fetched from there")
        }
        server = there
    }
}

extension ServerAddress {
    /// The host itself, whatever is served below which path.
    fileprivate var withoutPrefix: ServerAddress { ServerAddress(isSecure: isSecure, host: host, port: port, prefix: "") }
}
