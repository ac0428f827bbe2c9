import NIOCore

/// What is known of one route from how it answered: a circuit breaker, and how soon its streams begin.
///
/// Pure: what happened and when comes in, a verdict comes out. A route that is out is asked by one request at a time once its
/// time is over (half-open); how that one fares decides.
struct RouteHealth: Hashable, Sendable {
    enum Standing: Hashable, Sendable {
        case well
        /// Its time out is over: the next request that is to go there tries it.
        case due
        case out
    }

    private struct Out: Hashable, Sendable {
        var since: NIODeadline
        var until: NIODeadline
        var length: TimeAmount
        var isProbed = false
    }

    private struct Span: Hashable, Sendable {
        var asked = 0
        var failed = 0
    }

    private var out: Out?
    private var failuresInARow = 0
    private var spanBegan = NIODeadline.uptimeNanoseconds(0)
    private var span = Span()
    private var lastSpan = Span()
    private var timed = 0
    /// Of the streams' first events, each new one counting a quarter.
    private var meanTime: Int64 = 0

    func standing(at now: NIODeadline) -> Standing {
        guard let out else { return .well }
        return now < out.until ? .out : .due
    }

    /// Nanoseconds to a stream's first event; nil while too few were seen.
    var firstEventNanoseconds: Int64? { timed >= RouteLimits.timedMin ? meanTime : nil }

    /// Takes the one place of a half-open circuit. It is free again after as long as the route was out, should nothing be heard.
    mutating func takeProbe(at now: NIODeadline) -> Bool {
        guard let length = out?.length, standing(at: now) == .due else { return false }
        out?.until = now + length
        out?.isProbed = true
        return true
    }

    /// - Parameters:
    ///   - asked: when the request was sent.
    ///   - isTimed: it says how soon the route answers; whole answers do not, they take as long as they are long.
    mutating func answered(asked: NIODeadline, isTimed: Bool, at now: NIODeadline) {
        failuresInARow = 0
        count(failure: false, at: now)
        if isTimed {
            let time = (now - asked).nanoseconds
            meanTime = timed == 0 || out != nil ? time : meanTime + (time - meanTime) / 4
            timed = min(timed + 1, RouteLimits.timedMin)
        }
        // Answers to what was asked before it went out prove nothing.
        if let out, asked >= out.since { self.out = nil }
    }

    /// - Parameters:
    ///   - isCertain: once is enough: the route's key, address or model is refused.
    ///   - pause: how long the route itself asks to be left alone.
    mutating func failed(isCertain: Bool, pause: TimeAmount?, at now: NIODeadline) {
        failuresInARow += 1
        count(failure: true, at: now)
        if let out {
            guard out.isProbed else { return }
            putOut(for: max(pause ?? .zero, min(out.length * 2, RouteLimits.outMax)), at: now)
        } else if let pause {
            putOut(for: pause, at: now)
        } else if isCertain || failuresInARow >= RouteLimits.failuresInARow || failsOften {
            putOut(for: RouteLimits.outTime, at: now)
        }
    }

    /// Its peers answer much sooner.
    mutating func isSlow(at now: NIODeadline) {
        guard out == nil else { return }
        putOut(for: RouteLimits.slowTime, at: now)
    }

    private mutating func putOut(for length: TimeAmount, at now: NIODeadline) {
        let length = min(max(length, .milliseconds(1)), RouteLimits.outMax)
        out = Out(since: now, until: now + length, length: length)
        (span, lastSpan) = (Span(), Span())
    }

    private mutating func count(failure: Bool, at now: NIODeadline) {
        if now - spanBegan >= RouteLimits.span {
            lastSpan = now - spanBegan >= RouteLimits.span * 2 ? Span() : span
            span = Span()
            spanBegan = now
        }
        span.asked += 1
        if failure { span.failed += 1 }
    }

    private var failsOften: Bool {
        let asked = span.asked + lastSpan.asked
        return asked >= RouteLimits.sampleMin
            && (span.failed + lastSpan.failed) * 100 >= asked * RouteLimits.failedPercentMax
    }
}
