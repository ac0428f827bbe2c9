import NIOCore
import Synchronization

/// Engines whose output was not all seen while it was made. Their answers hold their whole bound for some time, because a
/// meter that misses output would let it go unpaid.
final class MeteringDoubts: Sendable {
    private let until = Mutex<[String: NIODeadline]>([:])

    /// - Returns: true when the engine was not doubted before.
    func doubt(_ engine: String, now: NIODeadline) -> Bool {
        until.withLock { $0.updateValue(now + ChatLimits.doubtTime, forKey: engine) ?? now } <= now
    }

    func isDoubted(_ engine: String, now: NIODeadline) -> Bool {
        until.withLock { until in
            guard !until.isEmpty, let end = until[engine] else { return false }
            if end <= now { until[engine] = nil }
            return end > now
        }
    }
}
