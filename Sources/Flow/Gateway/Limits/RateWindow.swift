/// How much was used in the last minute. Pure: time comes in.
///
/// Time goes in ticks of two seconds, and 31 of them are looked at: a minute, and the tick that is not over. So no minute, wherever it
/// begins, ever holds more than the limit; what is used counts for at most two seconds too long.
///
/// - Parameter Lane: counts what is used in one tick: `UInt32` for requests and tokens, `UInt64` for nanodollars.
struct RateWindow<Lane: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private static var ticks: UInt64 { RateTick.count }

    /// By tick modulo ``RateTick/count``.
    private var used = InlineArray<31, Lane>(repeating: 0)
    /// The tick it was advanced to.
    private(set) var last: UInt64 = 0
    private(set) var sum = 0

    private static func lane(_ tick: UInt64) -> Int { Int(tick % ticks) }

    /// Forgets what is over.
    mutating func advance(to tick: UInt64) {
        guard tick > last else { return }
        if tick - last >= Self.ticks {
            used = InlineArray(repeating: 0)
            sum = 0
        } else if sum > 0 {
            for passed in last + 1...tick {
                sum -= Int(used[Self.lane(passed)])
                used[Self.lane(passed)] = 0
            }
        }
        last = tick
    }

    /// To be called in the tick it was advanced to.
    mutating func use(_ amount: Int) {
        let lane = Self.lane(last)
        let added = min(amount, Int(clamping: Lane.max - used[lane]))
        used[lane] += Lane(added)
        sum += added
    }

    /// Of what was used in `tick`, so much was not needed.
    mutating func giveBack(_ amount: Int, from tick: UInt64) {
        guard tick + Self.ticks > last, tick <= last else { return }
        let given = min(amount, Int(used[Self.lane(tick)]))
        used[Self.lane(tick)] -= Lane(given)
        sum -= given
    }

    /// Nanoseconds until no more than `left` of what was used counts.
    func wait(until left: Int, at nanoseconds: UInt64) -> UInt64 {
        var rest = sum
        var tick = last >= Self.ticks - 1 ? last - (Self.ticks - 1) : 0
        while rest > left, tick <= last {
            rest -= Int(used[Self.lane(tick)])
            tick += 1
        }
        guard sum > left else { return 0 }
        let end = (tick - 1 + Self.ticks) * RateTick.nanoseconds
        return end > nanoseconds ? end - nanoseconds : 0
    }
}

/// How time goes where limits a minute are counted.
enum RateTick {
    static let nanoseconds: UInt64 = 2_000_000_000
    static let count: UInt64 = 31

    static func at(_ nanoseconds: UInt64) -> UInt64 { nanoseconds / RateTick.nanoseconds }
}
