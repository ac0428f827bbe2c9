import NIOCore
import NIOSSL

/// One upstream as a connection sees it. Certificates are always verified; there is no switch for it.
struct UpstreamTarget: Sendable {
    let address: EngineAddress
    private let tls: NIOSSLContext?

    /// - Parameter trustedRoots: a PEM file of certificates to trust instead of the system's, for servers of one's own.
    /// - Throws: what NIOSSL says about the file.
    init(_ address: EngineAddress, trustedRoots: String?) throws {
        self.address = address
        guard address.scheme == .https else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .seconds(1)
        if let trustedRoots { configuration.trustRoots = .file(trustedRoots) }
        tls = try NIOSSLContext(configuration: configuration)
    }

    func install(in pipeline: ChannelPipeline.SynchronousOperations) throws {
        if let tls {
            // An address instead of a name has no SNI; the certificate must then name the address itself.
            let name: String? = if case .name(let name) = address.host { name } else { nil }
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
        }
        try pipeline.addHandler(UpstreamConnection(isSecured: tls != nil))
    }
}
