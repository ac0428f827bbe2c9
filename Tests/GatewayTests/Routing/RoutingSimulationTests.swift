import Inference
import NIOCore
import TestKit
import Testing

@testable import Gateway

/// Requests, upstreams and time, all made up: what the choice of routes does over minutes, in milliseconds.
struct RoutingSimulationTests {
    /// What an upstream does with a request, and after how long.
    struct Upstream {
        var failsPercent = 0
        var milliseconds: Int64 = 100
        /// While it is down, from second to second.
        var down: Range<Int64> = 0..<0
    }

    struct Outcome {
        /// Requests by the upstream they touched first, by whole second.
        var touched: [[Int]]
        var served = 0
        var failed = 0
        /// Attempts by upstream.
        var attempts: [Int]
    }

    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    /// Runs `seconds` of `rate` requests a second over the upstreams.
    private func run(
        _ upstreams: [Upstream], seconds: Int64, rate: Int64, seed: UInt64, priorities: [Int]? = nil
    ) -> Outcome {
        let dice = Dice(Seed(seed))
        let routes = upstreams.indices.map {
            Route(engine: ScriptedEngine("up\($0)", []), model: "m", priority: priorities?[$0] ?? 1)
        }
        let table = RouteTable(live: [:], sandbox: ScriptedEngine([])) { dice.below($0) }
        var outcome = Outcome(
            touched: Array(repeating: Array(repeating: 0, count: upstreams.count), count: Int(seconds)),
            attempts: Array(repeating: 0, count: upstreams.count))
        // What is heard later of what was asked before: by time, then in the order asked.
        var heard: [(at: NIODeadline, Int, NIODeadline, Bool)] = []
        for request in 0..<seconds * rate {
            let time = TimeAmount.nanoseconds(request * 1_000_000_000 / rate)
            heard.sort { $0.at > $1.at }
            while let next = heard.last, next.at <= now + time {
                let (at, place, asked, isGood) = heard.removeLast()
                if isGood {
                    routes[place].history.answered(asked: asked, isTimed: true, at: at)
                } else {
                    routes[place].history.failed(EngineFailure(.unreachable, detail: ""), at: at)
                }
            }
            var left = table.inOrder(routes, for: House.prompt(), at: now + time)[...]
            var asked = now + time
            var attempts = 0
            while let route = left.first, attempts < table.rules.attemptsMax {
                let place = routes.firstIndex { $0.engine.name == route.engine.name } ?? 0
                let second = (asked - now).nanoseconds / 1_000_000_000
                let isDown = upstreams[place].down.contains(second)
                let isGood = !isDown && dice.below(100) >= upstreams[place].failsPercent
                if attempts == 0 { outcome.touched[Int(time.nanoseconds / 1_000_000_000)][place] += 1 }
                attempts += 1
                outcome.attempts[place] += 1
                let end = asked + .milliseconds(isDown ? 1 : upstreams[place].milliseconds)
                heard.append((end, place, asked, isGood))
                guard !isGood else { break }
                left = RouteTable.rest(of: left, after: EngineFailure(.unreachable, detail: ""))[...]
                asked = end
                if left.isEmpty || attempts == table.rules.attemptsMax { attempts = .max }
            }
            if attempts == .max { outcome.failed += 1 } else { outcome.served += 1 }
        }
        return outcome
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `of three upstreams one is dead: all is served, and after a second hardly any touches it`(seed: UInt64) {
        let outcome = run([Upstream(down: 0..<600), Upstream(), Upstream()], seconds: 120, rate: 100, seed: seed)
        #expect(outcome.failed == 0)
        let later = outcome.touched.dropFirst().reduce(0) { $0 + $1[0] }
        #expect(later * 100 <= 119 * 100, "\(later) of 11900")
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `one that comes back has its share again within a minute`(seed: UInt64) {
        let outcome = run([Upstream(down: 10..<40), Upstream(), Upstream()], seconds: 160, rate: 50, seed: seed)
        #expect(outcome.failed == 0)
        let share = outcome.touched[110...].reduce(0) { $0 + $1[0] }
        #expect((600...1100).contains(share), "\(share) of 2500, a third is 833")
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `the spare serves while the first is down, and rests when it is back`(seed: UInt64) {
        let outcome = run(
            [Upstream(down: 5..<20), Upstream()], seconds: 120, rate: 50, seed: seed, priorities: [1, 2])
        #expect(outcome.failed == 0)
        #expect(outcome.touched[7..<20].allSatisfy { $0[0] <= 3 })
        #expect(outcome.touched[90...].allSatisfy { $0[1] == 0 })
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `one that fails most of the time, and one that is slow, are left to rest`(seed: UInt64) {
        let outcome = run(
            [Upstream(failsPercent: 80), Upstream(milliseconds: 5000), Upstream(), Upstream()], seconds: 240, rate: 40, seed: seed
        )
        #expect(outcome.failed == 0)
        let late = outcome.touched[60...].reduce([0, 0, 0, 0]) { sums, second in zip(sums, second).map { $0 + $1 } }
        #expect(late[0] * 20 <= late.reduce(0, +), "\(late)")
        #expect(late[1] * 10 <= late.reduce(0, +), "\(late)")
    }

    @Test func `when all are down each request is still tried, no more often than is allowed`() {
        let outcome = run(
            Array(repeating: Upstream(down: 0..<60), count: 5), seconds: 20, rate: 20, seed: 1)
        #expect(outcome.served == 0)
        #expect(outcome.attempts.reduce(0, +) == 400 * RoutingRules().attemptsMax)
    }

    /// Chance that can be had again.
    private final class Dice: @unchecked Sendable {
        private var seed: Seed
        init(_ seed: Seed) { self.seed = seed }
        func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &seed) }
    }
}
