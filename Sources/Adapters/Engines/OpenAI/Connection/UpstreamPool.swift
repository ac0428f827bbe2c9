import NIOCore
import NIOPosix

/// The connections of one event loop to one upstream, and the clock of its exchanges. It lives on that loop alone.
final class UpstreamPool {
    private let loop: any EventLoop
    private let target: UpstreamTarget
    private let connectTime: TimeAmount
    private let idleTime: TimeAmount
    let staleTime: TimeAmount
    private let tick: TimeAmount
    /// The one used last is taken first, so that the others grow old and are closed.
    private var idle: [UpstreamConnection] = []
    private var leaving: [UpstreamConnection] = []
    /// Each knows its place, so that it leaves without a search.
    private var watched: [UpstreamExchange] = []
    private var isTicking = false

    /// - Parameter deadlines: its `connect` applies to every connection; the shortest sets how finely time is looked at.
    init(on loop: any EventLoop, to target: UpstreamTarget, deadlines: Deadlines, idleTime: TimeAmount, staleTime: TimeAmount) {
        self.loop = loop
        self.target = target
        self.idleTime = idleTime
        self.staleTime = staleTime
        connectTime = deadlines.connect
        tick = deadlines.tick(with: idleTime)
    }

    // MARK: Connections

    func takeIdle() -> UpstreamConnection? { idle.popLast() }

    /// Takes a connection back that has nothing to carry.
    func keep(_ connection: UpstreamConnection) {
        guard connection.isIdle, idle.count < OpenAILimits.idleConnectionsMax else { return connection.close() }
        idle.append(connection)
        startTicking()
    }

    /// A resting connection was closed.
    func forget(_ connection: UpstreamConnection) { idle.removeAll { $0 === connection } }

    func connect(_ done: @escaping (Result<UpstreamConnection, UpstreamBreak>) -> Void) {
        let target = self.target
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(connectTime)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            // A channel is writable just when nothing waits to be written: that is all anybody asks of it, and it costs less than a promise
            // for each request.
            .channelOption(.writeBufferWaterMark, value: ChannelOptions.Types.WriteBufferWaterMark(low: 1, high: 1))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try target.install(in: channel.pipeline.syncOperations) }
            }
        let connected: EventLoopFuture<any Channel>
        switch target.address.host {
        case .name(let name): connected = bootstrap.connect(host: name, port: target.address.port)
        case .ipv4(let text), .ipv6(let text):
            do {
                connected = bootstrap.connect(to: try SocketAddress(ipAddress: text, port: target.address.port))
            } catch {
                return done(.failure(.noConnection("\(text) is no address")))
            }
        }
        connected.assumeIsolated().whenComplete { result in
            do {
                let channel = try result.get()
                let connection = try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
                connection.whenReady(in: self) { failure in
                    done(failure.map { .failure($0) } ?? .success(connection))
                }
            } catch {
                done(.failure(UpstreamBreak(connecting: error)))
            }
        }
    }

    // MARK: Time

    func watch(_ exchange: UpstreamExchange) {
        exchange.watchedAt = watched.count
        watched.append(exchange)
        startTicking()
    }

    func unwatch(_ exchange: UpstreamExchange) {
        guard let place = exchange.watchedAt, let last = watched.popLast() else { return }
        exchange.watchedAt = nil
        guard last !== exchange else { return }
        last.watchedAt = place
        watched[place] = last
    }

    /// A connection that reads over the rest of an answer nobody needs.
    func watchLeaving(_ connection: UpstreamConnection) {
        leaving.append(connection)
        startTicking()
    }

    private func startTicking() {
        guard !isTicking else { return }
        isTicking = true
        loop.assumeIsolated().scheduleTask(in: tick) { self.look() }
    }

    /// One timer for every exchange of the loop: a deadline costs a request nothing but a place in a list.
    private func look() {
        isTicking = false
        let now = NIODeadline.now()
        for exchange in Array(watched) { exchange.look(at: now) }
        leaving.removeAll { !$0.isReadingLeftovers }
        for connection in leaving + idle {
            let time = connection.isIdle ? idleTime : OpenAILimits.leftoverTime
            if connection.restingTime(at: now) >= time { connection.close() }
        }
        if !(watched.isEmpty && leaving.isEmpty && idle.isEmpty) { startTicking() }
    }
}
