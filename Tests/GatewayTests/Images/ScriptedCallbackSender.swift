import Inference
import Synchronization

/// A sender whose receivers answer as told, or hang.
final class ScriptedCallbackSender: CallbackSender {
    private struct State {
        var answers: [CallbackOutcome?]
        var sent: [SignedCallback] = []
        var hanging: [CheckedContinuation<Void, Never>] = []
        var isOpen = false
    }

    private let state: Mutex<State>
    private let hangsAt: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - answers: one after the other, the last for ever; nil hangs until ``letGo()``, and is delivered then.
    ///   - hangsAt: addresses that hang whatever `answers` say.
    init(_ answers: [CallbackOutcome?] = [.delivered], hangsAt: @escaping @Sendable (String) -> Bool = { _ in false }) {
        state = Mutex(State(answers: answers))
        self.hangsAt = hangsAt
    }

    var sent: [SignedCallback] { state.withLock { $0.sent } }

    func send(_ callback: SignedCallback) async -> CallbackOutcome {
        let answer = state.withLock { state in
            state.sent.append(callback)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        if let answer, !hangsAt(callback.address) { return answer }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.hanging.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        return .delivered
    }

    /// Whoever hangs is answered.
    func letGo() {
        let hanging = state.withLock { state in
            state.isOpen = true
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in hanging { continuation.resume() }
    }

    /// Waits until so many were sent.
    func sends(atLeast count: Int) async { while sent.count < count { try? await Task.sleep(for: .milliseconds(1)) } }
}
