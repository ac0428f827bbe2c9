/// Which choices of an answer were seen, and which have ended. An answer has at most 128.
struct ChoiceMarks: Hashable, Sendable {
    private var seen: UInt128 = 0
    private var finished: UInt128 = 0

    /// - Returns: false when there can be no such choice.
    mutating func note(_ index: Int, finished isFinished: Bool) -> Bool {
        guard (0..<128).contains(index) else { return false }
        seen |= 1 << index
        if isFinished { finished |= 1 << index }
        return true
    }

    mutating func add(_ other: ChoiceMarks) {
        seen |= other.seen
        finished |= other.finished
    }

    var anyFinished: Bool { finished != 0 }
    /// Something was seen, and all of it has ended.
    var allFinished: Bool { seen != 0 && seen == finished }
}
