import Testing
import Units

@testable import Gateway

@Suite struct `Charges against reports` {
    private let noon = Instant(seconds: 1_780_012_800)
    private let drift = UsageDrift()

    private func note(_ count: Int, charged: Int64, reported: Int64?, at now: Instant? = nil) -> [UsageDrift.Day] {
        (0..<count).compactMap { _ in
            drift.note(
                charged: Money(nanodollars: charged), reported: reported.map(Money.init(nanodollars:)), at: now ?? noon)
        }
    }

    @Test(arguments: [(100, 100, 0), (99, 100, -10_000), (101, 100, 10_000), (0, 100, -1_000_000), (5, 0, 5_000_000), (0, 0, 0)])
    func `the distance is told in millionths of what was reported`(charged: Int64, reported: Int64, millionths: Int) {
        _ = note(1, charged: charged, reported: reported)
        #expect(drift.today(at: noon).partsPerMillion == millionths)
    }

    @Test func `a few odd answers are no alarm, and many are one a day`() {
        #expect(note(CostLimits.driftRequestsMin - 1, charged: 50, reported: 100).isEmpty)
        #expect(note(200, charged: 50, reported: 100).count == 1)
        let tomorrow = noon.advanced(bySeconds: 86_400)
        #expect(drift.today(at: tomorrow).requests == 0)
        #expect(note(200, charged: 50, reported: 100, at: tomorrow).count == 1)
    }

    @Test func `one percent is borne, more is not`() {
        #expect(note(200, charged: 990, reported: 1000).isEmpty)
        #expect(note(200, charged: 980, reported: 1000).count == 1)
    }

    @Test func `an engine that often does not report is one too`() {
        #expect(note(190, charged: 100, reported: 100).isEmpty)
        #expect(note(10, charged: 100, reported: nil).isEmpty)
        let alarms = note(10, charged: 100, reported: nil)
        #expect(alarms.count == 1)
        #expect(alarms.first?.unreported == 11)
    }
}
