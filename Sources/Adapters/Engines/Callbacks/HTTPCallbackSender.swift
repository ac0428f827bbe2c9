package import Inference
package import NIOCore
import NIOPosix
import NIOSSL
import Wire

/// Posts callbacks over the internet, and only there: a name is resolved here, every address it has is looked at, and the connection goes
/// to one of exactly these. So a name that leads into the network this server stands in is not called, even if it changes its mind between
/// two lookups.
package final class HTTPCallbackSender: CallbackSender {
    private let allowsLoopback: Bool
    private let group: any EventLoopGroup
    private let names: NameLookup
    private let tls: NIOSSLContext
    private let time: TimeAmount

    /// - Parameters:
    ///   - allowsLoopback: this machine may be called under its own names, without TLS too: for trying it out.
    ///   - trustedRoots: a PEM file of certificates to trust instead of the system's.
    /// - Throws: what NIOSSL says about `trustedRoots`.
    package convenience init(allowsLoopback: Bool, trustedRoots: String? = nil, group: any EventLoopGroup) throws {
        try self.init(
            allowsLoopback: allowsLoopback, trustedRoots: trustedRoots, group: group, names: NameLookup(),
            time: CallbackSenderLimits.time)
    }

    init(allowsLoopback: Bool, trustedRoots: String?, group: any EventLoopGroup, names: NameLookup, time: TimeAmount) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .seconds(1)
        if let trustedRoots { configuration.trustRoots = .file(trustedRoots) }
        tls = try NIOSSLContext(configuration: configuration)
        self.allowsLoopback = allowsLoopback
        self.group = group
        self.names = names
        self.time = time
    }

    package func send(_ callback: SignedCallback) async -> CallbackOutcome {
        guard let target = CallbackTarget(callback.address) else { return .failed(why: "the address cannot be read") }
        let (loop, deadline) = (group.next(), NIODeadline.now() + time)
        guard let addresses = try? await names.addresses(of: target.address.host, until: deadline, on: loop).get() else {
            return .failed(why: "the name has no address, or its servers do not answer")
        }
        guard target.admits(addresses, allowsLoopback: allowsLoopback) else {
            return .failed(why: "the address is not one of the public net")
        }
        let request = HTTPCallbackSender.request(callback, to: target)
        var last = CallbackOutcome.failed(why: "no connection in time")
        for address in addresses.prefix(CallbackSenderLimits.addressesMax) where NIODeadline.now() < deadline {
            do { return try await exchange(request, target, address, until: deadline, on: loop) } catch {
                last = .failed(why: UpstreamBreak(connecting: error).detail)
            }
        }
        return last
    }

    /// - Throws: why there was no connection; then no byte was sent.
    private func exchange(
        _ request: ByteBuffer, _ target: CallbackTarget, _ address: HostAddress, until deadline: NIODeadline,
        on loop: any EventLoop
    ) async throws -> CallbackOutcome {
        let done = loop.makePromise(of: CallbackOutcome.self)
        // An address instead of a name has no SNI; the certificate must then name the address itself.
        let name: String? = if case .name(let name) = target.address.host { name } else { nil }
        let tls = target.address.scheme == .https ? self.tls : nil
        ClientBootstrap(group: loop)
            .connectTimeout(min(CallbackSenderLimits.connectTime, deadline - .now()))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name)) }
                    try pipeline.addHandler(CallbackExchange(request, isSecured: tls != nil, until: deadline, done: done))
                }
            }
            .connect(to: try address.socketAddress(port: target.address.port))
            .whenFailure { done.fail($0) }
        return try await done.futureResult.get()
    }

    /// Nothing in it can break out of its line: an address and a signature hold only visible ASCII.
    private static func request(_ callback: SignedCallback, to target: CallbackTarget) -> ByteBuffer {
        var request = ByteBuffer(
            string: """
                POST \(target.path) HTTP/1.1\r
                host: \(target.address.authority)\r
                user-agent: MiniToolAI\r
                accept: */*\r
                accept-encoding: identity\r
                connection: close\r
                content-type: application/json\r
                content-length: \(callback.body.readableBytes)\r
                webhook-id: \(callback.id)\r
                webhook-timestamp: \(callback.timestamp)\r
                webhook-signature: \(callback.signature)\r
                \r

                """)
        request.writeImmutableBuffer(callback.body)
        return request
    }
}
