import Glibc
package import Units

package enum SystemTime {
    /// What the machine's clock says.
    package static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(time)
    }
}

extension Instant {
    init(_ time: timespec) { self.init(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000) }

    /// Whole seconds rounded down, as the calls of the system want it.
    var timespec: timespec { Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(microseconds - seconds * 1_000_000) * 1000) }
}
