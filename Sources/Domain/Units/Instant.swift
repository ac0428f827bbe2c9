/// A moment of wall-clock time, in microseconds since 1970-01-01T00:00:00Z. For display, expiry and records only:
/// no money moves because a clock moved.
package struct Instant: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

    package var seconds: Int64 { microseconds.quotientRoundedDown(by: 1_000_000) }

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    package func advanced(bySeconds seconds: Int64) -> Instant { Instant(microseconds: microseconds + seconds * 1_000_000) }
}

extension Int64 {
    /// The quotient rounded towards negative infinity, so that moments before 1970 fall on the right day.
    func quotientRoundedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
