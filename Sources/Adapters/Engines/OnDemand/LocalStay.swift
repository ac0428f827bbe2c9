import Inference
import NIOCore
import Synchronization

/// A stay at a local engine: while somebody holds one the engine is not stopped.
final class LocalStay: Sendable {
    private let server: LocalServer

    /// Of somebody whom ``LocalServer/enter(then:)`` let in.
    private init(_ server: LocalServer) { self.server = server }

    deinit { server.leave() }

    /// Waits until the engine is there.
    static func begin(at server: LocalServer) async throws(EngineFailure) -> LocalStay {
        let wait = Mutex<(ticket: Int?, isOver: Bool)>((nil, false))
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<EngineFailure?, Never>) in
                let ticket = server.enter { continuation.resume(returning: $0) }
                let isOver = wait.withLock { wait in
                    wait.ticket = ticket
                    return wait.isOver
                }
                if isOver, let ticket { server.forget(ticket)?(LocalStay.left) }
            }
        } onCancel: {
            let ticket = wait.withLock { wait in
                wait.isOver = true
                return wait.ticket
            }
            if let ticket { server.forget(ticket)?(LocalStay.left) }
        }
        if let failure { throw failure }
        return LocalStay(server)
    }

    private static let left = EngineFailure(.broken, detail: "the caller left")

    /// The same for a loop, where `then` hears: at once when the engine is there.
    static func begin(
        at server: LocalServer, on loop: any EventLoop, then: @escaping @Sendable (Result<LocalStay, EngineFailure>) -> Void
    ) {
        _ = server.enter { failure in
            let stay = failure == nil ? LocalStay(server) : nil
            let result: Result<LocalStay, EngineFailure> =
                if let stay { .success(stay) } else { .failure(failure ?? LocalStay.left) }
            if loop.inEventLoop { then(result) } else { loop.execute { then(result) } }
        }
    }
}
