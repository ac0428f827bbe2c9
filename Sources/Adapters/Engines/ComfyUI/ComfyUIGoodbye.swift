/// Gives a job up: told where it stands, it decides what the server is told.
struct ComfyUIGoodbye {
    enum Step: Hashable, Sendable {
        case dequeue, interrupt, wait
        /// It is over; what is left of it is an entry in the history.
        case forget
    }

    /// Its submission was answered. A job whose submission was not may still be on its way into the queue.
    private let isNamed: Bool
    private var isInterrupted = false
    private var absences = 0

    init(isNamed: Bool) { self.isNamed = isNamed }

    mutating func saw(_ place: ComfyUIQueue.Place) -> Step {
        switch place {
        case .waiting: return .dequeue
        case .running:
            // Once: servers that do not look at the name would stop the next job, too.
            if isInterrupted { return .wait }
            isInterrupted = true
            return .interrupt
        case .absent:
            absences += 1
            return isNamed || absences > 1 ? .forget : .wait
        }
    }
}
