package import Commerce
package import NIOCore
import Synchronization
package import Units

/// Counts what keys, accounts and models use, exactly, for all loops: a request is counted under every limit that applies, or under none.
///
/// It remembers who ever asked: a few hundred bytes for each key, which is less than the key itself takes.
package final class LimitDesk: Sendable {
    private enum Place: Hashable {
        case key(KeyID)
        case account(AccountID, Book)
        case model(AccountID, Book, String)
    }

    /// What a request was counted as; it must be finished.
    package struct Ticket: Sendable {
        fileprivate let places: [(counter: RateCounter, limits: RateLimits, tick: UInt64)]
        fileprivate let use: RateUse
        fileprivate let day: Int64
        fileprivate let begun: UInt64
        let standing: RateStanding
    }

    package static let none = LimitDesk(LimitRules())

    private let rules: LimitRules
    private let clock: any Clock
    private let counters = Mutex<[Place: RateCounter]>([:])

    package init(_ rules: LimitRules, clock: any Clock = SystemClock()) {
        self.rules = rules
        self.clock = clock
    }

    /// Whether a key has a limit.
    func counts(_ key: KeyRecord) -> Bool { !rules.areNone || key.rates != nil }

    /// - Parameter use: the most it may use; no tokens for what is not counted in them.
    /// - Returns: nil when no limit applies.
    /// - Throws: the first limit that is reached; then nothing is counted.
    package func take(_ key: KeyRecord, model: String, _ use: RateUse, at now: NIODeadline) throws(RateRefusal) -> Ticket? {
        guard counts(key) else { return nil }
        let applied = places(of: key.id, key.account, key.book, model, own: key.rates)
        guard !applied.isEmpty else { return nil }
        let moment = moment(now)
        let result: Result<Ticket, RateRefusal> = counters.withLock { counters in
            var found: [(counter: RateCounter, limits: RateLimits)] = []
            for (place, limits, scope) in applied {
                let counter = LimitDesk.counter(of: place, in: &counters)
                found.append((counter, limits))
                counter.advance(to: moment)
                if let refusal = counter.refusal(use, limits, scope, at: moment) { return .failure(refusal) }
            }
            var standing = RateStanding()
            for (counter, limits) in found {
                counter.begin(use, limits)
                standing.lower(to: counter.standing(limits, at: moment))
            }
            let places = found.map { ($0.counter, $0.limits, $0.counter.tick) }
            return .success(Ticket(places: places, use: use, day: moment.day, begun: moment.nanoseconds, standing: standing))
        }
        return try result.get()
    }

    private func moment(_ now: NIODeadline) -> RateCounter.Moment {
        let microseconds = clock.now().microseconds
        let (day, rest) = microseconds.quotientAndRemainder(dividingBy: LimitDesk.dayMicroseconds)
        return RateCounter.Moment(
            nanoseconds: now.uptimeNanoseconds, day: day,
            dayLeftMilliseconds: Int((LimitDesk.dayMicroseconds - rest) / 1000) + 1)
    }

    private static let dayMicroseconds: Int64 = 86_400_000_000

    /// - Parameter used: what it used.
    package func finish(_ ticket: Ticket?, _ used: RateUse) {
        guard let ticket else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        let time = now > ticket.begun ? now - ticket.begun : 0
        counters.withLock { _ in
            for (counter, limits, tick) in ticket.places {
                counter.finish(used, of: ticket.use, limits, from: tick, day: ticket.day, in: time)
            }
        }
    }

    /// What keys have used today (UTC) before this process began: limits by the day go on where they were.
    /// - Parameter keys: their own limits may be all there are.
    package func restore(_ used: [DayUse], of keys: [KeyRecord]) {
        let own = Dictionary(keys.compactMap { key in key.rates.map { (key.id, $0) } }, uniquingKeysWith: { $1 })
        let today = moment(.now()).day
        counters.withLock { counters in
            for use in used {
                for (place, _, _) in places(of: use.key, use.account, use.book, use.model, own: own[use.key]) {
                    LimitDesk.counter(of: place, in: &counters).restore(requests: use.requests, use.use, on: today)
                }
            }
        }
    }

    /// Since when ``restore(_:)`` needs to know; nil when nothing is counted by the day.
    package func countsSince(_ keys: [KeyRecord]) -> Instant? {
        guard rules.countDays || keys.contains(where: { $0.rates?.day.isNone == false }) else { return nil }
        return Instant(microseconds: moment(.now()).day * LimitDesk.dayMicroseconds)
    }

    private static func counter(of place: Place, in counters: inout [Place: RateCounter]) -> RateCounter {
        if let counter = counters[place] { return counter }
        let counter = RateCounter()
        counters[place] = counter
        return counter
    }

    private func places(
        of key: KeyID, _ account: AccountID, _ book: Book, _ model: String, own: RateLimits?
    ) -> [(Place, RateLimits, RateScope)] {
        var places: [(Place, RateLimits, RateScope)] = []
        let ofKey = own.map { rules.key.overridden(by: $0) } ?? rules.key
        if !ofKey.isNone { places.append((.key(key), ofKey, .key)) }
        if !rules.account.isNone { places.append((.account(account, book), rules.account, .account)) }
        if let limits = rules.models[model] { places.append((.model(account, book, model), limits, .model)) }
        return places
    }
}

extension RateStanding {
    fileprivate mutating func lower(to other: RateStanding) {
        func lower(_ one: RateQuota?, _ other: RateQuota?) -> RateQuota? {
            guard let one, let other else { return one ?? other }
            return other.remaining < one.remaining ? other : one
        }
        requests = lower(requests, other.requests)
        tokens = lower(tokens, other.tokens)
    }
}
