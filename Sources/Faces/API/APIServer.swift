package import Commerce
package import Gateway
package import Logging
package import NIOCore
import NIOPosix
package import Wire

/// How balances are filled.
package struct MoneyIn: Sendable {
    let topUps: TopUps
    let webhook: (any PaymentWebhook)?
    let publicURL: String?

    /// - Parameters:
    ///   - webhook: nil: there is no address to post payments to.
    ///   - publicURL: how callers reach this server, where that differs from what they say.
    package init(topUps: TopUps, webhook: (any PaymentWebhook)?, publicURL: String?) {
        self.topUps = topUps
        self.webhook = webhook
        self.publicURL = publicURL
    }
}

/// The server before it listens: one port for the chat routes, which never leave their connection's event loop, and for
/// everything else.
package struct APIServer: Sendable {
    private let service: Service
    private let group: any EventLoopGroup

    /// - Parameters:
    ///   - group: connections are spread over its loops; whoever gives it ends it.
    ///   - images: nil: no pictures are made here.
    ///   - speech: nil: nothing is spoken here.
    ///   - embeddings: nil: no vectors are made here.
    ///   - ledger: asked only whether it admits, and what it counted.
    ///   - money: nil: balances are filled by the operator alone.
    ///   - pages: what browsers look at.
    ///   - accessLog: gets a line for each finished request.
    ///   - metrics: who may read `/metrics`.
    package init(
        group: any EventLoopGroup, chat: Chat, images: ImageDesk? = nil, speech: Speech? = nil, embeddings: Embeddings? = nil,
        keys: KeyDirectory,
        names: IdempotencyDesk, administration: Administration,
        ledger: LedgerWriter, money: MoneyIn? = nil, pages: [Page] = [],
        clock: any Clock = SystemClock(), logger: Logger, limits: APILimits = APILimits(),
        accessLog: AccessLog? = nil, metrics: MetricsAudience = .local
    ) {
        self.group = group
        service = Service(
            limits: limits, chat: chat, images: images, speech: speech, embeddings: embeddings, keys: keys, names: names,
            administration: administration,
            ledger: ledger, money: money, pages: pages, clock: clock,
            logger: logger, accessLog: accessLog, metrics: metrics)
    }

    /// Binds and serves.
    /// - Parameters:
    ///   - host: a name or an address.
    ///   - port: 0 picks a free one.
    /// - Throws: when the address cannot be had.
    package func listen(host: String, port: Int) async throws -> ListeningServer {
        let loops = group.makeIterator().map { ServingLoop($0, service: service) }
        let loopsByID = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.loop), $0) })
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: service.limits.backlogConnections)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(for: service.limits.acceptPauseTime))
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            // A caller may close its side once it has asked, and still be answered.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard let serving = loopsByID[ObjectIdentifier(channel.eventLoop)] else {
                    preconditionFailure("every loop of the group serves")
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(serving))
                }
            }
            .bind(host: host, port: port).get()
        guard let address = channel.localAddress else { preconditionFailure("a bound channel has an address") }
        for serving in loops { serving.start() }
        service.loops.add(loops)
        return ListeningServer(address: address, channel: channel, loops: loops, accessLog: service.accessLog)
    }
}

/// The server while it accepts connections.
package struct ListeningServer: Sendable {
    /// Where it listens, the port as it was given out.
    package let address: SocketAddress
    private let channel: any Channel
    private let loops: [ServingLoop]
    private let accessLog: AccessLog?

    init(address: SocketAddress, channel: any Channel, loops: [ServingLoop], accessLog: AccessLog?) {
        self.address = address
        self.channel = channel
        self.loops = loops
        self.accessLog = accessLog
    }

    /// Stops accepting, closes idle connections, lets what is in flight finish and cuts it after `drain`. When it returns
    /// every chat is settled and no connection is open. Asking again waits for the same end.
    package func stop(drain: TimeAmount = .seconds(30)) async {
        // It fails only when it is closed already.
        try? await channel.close()
        let drained = loops.map { $0.stop(drain: drain) }
        // No loop's promise is ever failed.
        for loop in drained { try? await loop.get() }
        accessLog?.flush()
    }
}

extension APILimits {
    var parser: RequestParser.Limits {
        RequestParser.Limits(
            fieldBytesMax: headerFieldBytesMax, headBytesMax: headerBytesMax, fieldsMax: headerFieldsMax,
            chunkExtensionBytesMax: chunkExtensionBytesMax)
    }
}
