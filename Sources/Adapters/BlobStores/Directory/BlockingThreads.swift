import Inference
import NIOPosix

/// A few threads for calls that wait for a disk, so that neither an event loop nor another task waits with them.
final class BlockingThreads: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: BlobLimits.threads)

    init() { pool.start() }

    /// What is under way still holds what it needs; the threads end after it.
    deinit { pool.shutdownGracefully { _ in } }

    /// Does the work whether or not the task is cancelled: what was begun on a disk is ended there.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(FileFailure) -> Value
    ) async throws(BlobFault) -> Value {
        let result = await withCheckedContinuation { continuation in
            pool.submit { state in
                guard state == .active else { return continuation.resume(returning: Result<Value, BlobFault>.failure(.closed)) }
                do throws(FileFailure) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(BlobFault(error.description)))
                }
            }
        }
        return try result.get()
    }
}

extension BlobFault {
    fileprivate static let closed = BlobFault("the store is closed")
}
