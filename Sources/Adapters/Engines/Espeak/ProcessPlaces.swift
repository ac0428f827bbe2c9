import Inference
import NIOCore
import Synchronization

/// So many processes at a time; whoever comes when all places are taken waits in line, not for ever. A process that waits for a slow reader
/// lends its place, so that a few who listen slowly keep nobody from speaking.
final class ProcessPlaces: Sendable {
    private struct State {
        var free: Int
        var loans = 0
        var line: [(ticket: Int, wake: CheckedContinuation<EngineFailure?, Never>)] = []
        var tickets = 0
        /// Left before they stood in line.
        var gone: Set<Int> = []
    }

    private let state: Mutex<State>
    private let waitingMax: Int
    private let loansMax: Int

    init(_ places: Int, waitingMax: Int, loansMax: Int) {
        state = Mutex(State(free: places))
        self.waitingMax = waitingMax
        self.loansMax = loansMax
    }

    /// Takes a place, to be left by whoever took it.
    func enter(within time: TimeAmount, on loop: any EventLoop) async throws(EngineFailure) -> ProcessPlace {
        let ticket = state.withLock {
            $0.tickets += 1
            return $0.tickets
        }
        let alarm = loop.scheduleTask(in: time) { [self] in
            drop(ticket, EngineFailure(.overloaded, detail: "no process became free in \(time.nanoseconds / 1_000_000_000) s"))
        }
        defer { alarm.cancel() }
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { stand(ticket, $0) }
        } onCancel: {
            drop(ticket, EngineFailure(.broken, detail: "the caller left"))
        }
        // Whoever left too late to be dropped from the line is remembered no longer.
        state.withLock { _ = $0.gone.remove(ticket) }
        if let failure { throw failure }
        return ProcessPlace(in: self)
    }

    func leave() {
        let next = state.withLock { ProcessPlaces.pass(&$0) }
        next?.resume(returning: nil)
    }

    /// - Returns: whether another may run instead.
    func lend() -> Bool {
        let (isLent, next) = state.withLock { state in
            guard state.loans < loansMax else { return (false, nil as CheckedContinuation<EngineFailure?, Never>?) }
            state.loans += 1
            return (true, ProcessPlaces.pass(&state))
        }
        next?.resume(returning: nil)
        return isLent
    }

    func endLoan() { state.withLock { $0.loans -= 1 } }

    /// The place goes to the first in line, if there is one.
    private static func pass(_ state: inout State) -> CheckedContinuation<EngineFailure?, Never>? {
        guard !state.line.isEmpty else {
            state.free += 1
            return nil
        }
        return state.line.removeFirst().wake
    }

    private func stand(_ ticket: Int, _ wake: CheckedContinuation<EngineFailure?, Never>) {
        let answer: EngineFailure?? = state.withLock { state in
            if state.gone.remove(ticket) != nil { return .some(EngineFailure(.broken, detail: "the caller left")) }
            if state.free > 0 {
                state.free -= 1
                return .some(nil)
            }
            guard state.line.count < waitingMax else {
                return .some(EngineFailure(.overloaded, detail: "\(waitingMax) wait for a process", retryAfterMilliseconds: 2000))
            }
            state.line.append((ticket, wake))
            return nil
        }
        if let answer { wake.resume(returning: answer) }
    }

    private func drop(_ ticket: Int, _ failure: EngineFailure) {
        let wake = state.withLock { state in
            guard let place = state.line.firstIndex(where: { $0.ticket == ticket }) else {
                state.gone.insert(ticket)
                return nil as CheckedContinuation<EngineFailure?, Never>?
            }
            return state.line.remove(at: place).wake
        }
        wake?.resume(returning: failure)
    }
}
