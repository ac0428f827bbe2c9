import Commerce
import Synchronization
package import Units

/// How far what customers are charged is from what a route's own reports would have cost them, by day (UTC).
package final class UsageDrift: Sendable {
    package struct Day: Hashable, Sendable {
        /// Days since 1970.
        var number: Int64 = 0
        /// Answers that came to their end.
        package fileprivate(set) var requests = 0
        /// Those whose report was missing or cannot be true of any text.
        package fileprivate(set) var unreported = 0
        /// What the others were charged, and what their reports come to at the same price.
        package fileprivate(set) var charged = Money.zero
        package fileprivate(set) var reported = Money.zero
        fileprivate var hasAlarmed = false

        /// Parts per million of what was reported; below zero: less was charged than the reports say.
        package var partsPerMillion: Int {
            let (charged, reported) = (Int128(charged.nanodollars), Int128(reported.nanodollars))
            guard reported != charged else { return 0 }
            return Int(clamping: (charged - reported) * 1_000_000 / max(reported, 1))
        }

        fileprivate var isAlarming: Bool {
            guard requests >= CostLimits.driftRequestsMin else { return false }
            return partsPerMillion.magnitude > UInt(CostLimits.driftMax)
                || unreported * 1_000_000 > requests * CostLimits.unreportedMax
        }

        fileprivate mutating func count(charged: Money, reported: Money?) {
            requests += 1
            guard let reported else {
                unreported += 1
                return
            }
            // A day that is too rich to be added up says no more.
            guard let all = self.charged.adding(charged), let told = self.reported.adding(reported) else { return }
            (self.charged, self.reported) = (all, told)
        }
    }

    private let day = Mutex(Day())

    package init() {}

    /// - Parameter reported: what the engine's report would have cost; nil: it made none that can be true of any text.
    /// - Returns: the day so far, once a day, when it has gone too far.
    func note(charged: Money, reported: Money?, at now: Instant) -> Day? {
        day.withLock { day in
            let number = now.microseconds / 86_400_000_000
            if number != day.number { day = Day(number: number) }
            day.count(charged: charged, reported: reported)
            guard !day.hasAlarmed, day.isAlarming else { return nil }
            day.hasAlarmed = true
            return day
        }
    }

    /// The day so far.
    package func today(at now: Instant) -> Day {
        day.withLock { $0.number == now.microseconds / 86_400_000_000 ? $0 : Day() }
    }
}
