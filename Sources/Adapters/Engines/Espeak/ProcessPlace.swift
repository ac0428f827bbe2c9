import Synchronization

/// The right to run one process, until it is left.
final class ProcessPlace: Sendable {
    private enum State { case taken, lent, left }

    private let places: ProcessPlaces
    private let state = Mutex(State.taken)

    init(in places: ProcessPlaces) { self.places = places }

    /// Whoever is next in line may run a process beside this one, which waits for a slow reader. Harmless when it has been left.
    func lend() {
        state.withLock { if $0 == .taken, places.lend() { $0 = .lent } }
    }

    /// Harmless when it has been left.
    func leave() {
        let before = state.withLock { state in
            defer { state = .left }
            return state
        }
        switch before {
        case .taken: places.leave()
        case .lent: places.endLoan()
        case .left: break
        }
    }
}
