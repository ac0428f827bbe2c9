import NIOCore

extension RequestHead {
    /// Nothing in the request says that a caller on this machine speaks for somebody elsewhere: no proxy passed it on, and it is
    /// meant for this machine by name or address. A page of the web can have a browser here ask under a name of its own, but not
    /// under another `Host`.
    var isForThisMachine: Bool {
        fields.allSatisfy { name, value in
            let name = name.lowercased()
            return name == "host" ? RequestHead.isThisMachine(value) : !RequestHead.isProxyField(name)
        }
    }

    private static func isProxyField(_ name: String) -> Bool { name.hasPrefix("x-forwarded") || proxyFields.contains(name) }

    /// Beside the `X-Forwarded-…` family: RFC 9110 and 7239, and what nginx, Cloudflare, Akamai, Fly, Fastly, Envoy, Google's and
    /// Rackspace's balancers and older Apache modules add.
    private static let proxyFields: Set = [
        "via", "forwarded", "forwarded-for", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for",
        "x-envoy-external-address", "cf-connecting-ip", "true-client-ip", "fly-client-ip", "fastly-client-ip",
    ]

    /// `localhost` or a loopback address, with or without a port.
    private static func isThisMachine(_ host: String) -> Bool {
        let name = host.first == "[" ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
        if name.lowercased() == "localhost" { return true }
        return (try? SocketAddress(ipAddress: String(name), port: 0))?.isLoopback ?? false
    }
}
