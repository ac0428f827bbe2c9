/// While two engines are asked: both hear of the caller.
final class BothRelays: CallerLineListener {
    private let first: AnswerRelay
    private let second: AnswerRelay

    init(_ first: AnswerRelay, _ second: AnswerRelay) {
        self.first = first
        self.second = second
    }

    func callerLeft() {
        second.callerLeft()
        first.callerLeft()
    }

    func serverStops() {
        second.serverStops()
        first.serverStops()
    }

    /// Nothing is passed on yet.
    func callerCanTakeMore(_ canTakeMore: Bool) {}
}
