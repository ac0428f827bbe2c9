/// How much was used in the last minute. Pure: time comes in.
///
/// Time goes in ticks of two seconds, and 31 of them are looked at: a minute, and the tick that is not over. So no minute, wherever it
/// begins, ever holds more than the limit; what is used counts for at most two seconds too long.
struct RateWindow: Sendable {
    static let tickNanoseconds: UInt64 = 2_000_000_000
    private static let ticks: UInt64 = 31

    /// By tick modulo ``ticks``.
    private var used = InlineArray<31, UInt32>(repeating: 0)
    /// The tick it was advanced to.
    private(set) var last: UInt64 = 0
    private(set) var sum = 0

    static func tick(at nanoseconds: UInt64) -> UInt64 { nanoseconds / tickNanoseconds }

    private static func lane(_ tick: UInt64) -> Int { Int(tick % ticks) }

    /// Forgets what is over.
    mutating func advance(to tick: UInt64) {
        guard tick > last else { return }
        if tick - last >= RateWindow.ticks {
            used = InlineArray(repeating: 0)
            sum = 0
        } else if sum > 0 {
            for passed in last + 1...tick {
                sum -= Int(used[RateWindow.lane(passed)])
                used[RateWindow.lane(passed)] = 0
            }
        }
        last = tick
    }

    /// To be called in the tick it was advanced to.
    mutating func use(_ amount: Int) {
        let lane = RateWindow.lane(last)
        let added = min(amount, Int(UInt32.max - used[lane]))
        used[lane] += UInt32(added)
        sum += added
    }

    /// Of what was used in `tick`, so much was not needed.
    mutating func giveBack(_ amount: Int, from tick: UInt64) {
        guard tick + RateWindow.ticks > last, tick <= last else { return }
        let given = min(amount, Int(used[RateWindow.lane(tick)]))
        used[RateWindow.lane(tick)] -= UInt32(given)
        sum -= given
    }

    /// Nanoseconds until no more than `left` of what was used counts.
    func wait(until left: Int, at nanoseconds: UInt64) -> UInt64 {
        var rest = sum
        var tick = last >= RateWindow.ticks - 1 ? last - (RateWindow.ticks - 1) : 0
        while rest > left, tick <= last {
            rest -= Int(used[RateWindow.lane(tick)])
            tick += 1
        }
        guard sum > left else { return 0 }
        let end = (tick - 1 + RateWindow.ticks) * RateWindow.tickNanoseconds
        return end > nanoseconds ? end - nanoseconds : 0
    }
}
