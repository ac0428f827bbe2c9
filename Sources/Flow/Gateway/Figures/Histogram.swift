/// How often values fell where: plain integers, kept by one owner and merged by whoever looks.
package struct Histogram: Sendable {
    /// Upper bounds, each inclusive, ascending.
    package let bounds: [Int]
    /// One more than there are bounds: the last counts what is beyond all of them.
    package private(set) var counts: [Int]
    package private(set) var sum = 0

    package init(_ bounds: [Int]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    package mutating func note(_ value: Int) {
        var place = 0
        while place < bounds.count, value > bounds[place] { place += 1 }
        counts[place] += 1
        sum &+= value
    }

    package mutating func add(_ other: Histogram) {
        precondition(bounds == other.bounds, "only what was measured alike is added up")
        for place in counts.indices { counts[place] += other.counts[place] }
        sum &+= other.sum
    }

    /// From a tenth of a millisecond, a commit on a fast disk, to five minutes, the longest of answers. In microseconds.
    package static let times = Histogram([
        100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000, 30_000_000, 60_000_000, 300_000_000,
    ])
    /// Of a batch, up to the most that one commit takes.
    package static let sizes = Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256])
}
