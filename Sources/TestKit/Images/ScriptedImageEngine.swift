package import Inference
import Synchronization

/// An engine that paints one colour, fails or waits, as told for each attempt it is given.
package final class ScriptedImageEngine: ImageEngine {
    package enum Act: Sendable {
        case paint
        case fail(ImageFailure.Kind)
        /// Until ``proceed()`` or the task's cancellation.
        case wait
    }

    private struct State {
        var acts: [Act]
        var orders: [ImageOrder] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
        var proceeds = 0
        var watchers: [(orders: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    package let name: String
    package let concurrency: Int
    private let state: Mutex<State>

    /// - Parameter acts: one after the other; the last goes on for ever.
    package init(_ acts: [Act] = [.paint], name: String = "painter", concurrency: Int = 1) {
        self.name = name
        self.concurrency = concurrency
        state = Mutex(State(acts: acts))
    }

    package var orders: [ImageOrder] { state.withLock { $0.orders } }

    /// Returns when it was given so many orders.
    package func wait(forOrders count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.orders.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Lets one that waits go on, or the next one that would.
    package func proceed() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiters.isEmpty { state.proceeds += 1 }
            return state.waiters.isEmpty ? nil : state.waiters.removeFirst()
        }
        waiter?.resume()
    }

    package func paint(
        _ order: ImageOrder, progress: @escaping @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> PaintedImage {
        let (act, told) = state.withLock { state in
            state.orders.append(order)
            let told = state.watchers.filter { $0.orders <= state.orders.count }
            state.watchers.removeAll { $0.orders <= state.orders.count }
            return (state.acts.count > 1 ? state.acts.removeFirst() : state.acts[0], told)
        }
        for watcher in told { watcher.continuation.resume() }
        progress(0.5)
        switch act {
        case .paint: break
        case .fail(let kind): throw ImageFailure(kind, detail: "as told")
        case .wait: await wait()
        }
        if Task.isCancelled { throw ImageFailure(.cancelled, detail: "given up") }
        let (width, height) = (order.prompt.width, order.prompt.height)
        let picture = Picture(width: width, height: height, pixels: Array(repeating: 0x40, count: width * height * 3))
        return PaintedImage(.picture(picture), seed: order.seed)
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGo = state.withLock { state in
                    if state.proceeds > 0 {
                        state.proceeds -= 1
                        return true
                    }
                    if Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if mayGo { continuation.resume() }
            }
        } onCancel: {
            proceed()
        }
    }

    package func check() async -> EngineReport { EngineReport(usable: true, summary: "as told") }
}
