import Foundation
package import Units

/// Where wall-clock time comes from.
package protocol Clock: Sendable {
    func now() -> Instant
}

package struct SystemClock: Clock {
    package init() {}

    package func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
