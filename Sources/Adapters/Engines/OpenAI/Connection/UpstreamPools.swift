import NIOCore
import Synchronization

/// The connections to one upstream: a pool for each loop, so that a chat stays on the loop it was opened on.
final class UpstreamPools: Sendable {
    private let target: UpstreamTarget
    private let deadlines: Deadlines
    private let idleTime: TimeAmount
    private let staleTime: TimeAmount
    private let pools = Mutex<[ObjectIdentifier: NIOLoopBound<UpstreamPool>]>([:])

    init(_ target: UpstreamTarget, deadlines: Deadlines, idleTime: TimeAmount, staleTime: TimeAmount) {
        self.target = target
        self.deadlines = deadlines
        self.idleTime = idleTime
        self.staleTime = staleTime
    }

    /// The pool of one loop, made when it is first needed. Called on that loop.
    func pool(on loop: any EventLoop) -> UpstreamPool {
        loop.preconditionInEventLoop()
        return pools.withLock { pools in
            if let pool = pools[ObjectIdentifier(loop)] { return pool }
            let pool = UpstreamPool(on: loop, to: target, deadlines: deadlines, idleTime: idleTime, staleTime: staleTime)
            let bound = NIOLoopBound(pool, eventLoop: loop)
            pools[ObjectIdentifier(loop)] = bound
            return bound
        }.value
    }
}
