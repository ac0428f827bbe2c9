import Commerce
import Units

/// What one key, account or model has used.
///
/// `@unchecked Sendable`: touched under the desk's lock only.
final class RateCounter: @unchecked Sendable {
    /// What limits money a minute needs, in a place of its own: most have none.
    private final class Spending {
        var window = RateWindow<UInt64>()
    }

    private struct Day {
        var number: Int64 = 0
        var requests = 0
        var tokens = 0
        var nanodollars = 0
    }

    private var requests = RateWindow<UInt32>()
    private var tokens = RateWindow<UInt32>()
    private var spending: Spending?
    private var day = Day()
    private(set) var underWay = 0
    /// Nanoseconds from a request's admission to its end, each new one counting an eighth.
    private var meanTime: UInt64 = 0

    /// The moment a request is looked at: by the clock that never jumps, and by the day.
    struct Moment {
        let nanoseconds: UInt64
        let day: Int64
        /// Until the day is over.
        let dayLeftMilliseconds: Int

        var tick: UInt64 { RateTick.at(nanoseconds) }
    }

    func advance(to moment: Moment) {
        requests.advance(to: moment.tick)
        tokens.advance(to: moment.tick)
        spending?.window.advance(to: moment.tick)
        if day.number != moment.day { day = Day(number: moment.day) }
    }

    /// The tick that a request's use is counted in: loops do not all see the same time.
    var tick: UInt64 { tokens.last }

    // MARK: Asking

    /// The first of `limits` that has no room for `use`; to be called in the moment it was advanced to.
    func refusal(_ use: RateUse, _ limits: RateLimits, _ scope: RateScope, at moment: Moment) -> RateRefusal? {
        let standing = standing(limits, at: moment)
        func refusal(
            _ dimension: RateDimension, _ period: RatePeriod, _ limit: Int, used: Int, asked: Int, wait: Int?
        ) -> RateRefusal {
            RateRefusal(
                scope: scope, dimension: dimension, period: period, limit: limit, used: used, asked: asked,
                retryMilliseconds: asked > limit ? nil : wait, standing: standing)
        }
        if let limit = limits.concurrent, underWay >= limit {
            return refusal(
                .concurrent, .minute, limit, used: underWay, asked: 1, wait: concurrentWaitMilliseconds(limit))
        }
        /// One limit a minute and one a day on the same thing.
        func look<Lane>(
            _ dimension: RateDimension, _ asked: Int, minute: Int?, _ window: RateWindow<Lane>?, day limit: Int?, _ used: Int
        ) -> RateRefusal? {
            guard asked > 0 else { return nil }
            if let minute, let window, window.sum.adding(asked) > minute {
                let wait = Int(window.wait(until: minute - asked, at: moment.nanoseconds) / 1_000_000) + 1
                return refusal(dimension, .minute, minute, used: window.sum, asked: asked, wait: wait)
            }
            if let limit, used.adding(asked) > limit {
                return refusal(dimension, .day, limit, used: used, asked: asked, wait: moment.dayLeftMilliseconds)
            }
            return nil
        }
        return look(.requests, 1, minute: limits.minute.requests, requests, day: limits.day.requests, day.requests)
            ?? look(.tokens, use.tokens, minute: limits.minute.tokens, tokens, day: limits.day.tokens, day.tokens)
            ?? look(
                .spend, Int(use.spend.nanodollars), minute: limits.minute.spend.map { Int($0.nanodollars) },
                spending?.window ?? RateWindow<UInt64>(), day: limits.day.spend.map { Int($0.nanodollars) }, day.nanodollars)
    }

    /// Until one of those under way ends, by how long others took; nobody knows before one has.
    private func concurrentWaitMilliseconds(_ limit: Int) -> Int {
        guard meanTime > 0 else { return 1000 }
        return Int(min(max(meanTime / UInt64(limit) / 1_000_000, 100), 60_000))
    }

    func standing(_ limits: RateLimits, at moment: Moment) -> RateStanding {
        func quota(_ minute: Int?, _ window: RateWindow<UInt32>, _ day: Int?, _ used: Int) -> RateQuota? {
            let ofMinute = minute.map {
                RateQuota(
                    limit: $0, remaining: max(0, $0 - window.sum),
                    resetMilliseconds: Int(window.wait(until: 0, at: moment.nanoseconds) / 1_000_000))
            }
            let ofDay = day.map {
                RateQuota(
                    limit: $0, remaining: max(0, $0 - used), resetMilliseconds: used > 0 ? moment.dayLeftMilliseconds : 0)
            }
            guard let ofMinute, let ofDay else { return ofMinute ?? ofDay }
            return ofDay.remaining < ofMinute.remaining ? ofDay : ofMinute
        }
        return RateStanding(
            requests: quota(limits.minute.requests, requests, limits.day.requests, day.requests),
            tokens: quota(limits.minute.tokens, tokens, limits.day.tokens, day.tokens))
    }

    // MARK: Counting

    func begin(_ use: RateUse, _ limits: RateLimits) {
        underWay += 1
        requests.use(1)
        day.requests += 1
        if limits.minute.tokens != nil { tokens.use(use.tokens) }
        if limits.minute.spend != nil {
            let spending = spending ?? Spending()
            self.spending = spending
            spending.window.advance(to: tick)
            spending.window.use(Int(use.spend.nanodollars))
        }
        day.tokens = day.tokens.adding(use.tokens)
        day.nanodollars = day.nanodollars.adding(Int(use.spend.nanodollars))
    }

    /// It has used `used` of what it was counted with in `tick` and on `day`, in `time` nanoseconds.
    func finish(
        _ used: RateUse, of counted: RateUse, _ limits: RateLimits, from tick: UInt64, day number: Int64, in time: UInt64
    ) {
        underWay -= 1
        meanTime = meanTime == 0 ? time : meanTime - meanTime / 8 + time / 8
        let (less, more) = (max(0, counted.tokens - used.tokens), max(0, used.tokens - counted.tokens))
        let spent = used.spend.nanodollars - counted.spend.nanodollars
        if limits.minute.tokens != nil {
            tokens.giveBack(less, from: tick)
            if more > 0 { tokens.use(more) }
        }
        if let spending {
            if spent < 0 { spending.window.giveBack(Int(-spent), from: tick) } else { spending.window.use(Int(spent)) }
        }
        if day.number == number {
            day.tokens = day.tokens.adding(more - less)
            day.nanodollars = day.nanodollars.adding(Int(spent))
        }
    }

    /// What was used on `number` before this process began.
    func restore(requests: Int, _ use: RateUse, on number: Int64) {
        if day.number != number { day = Day(number: number) }
        day.requests += requests
        day.tokens = day.tokens.adding(use.tokens)
        day.nanodollars = day.nanodollars.adding(Int(use.spend.nanodollars))
    }
}

extension Int {
    /// The sum, or the nearest number to it that there is; never below zero.
    fileprivate func adding(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : 0) : Swift.max(0, sum)
    }
}
