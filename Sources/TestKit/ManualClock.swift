import Gateway
import Synchronization
package import Units

/// A clock that stands still until it is moved.
package final class ManualClock: Clock {
    private let time: Mutex<Instant>

    /// Starts at 2026-01-01T00:00:00Z.
    package init(_ start: Instant = Instant(seconds: 1_767_225_600)) { time = Mutex(start) }

    package func now() -> Instant { time.withLock { $0 } }

    package func advance(bySeconds seconds: Int64) { time.withLock { $0 = $0.advanced(bySeconds: seconds) } }
}
