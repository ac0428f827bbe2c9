import Gateway
import NIOCore

extension AnswerCache.Rules {
    /// nil: the file says nothing of a cache, and there is none.
    init?(_ section: Section, isNamed: Bool) {
        let standard = AnswerCache.Rules()
        let names = ["keep", "megabytes", "percent"]
        let isWanted = isNamed || names.contains { section.setting($0) != nil }
        let keep = section.duration("keep", in: 1000...604_800_000, default: standard.keep.nanoseconds / 1_000_000)
        let megabytes = section.wholeNumber("megabytes", in: 1...65_536, default: standard.bytesMax >> 20)
        let percent = section.wholeNumber("percent", in: 0...100, default: standard.percent)
        guard isWanted else { return nil }
        self.init(keep: .milliseconds(keep), bytesMax: megabytes << 20, percent: percent)
    }
}
