import TestKit
import Testing

@testable import Gateway

struct RateWindowTests {
    private static let second: UInt64 = 1_000_000_000

    /// A limiter that remembers every single use: what the window is held against.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `no minute holds more than the limit, and what is refused would have been too much two seconds around`(seed: UInt64) {
        var dice = Seed(seed)
        let limit = Int.random(in: 1...200, using: &dice)
        var window = RateWindow<UInt32>()
        var uses: [(at: UInt64, amount: Int)] = []
        var now: UInt64 = 5_000 * Self.second
        for _ in 0..<3000 {
            now += UInt64.random(in: 0...(dice.once(in: 50) ? 90 : 1), using: &dice) * Self.second / 3
            let amount = Int.random(in: 1...max(1, limit / 5), using: &dice)
            window.advance(to: RateTick.at(now))
            if window.sum + amount <= limit {
                window.use(amount)
                uses.append((now, amount))
            } else {
                let wider = uses.filter { $0.at + 64 * Self.second > now }.reduce(0) { $0 + $1.amount }
                #expect(wider + amount > limit)
                let wait = window.wait(until: limit - amount, at: now)
                #expect(wait > 0 && wait <= 62 * Self.second)
                var later = window
                later.advance(to: RateTick.at(now + wait))
                #expect(later.sum + amount <= limit, "\(seed): an honest wait is long enough")
                var early = window
                early.advance(to: RateTick.at(now + wait - 1))
                #expect(early.sum + amount > limit, "\(seed): and no longer than it must be")
            }
            let minute = uses.filter { $0.at + 60 * Self.second > now }.reduce(0) { $0 + $1.amount }
            #expect(minute <= limit)
        }
        #expect(!uses.isEmpty)
    }

    @Test func `what is given back can be used again, and what is long gone cannot be given back`() {
        var window = RateWindow<UInt32>()
        window.advance(to: 100)
        window.use(50)
        window.advance(to: 110)
        window.giveBack(20, from: 100)
        #expect(window.sum == 30)
        window.giveBack(500, from: 100)
        #expect(window.sum == 0)
        window.use(7)
        window.advance(to: 131)
        window.giveBack(7, from: 100)
        #expect(window.sum == 7)
        window.advance(to: 141)
        #expect(window.sum == 0)
    }
}
