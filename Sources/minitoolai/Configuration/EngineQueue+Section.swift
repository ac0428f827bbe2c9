import Gateway
import NIOCore

extension EngineQueue.Rules {
    /// nil: the engine takes as many as come.
    init?(_ section: Section) {
        guard section.setting("concurrency") != nil else {
            section.reading.record(section.path("concurrency"), "none", .default)
            if let queue = section.setting("queue") {
                section.reading.add(
                    "expected concurrency beside it: nobody waits where all are taken", at: section.path("queue"), queue.origin)
                section.forgive()
            }
            return nil
        }
        self.init(places: section.wholeNumber("concurrency", in: 1...100_000, default: 1))
        section.section("queue") { queue in
            waitingMax = queue.wholeNumber("waiting", in: 0...100_000, default: waitingMax)
            wait = .milliseconds(queue.duration("wait", in: 1...600_000, default: wait.nanoseconds / 1_000_000))
        }
    }
}
