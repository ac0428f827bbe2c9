import Commerce
import NIOCore
import Synchronization
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
            _ = try desk.take(key, model: model, tokens: tokens, at: now)
            return nil
        } catch { return error }
    }

    @Test func `a thousand at once and not one too many`() async throws {
        let desk = LimitDesk(LimitRules(key: RateLimits(requestsPerMinute: 100, concurrent: 150)))
        let key = key(1)
        let taken = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 { group.addTask { [now] in (try? desk.take(key, model: "m", tokens: 1, at: now)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 100)
    }

    @Test func `those under way are counted until they end`() throws {
        let desk = LimitDesk(LimitRules(key: RateLimits(concurrent: 2)))
        let key = key(1)
        let first = try #require(try desk.take(key, model: "m", tokens: 1, at: now))
        #expect(refusal(desk, key) == nil)
        #expect(refusal(desk, key)?.dimension == .concurrent)
        desk.finish(first, tokens: 1)
        #expect(refusal(desk, key) == nil)
        #expect(refusal(desk, key) != nil)
    }

    @Test func `tokens that were not used can be used by another`() throws {
        let desk = LimitDesk(LimitRules(account: RateLimits(tokensPerMinute: 1000)))
        let (one, other) = (key(1), key(2))
        let ticket = try #require(try desk.take(one, model: "m", tokens: 900, at: now))
        #expect(ticket.standing.tokens?.remaining == 100)
        let refused = try #require(refusal(desk, other, tokens: 200))
        #expect((refused.scope, refused.limit, refused.used, refused.asked) == (.account, 1000, 900, 200))
        desk.finish(ticket, tokens: 300)
        #expect(refusal(desk, other, tokens: 700) == nil)
        #expect(refusal(desk, other, tokens: 1) != nil)
    }

    @Test func `a loop whose clock is behind gets all its tokens back`() throws {
        let desk = LimitDesk(LimitRules(account: RateLimits(tokensPerMinute: 1000)))
        desk.finish(try desk.take(key(1), model: "m", tokens: 1, at: now + .seconds(2)), tokens: 0)
        let ticket = try desk.take(key(1), model: "m", tokens: 1000, at: now)
        desk.finish(ticket, tokens: 0)
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
}
