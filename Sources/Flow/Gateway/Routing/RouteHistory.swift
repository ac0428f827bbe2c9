import Inference
package import NIOCore
import Synchronization

/// The health of one route, for all loops. Routes of several models that lead to the same place may share it.
package final class RouteHistory: Sendable {
    private let health = Mutex(RouteHealth())

    package init() {}

    func look(at now: NIODeadline) -> (standing: RouteHealth.Standing, time: Int64?) {
        health.withLock { ($0.standing(at: now), $0.firstEventNanoseconds) }
    }

    func takeProbe(at now: NIODeadline) -> Bool { health.withLock { $0.takeProbe(at: now) } }
    func isSlow(at now: NIODeadline) { health.withLock { $0.isSlow(at: now) } }

    func answered(asked: NIODeadline, isTimed: Bool, at now: NIODeadline) {
        health.withLock { $0.answered(asked: asked, isTimed: isTimed, at: now) }
    }

    func failed(_ failure: EngineFailure, at now: NIODeadline) {
        let isCertain = if case .misconfigured = failure.kind { true } else { false }
        let pause = failure.retryAfterMilliseconds.map { TimeAmount.milliseconds(Int64(min($0, 60_000))) }
        health.withLock { $0.failed(isCertain: isCertain, pause: pause, at: now) }
    }

    /// Whether requests pass it by for now.
    package func isOut(at now: NIODeadline) -> Bool { health.withLock { $0.standing(at: now) } != .well }
}
