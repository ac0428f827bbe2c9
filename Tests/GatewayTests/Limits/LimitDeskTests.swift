import Commerce
import NIOCore
import TestKit
import Testing
import Units

@testable import Gateway

struct LimitDeskTests {
    private let now = NIODeadline.uptimeNanoseconds(5_000_000_000_000)

    private func key(_ id: Int64, account: Int64 = 1) -> KeyRecord {
        KeyRecord(
            id: KeyID(id), account: AccountID(account), book: .live, mac: Array(repeating: 0, count: 32), prefix: "sk-",
            label: "", models: nil, limit: nil, expires: nil, created: Instant(seconds: 0))
    }

    private func refusal(_ desk: LimitDesk, _ key: KeyRecord, model: String = "m", tokens: Int = 1) -> RateRefusal? {
        do {
            _ = try desk.take(key, model: model, RateUse(tokens: tokens), at: now)
            return nil
        } catch { return error }
    }

    @Test func `a thousand at once and not one too many`() async throws {
        let desk = LimitDesk(LimitRules(key: RateLimits(requestsPerMinute: 100, concurrent: 150)))
        let key = key(1)
        let taken = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 { group.addTask { [now] in (try? desk.take(key, model: "m", RateUse(tokens: 1), at: now)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 100)
    }

    @Test func `those under way are counted until they end`() throws {
        let desk = LimitDesk(LimitRules(key: RateLimits(concurrent: 2)))
        let key = key(1)
        let first = try #require(try desk.take(key, model: "m", RateUse(tokens: 1), at: now))
        #expect(refusal(desk, key) == nil)
        #expect(refusal(desk, key)?.dimension == .concurrent)
        desk.finish(first, RateUse(tokens: 1))
        #expect(refusal(desk, key) == nil)
        #expect(refusal(desk, key) != nil)
    }

    @Test func `whoever is one too many is told how long others took`() throws {
        let desk = LimitDesk(LimitRules(key: RateLimits(concurrent: 4)))
        let begun = NIODeadline.now() - .seconds(8)
        for _ in 0..<4 { desk.finish(try desk.take(key(1), model: "m", .none, at: begun), .none) }
        for _ in 0..<4 { _ = try desk.take(key(1), model: "m", .none, at: begun) }
        // Eight seconds each, four at a time.
        #expect((1900...2500).contains(try #require(refusal(desk, key(1))?.retryMilliseconds)))
    }

    @Test func `tokens that were not used can be used by another`() throws {
        let desk = LimitDesk(LimitRules(account: RateLimits(tokensPerMinute: 1000)))
        let (one, other) = (key(1), key(2))
        let ticket = try #require(try desk.take(one, model: "m", RateUse(tokens: 900), at: now))
        #expect(ticket.standing.tokens?.remaining == 100)
        let refused = try #require(refusal(desk, other, tokens: 200))
        #expect((refused.scope, refused.limit, refused.used, refused.asked) == (.account, 1000, 900, 200))
        desk.finish(ticket, RateUse(tokens: 300))
        #expect(refusal(desk, other, tokens: 700) == nil)
        #expect(refusal(desk, other, tokens: 1) != nil)
    }

    @Test func `a loop whose clock is behind gets all its tokens back`() throws {
        let desk = LimitDesk(LimitRules(account: RateLimits(tokensPerMinute: 1000)))
        desk.finish(try desk.take(key(1), model: "m", RateUse(tokens: 1), at: now + .seconds(2)), RateUse(tokens: 0))
        let ticket = try desk.take(key(1), model: "m", RateUse(tokens: 1000), at: now)
        desk.finish(ticket, RateUse(tokens: 0))
        #expect(refusal(desk, key(1), tokens: 1000) == nil)
    }

    @Test func `a request beyond the limit itself is told that no wait will help`() throws {
        let desk = LimitDesk(LimitRules(key: RateLimits(tokensPerMinute: 1000)))
        let refused = try #require(refusal(desk, key(1), tokens: 1001))
        #expect(refused.retryMilliseconds == nil)
    }

    @Test func `what one limit refuses counts under none`() throws {
        let rules = LimitRules(
            key: RateLimits(requestsPerMinute: 5), models: ["m": RateLimits(requestsPerMinute: 1)])
        let desk = LimitDesk(rules)
        let key = key(1)
        #expect(refusal(desk, key) == nil)
        for _ in 0..<10 { #expect(refusal(desk, key)?.scope == .model) }
        for _ in 0..<4 { #expect(refusal(desk, key, model: "other") == nil) }
        #expect(refusal(desk, key, model: "other")?.scope == .key)
    }

    @Test func `accounts do not share what is an account's`() throws {
        let desk = LimitDesk(LimitRules(account: RateLimits(requestsPerMinute: 1)))
        #expect(refusal(desk, key(1, account: 1)) == nil)
        #expect(refusal(desk, key(2, account: 2)) == nil)
        #expect(refusal(desk, key(3, account: 1)) != nil)
    }

    private func spending(_ nanodollars: Int64) -> RateUse { RateUse(spend: Money(nanodollars: nanodollars)) }

    private func refused(_ desk: LimitDesk, _ use: RateUse, at moment: NIODeadline? = nil) -> RateRefusal? {
        do {
            _ = try desk.take(key(1), model: "m", use, at: moment ?? now)
            return nil
        } catch { return error }
    }

    @Test func `what may be spent in a minute is never exceeded, and what was not spent is there for others`() throws {
        let amounts = RateLimits.Amounts(spend: Money(nanodollars: 10_000_000_000))
        let desk = LimitDesk(LimitRules(key: RateLimits(minute: amounts)))
        let ticket = try #require(try desk.take(key(1), model: "m", spending(9_000_000_000), at: now))
        let refusal = try #require(refused(desk, spending(1_000_000_001)))
        #expect((refusal.dimension, refusal.period, refusal.used) == (.spend, .minute, 9_000_000_000))
        #expect(try #require(refusal.retryMilliseconds) <= 62_001)
        desk.finish(ticket, spending(1))
        #expect(refused(desk, spending(9_999_999_999)) == nil)
        #expect(refused(desk, spending(1)) != nil)
        #expect(refused(desk, spending(1), at: now + .seconds(63)) == nil)
        #expect(refused(desk, spending(10_000_000_001))?.retryMilliseconds == nil)
    }

    @Test func `a thousand at once spend no more than a day allows`() async throws {
        let amounts = RateLimits.Amounts(spend: Money(nanodollars: 1_000_000))
        let desk = LimitDesk(LimitRules(account: RateLimits(minute: RateLimits.Amounts(), day: amounts)))
        let taken = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<1000 {
                group.addTask { [now] in
                    let key = key(Int64(number % 7))
                    return (try? desk.take(key, model: "m", spending(3000), at: now)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 333)
    }

    @Test func `an absurd price is refused and crashes nobody`() throws {
        let amounts = RateLimits.Amounts(spend: Money(nanodollars: 1000))
        let desk = LimitDesk(LimitRules(key: RateLimits(minute: amounts, day: amounts)))
        #expect(refused(desk, spending(1)) == nil)
        #expect(refused(desk, spending(.max))?.retryMilliseconds == nil)
        #expect(refused(desk, RateUse(tokens: .max, spend: Money(nanodollars: .max)))?.dimension == .spend)
    }

    @Test func `days are those of UTC`() throws {
        let clock = ManualClock()
        let day = RateLimits.Amounts(requests: 2, tokens: 100, spend: Money(nanodollars: 1000))
        let desk = LimitDesk(LimitRules(key: RateLimits(minute: RateLimits.Amounts(), day: day)), clock: clock)
        clock.advance(bySeconds: 86_400 - 90)
        let ticket = try #require(try desk.take(key(1), model: "m", RateUse(tokens: 100), at: now))
        #expect(ticket.standing.requests?.remaining == 1 && ticket.standing.tokens?.remaining == 0)
        let refusal = try #require(refused(desk, RateUse(tokens: 1)))
        #expect((refusal.dimension, refusal.period) == (.tokens, .day))
        #expect((90_000...90_001).contains(try #require(refusal.retryMilliseconds)))
        clock.advance(bySeconds: 90)
        #expect(refused(desk, RateUse(tokens: 100)) == nil)
        // What was begun yesterday gives nothing back today.
        desk.finish(ticket, RateUse(tokens: 1))
        #expect(refused(desk, RateUse(tokens: 1))?.dimension == .tokens)
        #expect(refused(desk, .none) == nil)
        #expect(refused(desk, .none)?.dimension == .requests)
    }

    @Test func `a new process knows what was used today`() throws {
        let day = RateLimits.Amounts(requests: 10, spend: Money(nanodollars: 1000))
        let rules = LimitRules(
            key: RateLimits(minute: RateLimits.Amounts(), day: day),
            models: ["m": RateLimits(minute: RateLimits.Amounts(), day: RateLimits.Amounts(requests: 4))])
        let clock = ManualClock()
        clock.advance(bySeconds: 3600)
        let desk = LimitDesk(rules, clock: clock)
        #expect(desk.countsSince([]) == ManualClock().now())
        desk.restore(
            [
                DayUse(
                    key: KeyID(1), account: AccountID(1), book: .live, model: "m", requests: 3,
                    use: RateUse(tokens: 60, spend: Money(nanodollars: 600))),
                DayUse(
                    key: KeyID(1), account: AccountID(1), book: .live, model: "other", requests: 1,
                    use: RateUse(spend: Money(nanodollars: 300))),
            ], of: [])
        #expect(refused(desk, spending(101))?.used == 900)
        #expect(refused(desk, spending(100)) == nil)
        #expect(refused(desk, .none)?.scope == .model)
    }
}
