import NIOCore

/// The reader of one exchange. All calls on the loop; after `ended` or `broke` nothing more.
protocol AnswerReader: AnyObject {
    func began(_ head: AnswerHead)
    func brought(_ bytes: ByteBuffer)
    /// What one read brought has been handed over.
    func turnEnded()
    /// The answer ended as its framing announced.
    func ended()
    func broke(_ reason: UpstreamBreak)
}

/// One request and its answer: finds a connection, keeps the deadlines, repeats a request once that a stale connection lost.
final class UpstreamExchange {
    private enum Phase { case waiting, connecting, asking, answering, over }

    /// Until the first byte of the answer: then it cannot be sent again, and its megabytes are let go.
    private var request: UpstreamRequest?
    private let pool: UpstreamPool
    private let deadlines: Deadlines
    private var reader: (any AnswerReader)?
    private var connection: UpstreamConnection?
    private var phase = Phase.waiting
    private var isReused = false
    private var isPaused = false
    private var overAt: NIODeadline
    /// When the current phase began; while answering, when the last byte was noticed.
    private var markedAt = NIODeadline.now()
    /// A byte came since the clock last looked: marked then, since asking for the time at each would cost more than it tells.
    private var hasHeard = false
    /// Where the pool keeps it while it is watched.
    var watchedAt: Int?

    /// - Parameter deadlines: its `firstByte` applies, whatever was asked for.
    init(_ request: UpstreamRequest, in pool: UpstreamPool, deadlines: Deadlines, to reader: any AnswerReader) {
        self.request = request
        self.pool = pool
        self.deadlines = deadlines
        self.reader = reader
        overAt = markedAt + deadlines.total
    }

    func start() {
        guard phase == .waiting else { return }
        pool.watch(self)
        if let idle = pool.takeIdle() { ask(on: idle, isReused: true, at: markedAt) } else { connect() }
    }

    /// Ends it and cuts its connection; the reader hears nothing more.
    func cancel() {
        let connection = finish()
        connection?.close()
    }

    /// Ends it; the connection is kept if what is left of the answer passes soon.
    func leave() {
        let connection = finish()
        connection?.leave()
    }

    /// Leaves less time for the rest.
    func hurry(_ time: TimeAmount) { overAt = min(overAt, .now() + time) }

    func pause() {
        isPaused = true
        connection?.pause()
    }

    func resume() {
        isPaused = false
        connection?.resume()
    }

    /// Called as time passes.
    func look(at now: NIODeadline) {
        if hasHeard || isPaused { markedAt = now }
        hasHeard = false
        let waited = now - markedAt
        switch phase {
        case .waiting, .over: break
        case _ where now >= overAt: expire(.overran)
        case .connecting: if waited >= deadlines.connect { expire(.connectTimedOut) }
        case .asking: if waited >= deadlines.firstByte { expire(.firstByteTimedOut) }
        case .answering: if waited >= deadlines.stall { expire(.stalled) }
        }
    }

    // MARK: The connection's side

    func began(_ head: AnswerHead) {
        phase = .answering
        request = nil
        hasHeard = true
        reader?.began(head)
    }

    func brought(_ bytes: ByteBuffer) {
        hasHeard = true
        reader?.brought(bytes)
    }

    func turnEnded() { reader?.turnEnded() }

    func ended() {
        let reader = self.reader
        finish()
        reader?.ended()
    }

    func broke(_ reason: UpstreamBreak) {
        connection = nil
        if isReused, phase == .asking, reason.isDisconnect, .now() - markedAt <= pool.staleTime {
            return connect()
        }
        let reader = self.reader
        finish()
        reader?.broke(reason)
    }

    // MARK: Steps

    private func connect() {
        phase = .connecting
        isReused = false
        markedAt = .now()
        pool.connect { result in
            switch result {
            case .success(let connection):
                if self.phase == .connecting {
                    self.ask(on: connection, isReused: false, at: .now())
                } else {
                    self.pool.keep(connection)
                }
            case .failure(let reason):
                if self.phase == .connecting { self.broke(reason) }
            }
        }
    }

    private func ask(on connection: UpstreamConnection, isReused: Bool, at now: NIODeadline) {
        guard let request else { preconditionFailure("a request is kept until its answer begins") }
        phase = .asking
        self.isReused = isReused
        self.connection = connection
        markedAt = now
        if isPaused { connection.pause() }
        connection.send(request, for: self)
    }

    private func expire(_ reason: UpstreamBreak) {
        let reader = self.reader
        cancel()
        reader?.broke(reason)
    }

    /// - Returns: the connection it had.
    @discardableResult
    private func finish() -> UpstreamConnection? {
        guard phase != .over else { return nil }
        let connection = self.connection
        if phase != .waiting { pool.unwatch(self) }
        phase = .over
        self.connection = nil
        request = nil
        reader = nil
        return connection
    }
}
