import Gateway
import NIOCore
import Units

/// One event loop's share of the server: its connections, the exchanges under way, and the clock that ends what takes too long.
///
/// `@unchecked Sendable`: every `var` is touched on `loop` only.
final class ServingLoop: @unchecked Sendable {
    let loop: any EventLoop
    /// For the framework's endpoints; a chat has no task.
    let executor: LoopExecutor
    /// Where the ledger is asked for this loop's chats, and answers.
    let tray: LedgerTray
    let service: Service
    var limits: APILimits { service.limits }

    /// For ids only, which are no secrets.
    var random = FastRandom()
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var counted = LoopFigures()
    private var page: AccessPage
    private var exchanges = 0
    private var bodyBytes = 0
    private var date = HTTPDate()
    private var sweep: RepeatedTask?
    private var drained: EventLoopPromise<Void>?
    private var cut: Scheduled<Void>?

    init(_ loop: any EventLoop, service: Service) {
        self.loop = loop
        self.service = service
        executor = LoopExecutor(loop)
        tray = service.chat.tray(on: loop)
        page = AccessPage(service.accessLog)
    }

    /// Begins to watch deadlines. To be called on any thread, once.
    func start() {
        loop.execute { [self] in
            sweep = loop.scheduleRepeatedTask(initialDelay: limits.sweepInterval, delay: limits.sweepInterval) { [weak self] _ in
                self?.lookAtDeadlines()
            }
        }
    }

    func dateText() -> String { date.text(at: service.clock.now()) }

    // MARK: Connections

    var isStopping: Bool { drained != nil }

    /// - Returns: false when there is no room, or the server is going down: the connection is to be closed.
    func admit(_ connection: Connection) -> Bool {
        guard !isStopping, connections.count < limits.connectionsPerLoopMax else { return false }
        connections[ObjectIdentifier(connection)] = connection
        return true
    }

    func forget(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        endIfDrained()
    }

    private func lookAtDeadlines() {
        counted.linesDropped += page.handOver()
        let now = NIODeadline.now()
        for connection in Array(connections.values) { connection.lookAtDeadlines(now) }
    }

    // MARK: Exchanges

    /// Begins the answer to a request that has come in. Until it ends the server does not stop.
    func begin(_ exchange: some Exchange) {
        exchanges += 1
        exchange.begin()
    }

    /// All that an exchange had to do is done.
    func ended(_ incoming: Incoming, on connection: Connection) {
        loop.assertInEventLoop()
        connection.endAbandonedTurn()
        release(bodyBytes: incoming.heldBytes)
        exchanges -= 1
        endIfDrained()
    }

    // MARK: Watching

    /// A request was answered, or its caller is gone: it is counted and logged.
    func record(_ turn: Turn) {
        let now = NIODeadline.now()
        let served = turn.served
        counted.note(served, at: now)
        counted.linesDropped += page.add(
            served, turn.request, at: service.clock.now(), took: (now - served.began).microseconds)
    }

    /// What was counted so far. To be asked from anywhere.
    func figures() async throws -> LoopFigures {
        try await loop.submit { [self] in
            var figures = counted
            (figures.connections, figures.exchanges, figures.bodyBytes) = (connections.count, exchanges, bodyBytes)
            return figures
        }.get()
    }

    // MARK: Memory

    /// - Returns: false when so many bytes of bodies are held already that these must wait.
    func hold(bodyBytes count: Int) -> Bool {
        guard bodyBytes + count <= limits.bodyBytesPerLoopMax else { return false }
        bodyBytes += count
        return true
    }

    func release(bodyBytes count: Int) {
        bodyBytes -= count
        assert(bodyBytes >= 0, "only what was held is released")
    }

    // MARK: The end

    /// Lets requests in flight finish, and cuts them after `drain`. The future succeeds once nothing is left, all settled.
    func stop(drain: TimeAmount) -> EventLoopFuture<Void> {
        loop.flatSubmit { [self] in
            if let drained { return drained.futureResult }
            let drained = loop.makePromise(of: Void.self)
            self.drained = drained
            for connection in Array(connections.values) { connection.stop() }
            cut = loop.scheduleTask(in: drain) { [weak self] in self?.finishAll() }
            endIfDrained()
            return drained.futureResult
        }
    }

    /// Settles what is still under way and says so; who does not hear it in time is cut.
    private func finishAll() {
        for connection in Array(connections.values) { connection.finishNow() }
        cut = loop.scheduleTask(in: limits.lingerTime) { [weak self] in self?.cutAll() }
        endIfDrained()
    }

    private func cutAll() {
        for connection in Array(connections.values) { connection.cut() }
    }

    private func endIfDrained() {
        guard let drained, connections.isEmpty, exchanges == 0 else { return }
        sweep?.cancel()
        cut?.cancel()
        counted.linesDropped += page.handOver()
        drained.succeed()
    }
}
