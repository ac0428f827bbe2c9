import Gateway
import NIOCore

extension RoutingRules {
    init(_ section: Section) {
        let standard = RoutingRules()
        self.init(
            attemptsMax: section.wholeNumber("attempts", in: 1...10, default: standard.attemptsMax),
            deadline: .milliseconds(
                section.duration("deadline", in: 1000...3_600_000, default: standard.deadline.nanoseconds / 1_000_000)),
            isSticky: section.truth("sticky", default: standard.isSticky),
            hedge: section.setting("hedge") == nil
                ? nil : .milliseconds(section.duration("hedge", in: 10...600_000, default: 2000)))
        if hedge == nil { section.reading.record(section.path("hedge"), "none", .default) }
    }
}
