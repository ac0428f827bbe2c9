import NIOCore
import Testing

@testable import Gateway

struct RouteHealthTests {
    private var health = RouteHealth()
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private mutating func fail(_ times: Int = 1, at now: NIODeadline, isCertain: Bool = false, pause: TimeAmount? = nil) {
        for _ in 0..<times { health.failed(isCertain: isCertain, pause: pause, at: now) }
    }

    private mutating func answer(_ times: Int = 1, at now: NIODeadline) {
        for _ in 0..<times { health.answered(asked: now, isTimed: true, at: now) }
    }

    @Test mutating func `failures in a row put it out, an answer between them does not let it come to that`() {
        for _ in 0..<20 {
            answer(2, at: start)
            fail(RouteLimits.failuresInARow - 1, at: start)
            answer(at: start)
            #expect(health.standing(at: start) == .well)
        }
        fail(RouteLimits.failuresInARow, at: start)
        #expect(health.standing(at: start) == .out)
    }

    @Test mutating func `failing half the time puts it out though an answer follows each failure`() {
        var asked = 0
        while health.standing(at: start) == .well, asked < 100 {
            fail(at: start)
            health.answered(asked: start - .seconds(1), isTimed: false, at: start)
            asked += 2
        }
        #expect((RouteLimits.sampleMin - 1...RouteLimits.sampleMin + 2).contains(asked))
    }

    @Test mutating func `what failed long ago is forgotten`() {
        for step in 0..<40 {
            let now = start + .seconds(Int64(step * 30))
            fail(2, at: now)
            answer(at: now)
        }
        #expect(health.standing(at: start + .hours(1)) == .well)
    }

    @Test mutating func `a refused key puts it out at once, and a wish to be left alone is kept to`() {
        fail(at: start, isCertain: true)
        #expect(health.standing(at: start) == .out)
        health = RouteHealth()
        fail(at: start, pause: .seconds(20))
        #expect(health.standing(at: start + .milliseconds(19_999)) == .out)
        #expect(health.standing(at: start + .seconds(20)) == .due)
    }

    @Test mutating func `each failed probe doubles the time out up to its bound, and an answer ends it`() {
        fail(RouteLimits.failuresInARow, at: start)
        var (now, length) = (start, RouteLimits.outTime)
        for _ in 0..<8 {
            #expect(health.standing(at: now + length - .nanoseconds(1)) == .out)
            now = now + length
            #expect(health.standing(at: now) == .due)
            let mayTry = health.takeProbe(at: now)
            #expect(mayTry)
            let again = health.takeProbe(at: now)
            #expect(!again)
            fail(at: now)
            length = min(length * 2, RouteLimits.outMax)
        }
        now = now + length
        let mayTry = health.takeProbe(at: now)
        #expect(mayTry)
        answer(at: now + .milliseconds(1))
        #expect(health.standing(at: now + .milliseconds(1)) == .well)
        fail(RouteLimits.failuresInARow, at: now)
        #expect(health.standing(at: now + RouteLimits.outTime) == .due)
    }

    @Test mutating func `answers and failures of what was asked before it went out change nothing`() {
        fail(RouteLimits.failuresInARow, at: start)
        health.answered(asked: start - .seconds(1), isTimed: true, at: start + .seconds(1))
        fail(50, at: start + .seconds(1))
        #expect(health.standing(at: start + RouteLimits.outTime - .nanoseconds(1)) == .out)
        #expect(health.standing(at: start + RouteLimits.outTime) == .due)
    }

    @Test mutating func `a probe of which nothing is heard gives its place back`() {
        fail(RouteLimits.failuresInARow, at: start)
        let due = start + RouteLimits.outTime
        let mayTry = health.takeProbe(at: due)
        #expect(mayTry)
        #expect(health.standing(at: due) == .out)
        #expect(health.standing(at: due + RouteLimits.outTime) == .due)
    }
}
