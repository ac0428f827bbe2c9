import Inference
import NIOCore

/// One of several ways to have the same thing done, with what is known of how it fares.
protocol WatchedRoute: Sendable {
    var weight: Int { get }
    var priority: Int { get }
    var history: RouteHistory { get }
    var mark: UInt64 { get }
}

extension WatchedRoute {
    /// Notes how the engine fared that was asked at `asked`. Who refuses a prompt is well.
    func remember(_ failure: EngineFailure?, asked: NIODeadline) {
        if let failure, !failure.isThePrompts {
            history.failed(failure, at: .now())
        } else {
            history.answered(asked: asked, isTimed: false, at: .now())
        }
    }
}

extension EngineFailure {
    fileprivate var isThePrompts: Bool { if case .refusedPrompt = kind { true } else { false } }
}

extension Array where Element: WatchedRoute {
    /// The routes in the order in which they are tried: see ``RoutePlan``.
    /// - Parameters:
    ///   - prefix: asked for only where there is a choice.
    ///   - draw: a number of chance from 0 up to, not including, the one it is given.
    func inOrder(
        at now: NIODeadline, prefix: @autoclosure () -> UInt64? = nil,
        draw: (_ below: Int) -> Int = { Int.random(in: 0..<$0) }
    ) -> [Element] {
        guard count > 1 else { return self }
        var candidates = map { route in
            let (standing, time) = route.history.look(at: now)
            return RoutePlan.Candidate(
                priority: route.priority, weight: route.weight, standing: standing, time: time, mark: route.mark)
        }
        for place in RoutePlan.slow(candidates) {
            self[place].history.isSlow(at: now)
            candidates[place].standing = .out
        }
        let prefix = prefix()
        while true {
            let order = RoutePlan.order(candidates, prefix: prefix, draw: draw)
            guard candidates[order[0]].standing == .due, !self[order[0]].history.takeProbe(at: now) else {
                return order.map { self[$0] }
            }
            // Another request tries it just now.
            candidates[order[0]].standing = .out
        }
    }
}
