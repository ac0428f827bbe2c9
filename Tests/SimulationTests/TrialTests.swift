import Simulation
import Testing

/// Random happenings against the naive ledger; a failure is shrunk, and names its seed.
@Suite struct `Any order of any commands` {
    @Test(arguments: 1...16 as ClosedRange<UInt64>)
    func `answers as the naive ledger does, is never negative, and never depends on strangers`(seed: UInt64) {
        let report = TrialReport(seed, count: 1000)
        #expect(report.divergence == nil, "\(report)")
        #expect(report.seen.count >= 11, "seed \(seed) met only \(report.seen.keys.sorted())")
    }

    @Test(arguments: [
        (PlantedLedgerBug.progressUnwritten, 6), (.extensionsUnwritten, 9), (.revocationIgnored, 3), (.cachedBilledPlain, 4),
    ])
    func `a planted bug is found and shrunk to what matters`(bug: PlantedLedgerBug, most: Int) throws {
        let report = try #require(
            (1...20 as ClosedRange<UInt64>).lazy.map { TrialReport($0, count: 1000, bug: bug) }.first { $0.divergence != nil })
        #expect(report.shrunk.count <= most, "\(report)")
        #expect(TrialReport.divergence(report.shrunk, bug) != nil, "what was shrunk fails still")
        #expect(TrialReport.divergence(report.shrunk, nil) == nil, "and it is the bug's doing")
        for index in report.shrunk.indices {
            var fewer = report.shrunk
            fewer.remove(at: index)
            #expect(TrialReport.divergence(fewer, bug) == nil, "nothing can be left out of \(report)")
        }
    }

    @Test func `the shrinker finds the few that matter among many`() {
        var calls = 0
        let least = Shrinker.minimal(Array(0..<5000)) { list in
            calls += 1
            return list.contains(7) && list.contains(2300) && list.contains(4912)
        }
        #expect(least == [7, 2300, 4912])
        #expect(calls < 400)
        let pairs = Shrinker.minimal(Array(0..<100)) { list in list.filter { $0 % 2 == 1 }.count >= 3 }
        #expect(pairs.count == 3 && pairs.allSatisfy { $0 % 2 == 1 })
    }

    @Test func `the shrinker makes what matters simple`() {
        let simpler = { (number: Int) in [0, number / 2, number - 1].filter { 0..<number ~= $0 } }
        let simple = Shrinker.simplest([981, 13, 500], simpler: simpler) { $0[0] >= 100 && $0[2] > 0 }
        #expect(simple == [100, 0, 1])
    }
}
