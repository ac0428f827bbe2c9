package import NIOCore
import NIOPosix
import Synchronization

/// A real HTTP server on a loopback port that answers as a test tells it to, down to the byte, and remembers what it was asked.
///
/// ```swift
/// let upstream = try await ScriptedUpstream.start { request in .chat(["Hel", "lo"], to: request) }
/// // … ask upstream.baseURL …
/// #expect(upstream.requests.map(\.target) == ["/v1/chat/completions"])
/// await upstream.stop()
/// ```
package final class ScriptedUpstream: Sendable {
    /// What happened so far.
    package struct Log: Sendable {
        /// Whole requests in the order of their arrival.
        package fileprivate(set) var requests: [ScriptedRequest] = []
        package fileprivate(set) var connectionsAccepted = 0
        package fileprivate(set) var connectionsOpen = 0
        /// Bytes of answers that the kernel has taken.
        package fileprivate(set) var bytesSent = 0
        /// Answers that were played to their last step.
        package fileprivate(set) var answersEnded = 0
    }

    private struct State {
        var log = Log()
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
    }

    private struct Waiter {
        let isReached: @Sendable (Log) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private let script: @Sendable (ScriptedRequest) -> ScriptedAnswer
    private let state = Mutex(State())
    private let listening = Mutex<(any Channel)?>(nil)
    private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let group = MultiThreadedEventLoopGroup.singleton

    private init(_ script: @escaping @Sendable (ScriptedRequest) -> ScriptedAnswer) { self.script = script }

    /// Listens on a free port of 127.0.0.1.
    /// - Parameters:
    ///   - prepare: may put handlers before the server's own, TLS for instance.
    ///   - script: called on an event loop, once for each request.
    package static func start(
        prepare: @escaping @Sendable (any Channel) throws -> Void = { _ in },
        _ script: @escaping @Sendable (ScriptedRequest) -> ScriptedAnswer
    ) async throws -> ScriptedUpstream {
        let upstream = ScriptedUpstream(script)
        let channel = try await ServerBootstrap(group: upstream.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try prepare(channel)
                    try channel.pipeline.syncOperations.addHandler(ScriptedConnection(upstream))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        upstream.listening.withLock { $0 = channel }
        return upstream
    }

    package var port: Int { listening.withLock { $0?.localAddress?.port } ?? 0 }
    /// `http://127.0.0.1:PORT/v1`
    package var baseURL: String { "http://127.0.0.1:\(port)/v1" }
    package var log: Log { state.withLock { $0.log } }
    package var requests: [ScriptedRequest] { log.requests }

    /// Stops listening and cuts every connection.
    package func stop() async {
        let listener = listening.withLock { $0 }
        try? await listener?.close()
        for connection in connections.withLock({ Array($0.values) }) { connection.close(promise: nil) }
    }

    /// Cuts every connection that is open now; new ones are welcome.
    package func closeConnections() {
        for connection in connections.withLock({ Array($0.values) }) { connection.close(promise: nil) }
    }

    /// Waits for something to have happened.
    /// - Returns: false when it did not within `time`.
    @discardableResult
    package func wait(
        within time: TimeAmount = .seconds(10), until isReached: @escaping @Sendable (Log) -> Bool
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            let waiter = state.withLock { state -> Int? in
                if isReached(state.log) { return nil }
                state.lastWaiter += 1
                state.waiters[state.lastWaiter] = Waiter(isReached: isReached, continuation: continuation)
                return state.lastWaiter
            }
            guard let waiter else { return continuation.resume(returning: true) }
            group.any().scheduleTask(in: time) { [self] in
                state.withLock { $0.waiters.removeValue(forKey: waiter) }?.continuation.resume(returning: false)
            }
        }
    }

    private func note(_ change: (inout Log) -> Void) {
        let reached = state.withLock { state in
            change(&state.log)
            let ids = state.waiters.filter { $0.value.isReached(state.log) }.map(\.key)
            return ids.compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in reached { waiter.continuation.resume(returning: true) }
    }

    // MARK: The connections' side

    func connected(_ channel: any Channel) -> Int {
        connections.withLock { $0[ObjectIdentifier(channel)] = channel }
        var number = 0
        note {
            $0.connectionsAccepted += 1
            $0.connectionsOpen += 1
            number = $0.connectionsAccepted
        }
        return number
    }

    func disconnected(_ channel: any Channel) {
        connections.withLock { $0[ObjectIdentifier(channel)] = nil }
        note { $0.connectionsOpen -= 1 }
    }

    func asked(_ request: ScriptedRequest) -> ScriptedAnswer {
        var request = request
        note {
            request.number = $0.requests.count + 1
            $0.requests.append(request)
        }
        return script(request)
    }

    func sent(_ bytes: Int) { note { $0.bytesSent += bytes } }
    func answered() { note { $0.answersEnded += 1 } }
}
