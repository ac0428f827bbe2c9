import Synchronization
package import Units

/// How often something may fail: so many times in a window of time, by name, and then not until the window has passed.
///
/// Only failures count, so nobody who knows the answer is ever slowed down. It is kept in memory and is bounded: when too many names
/// are known, those whose window has passed are forgotten first, and then the oldest.
package final class TryLimit: Sendable {
    private struct Tries: Sendable {
        var count = 0
        let since: Instant
    }

    private let tries = Mutex<[String: Tries]>([:])
    private let failuresMax: Int
    private let seconds: Int64
    private static let namesMax = 10_000

    package init(failures: Int, inSeconds seconds: Int64) {
        failuresMax = failures
        self.seconds = seconds
    }

    /// Counts a try before it is made, so that many at once are no way around. ``succeeded(_:)`` takes it back.
    /// - Returns: nil, or after how many seconds to come back; the try is not to be made then.
    package func begin(_ name: String, at now: Instant) -> Int64? {
        tries.withLock { tries in
            if tries.count >= TryLimit.namesMax { forget(in: &tries, at: now) }
            var mine = tries[name] ?? Tries(since: now)
            let end = mine.since.advanced(bySeconds: seconds)
            if end <= now { mine = Tries(since: now) }
            guard mine.count < failuresMax else { return max(1, end.seconds - now.seconds) }
            mine.count += 1
            tries[name] = mine
            return nil
        }
    }

    package func succeeded(_ name: String) {
        tries.withLock { tries in
            guard let mine = tries[name], mine.count > 1 else {
                tries[name] = nil
                return
            }
            tries[name]?.count -= 1
        }
    }

    private func forget(in tries: inout [String: Tries], at now: Instant) {
        tries = tries.filter { $0.value.since.advanced(bySeconds: seconds) > now }
        guard tries.count >= TryLimit.namesMax else { return }
        for (name, _) in tries.sorted(by: { $0.value.since < $1.value.since }).prefix(TryLimit.namesMax / 2) {
            tries[name] = nil
        }
    }
}
