/// Which choices of an answer were seen, and which have ended. An answer has at most 128.
struct ChoiceMarks: Hashable, Sendable {
    private var seen: UInt128 = 0
    private var finished: UInt128 = 0
    /// A choice ended because its output cap was reached.
    private(set) var reachedCap = false

    enum Finish { case none, byItself, atCap }

    /// - Returns: false when there can be no such choice.
    mutating func note(_ index: Int, _ finish: Finish) -> Bool {
        guard (0..<128).contains(index) else { return false }
        seen |= 1 << index
        if finish != .none { finished |= 1 << index }
        if finish == .atCap { reachedCap = true }
        return true
    }

    mutating func add(_ other: ChoiceMarks) {
        seen |= other.seen
        finished |= other.finished
        reachedCap = reachedCap || other.reachedCap
    }

    var anyFinished: Bool { finished != 0 }
    /// Something was seen, and all of it has ended.
    var allFinished: Bool { seen != 0 && seen == finished }
}
