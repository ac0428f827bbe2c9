import Inference
package import NIOCore
import Synchronization
import Units

/// So many requests at one engine at a time; the others wait in a fair line, not for ever. For all loops.
package final class EngineQueue: Sendable {
    package struct Rules: Hashable, Sendable {
        /// Requests at the engine at once.
        package var places: Int
        /// Who comes while so many wait is refused at once.
        package var waitingMax: Int
        /// Whoever waited so long is refused.
        package var wait: TimeAmount

        package init(places: Int, waitingMax: Int = 1000, wait: TimeAmount = .seconds(30)) {
            precondition(places > 0 && waitingMax >= 0, "an engine without places is no engine")
            self.places = places
            self.waitingMax = waitingMax
            self.wait = wait
        }
    }

    private struct State {
        var taken = 0
        var line = FairLine<@Sendable (EnginePlace) -> Void>()
        var tickets = 0
        /// How long a place is held, each new one counting an eighth.
        var meanHeld: Int64 = 0
    }

    private let rules: Rules
    private let state = Mutex(State())

    package init(_ rules: Rules) { self.rules = rules }

    /// Whether somebody would wait.
    var isFull: Bool { state.withLock { $0.taken >= rules.places } }

    /// Waiting for a place, on one loop.
    ///
    /// `@unchecked Sendable`: `alarm` and `then` are touched on the loop only.
    final class Waiting: @unchecked Sendable {
        fileprivate let ticket: Int
        fileprivate let account: AccountID
        fileprivate var alarm: Scheduled<Void>?
        fileprivate var then: ((Result<EnginePlace, EngineFailure>) -> Void)?

        fileprivate init(
            _ ticket: Int, _ account: AccountID, then: @escaping (Result<EnginePlace, EngineFailure>) -> Void
        ) {
            self.ticket = ticket
            self.account = account
            self.then = then
        }

        /// Nobody is to hear any more; a place that comes nevertheless is given back.
        fileprivate func tell(_ result: Result<EnginePlace, EngineFailure>) {
            let then = then
            self.then = nil
            alarm?.cancel()
            alarm = nil
            then?(result)
        }
    }

    /// Takes a place, or waits for one. To be called on `loop`, where `then` hears, at once when there is a place.
    /// - Returns: for ``leave(_:)``; nil when `then` has heard.
    func enter(
        _ account: AccountID, on loop: any EventLoop, then: @escaping (Result<EnginePlace, EngineFailure>) -> Void
    ) -> Waiting? {
        enum Verdict {
            case place
            case waits(Waiting)
            case refused(Int)
        }
        let verdict: Verdict = state.withLock { state in
            if state.taken < rules.places {
                state.taken += 1
                return .place
            }
            guard state.line.count < rules.waitingMax else { return .refused(waitMilliseconds(state)) }
            state.tickets += 1
            let waiting = Waiting(state.tickets, account, then: then)
            state.line.add(
                { place in loop.execute { waiting.tell(.success(place)) } }, of: account, ticket: waiting.ticket)
            return .waits(waiting)
        }
        switch verdict {
        case .place: then(.success(EnginePlace(self)))
        case .refused(let wait): then(.failure(crowded(wait)))
        case .waits(let waiting):
            waiting.alarm = loop.scheduleTask(in: rules.wait) { [self] in giveUp(waiting) }
            return waiting
        }
        return nil
    }

    /// It waits no longer: its caller has gone.
    func leave(_ waiting: Waiting) {
        _ = state.withLock { $0.line.remove(waiting.ticket, of: waiting.account) }
        waiting.alarm?.cancel()
        waiting.alarm = nil
        waiting.then = nil
    }

    private func giveUp(_ waiting: Waiting) {
        let (removed, wait) = state.withLock { state in
            (state.line.remove(waiting.ticket, of: waiting.account), waitMilliseconds(state))
        }
        // Else its place is on the way.
        if removed != nil { waiting.tell(.failure(crowded(wait))) }
    }

    private func crowded(_ wait: Int) -> EngineFailure {
        EngineFailure(.crowded, detail: "its \(rules.places) places are taken", retryAfterMilliseconds: wait)
    }

    /// Until all who wait now have had their turn, by how long places were held so far.
    private func waitMilliseconds(_ state: State) -> Int {
        let mean = state.meanHeld > 0 ? state.meanHeld : EngineQueue.heldAtFirst
        let (product, overflow) = mean.multipliedReportingOverflow(by: Int64(state.line.count + 1))
        return overflow ? 60_000 : Int(min(max(product / Int64(rules.places) / 1_000_000, 100), 60_000))
    }

    /// Nanoseconds a place is taken to be held until one was given back.
    private static let heldAtFirst: Int64 = 1_000_000_000

    /// A place has become free: it is the next one's.
    fileprivate func give(_ held: Int64) {
        let next = state.withLock { state in
            state.meanHeld = state.meanHeld == 0 ? held : state.meanHeld + (held - state.meanHeld) / 8
            let next = state.line.next()
            if next == nil { state.taken -= 1 }
            return next
        }
        next?(EnginePlace(self))
    }
}

/// A place at an engine. It is given back when nobody holds it any more, so it cannot be lost.
package final class EnginePlace: Sendable {
    private let queue: EngineQueue
    private let since = NIODeadline.now()

    fileprivate init(_ queue: EngineQueue) { self.queue = queue }

    deinit { queue.give((NIODeadline.now() - since).nanoseconds) }
}
