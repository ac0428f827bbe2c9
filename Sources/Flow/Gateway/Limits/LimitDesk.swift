package import Commerce
package import NIOCore
import Synchronization
import Units

/// Counts what keys, accounts and models use, exactly, for all loops: a request is counted under every limit that applies, or under none.
///
/// It remembers who ever asked: a few hundred bytes for each key, which is less than the key itself takes.
package final class LimitDesk: Sendable {
    fileprivate enum Place: Hashable {
        case key(KeyID)
        case account(AccountID, Book)
        case model(AccountID, Book, String)
    }

    /// `@unchecked Sendable`: touched under the desk's lock only.
    fileprivate final class Counter: @unchecked Sendable {
        var requests = RateWindow()
        var tokens = RateWindow()
        var underWay = 0
    }

    /// What a request was counted as; it must be finished.
    package struct Ticket: Sendable {
        /// Each with the tick that its tokens were counted in: loops do not all see the same time.
        fileprivate let places: [(counter: Counter, countsTokens: Bool, tick: UInt64)]
        fileprivate let tokens: Int
        let standing: RateStanding
    }

    package static let none = LimitDesk(LimitRules())

    private let rules: LimitRules
    private let counters = Mutex<[Place: Counter]>([:])

    package init(_ rules: LimitRules) { self.rules = rules }

    /// - Parameter tokens: the most it may use; 0 for what is not counted in tokens.
    /// - Returns: nil when no limit applies.
    /// - Throws: the first limit that is reached; then nothing is counted.
    package func take(_ key: KeyRecord, model: String, tokens: Int, at now: NIODeadline) throws(RateRefusal) -> Ticket? {
        guard !rules.areNone else { return nil }
        let applied = places(of: key, model)
        guard !applied.isEmpty else { return nil }
        let nanoseconds = now.uptimeNanoseconds
        let tick = RateWindow.tick(at: nanoseconds)
        let result: Result<Ticket, RateRefusal> = counters.withLock { counters in
            var found: [(counter: Counter, limits: RateLimits)] = []
            for (place, limits, scope) in applied {
                let counter = LimitDesk.counter(of: place, in: &counters)
                found.append((counter, limits))
                counter.requests.advance(to: tick)
                counter.tokens.advance(to: tick)
                if let refusal = LimitDesk.refusal(counter, limits, scope, tokens: tokens, at: nanoseconds) {
                    return .failure(refusal)
                }
            }
            var standing = RateStanding()
            for (counter, limits) in found {
                counter.requests.use(1)
                if limits.tokensPerMinute != nil { counter.tokens.use(tokens) }
                counter.underWay += 1
                standing.lower(to: LimitDesk.standing(counter, limits, at: nanoseconds))
            }
            let places = found.map { ($0.counter, $0.limits.tokensPerMinute != nil, $0.counter.tokens.last) }
            return .success(Ticket(places: places, tokens: tokens, standing: standing))
        }
        return try result.get()
    }

    /// - Parameter tokens: what it used.
    package func finish(_ ticket: Ticket?, tokens: Int) {
        guard let ticket else { return }
        let unused = max(0, ticket.tokens - tokens)
        let beyond = max(0, tokens - ticket.tokens)
        counters.withLock { _ in
            for (counter, countsTokens, tick) in ticket.places {
                counter.underWay -= 1
                guard countsTokens else { continue }
                counter.tokens.giveBack(unused, from: tick)
                if beyond > 0 { counter.tokens.use(beyond) }
            }
        }
    }

    private static func counter(of place: Place, in counters: inout [Place: Counter]) -> Counter {
        if let counter = counters[place] { return counter }
        let counter = Counter()
        counters[place] = counter
        return counter
    }

    private func places(of key: KeyRecord, _ model: String) -> [(Place, RateLimits, RateScope)] {
        var places: [(Place, RateLimits, RateScope)] = []
        if !rules.key.isNone { places.append((.key(key.id), rules.key, .key)) }
        if !rules.account.isNone { places.append((.account(key.account, key.book), rules.account, .account)) }
        if let limits = rules.models[model] { places.append((.model(key.account, key.book, model), limits, .model)) }
        return places
    }

    private static func refusal(
        _ counter: Counter, _ limits: RateLimits, _ scope: RateScope, tokens: Int, at now: UInt64
    ) -> RateRefusal? {
        func refusal(_ dimension: RateDimension, _ limit: Int, _ used: Int, _ asked: Int, _ wait: UInt64?) -> RateRefusal {
            RateRefusal(
                scope: scope, dimension: dimension, limit: limit, used: used, asked: asked,
                retryMilliseconds: wait.map { Int($0 / 1_000_000) + 1 }, standing: standing(counter, limits, at: now))
        }
        if let limit = limits.concurrent, counter.underWay >= limit {
            return refusal(.concurrent, limit, counter.underWay, 1, LimitDesk.concurrentWaitNanoseconds)
        }
        if let limit = limits.requestsPerMinute, counter.requests.sum >= limit {
            let wait = counter.requests.wait(until: limit - 1, at: now)
            return refusal(.requests, limit, counter.requests.sum, 1, wait)
        }
        if let limit = limits.tokensPerMinute, tokens > 0, counter.tokens.sum + tokens > limit {
            let wait = tokens > limit ? nil : counter.tokens.wait(until: limit - tokens, at: now)
            return refusal(.tokens, limit, counter.tokens.sum, tokens, wait)
        }
        return nil
    }

    /// Nobody knows when one of those under way ends; a second is what most take.
    private static let concurrentWaitNanoseconds: UInt64 = 1_000_000_000

    private static func standing(_ counter: Counter, _ limits: RateLimits, at now: UInt64) -> RateStanding {
        func quota(_ limit: Int?, _ window: RateWindow) -> RateQuota? {
            limit.map {
                RateQuota(
                    limit: $0, remaining: max(0, $0 - window.sum),
                    resetMilliseconds: Int(window.wait(until: 0, at: now) / 1_000_000))
            }
        }
        return RateStanding(
            requests: quota(limits.requestsPerMinute, counter.requests), tokens: quota(limits.tokensPerMinute, counter.tokens))
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
