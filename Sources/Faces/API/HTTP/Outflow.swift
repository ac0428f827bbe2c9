import NIOCore

/// What was written to a caller and has not gone out yet: is it still being read?
struct Outflow {
    enum State {
        /// Nothing is waiting.
        case done
        /// The caller reads, however slowly.
        case flowing
        /// The caller has read nothing for too long.
        case stalled
    }

    private var writtenBytes = 0
    private var sentBytes = 0
    private var movedAt = NIODeadline.now()
    private(set) var isDone = true

    mutating func count(_ bytes: Int) {
        writtenBytes += bytes
        guard isDone else { return }
        isDone = false
        movedAt = .now()
    }

    /// Looks at how much has gone out since the last look.
    /// - Parameter waitingBytes: what of all that was written still waits.
    mutating func state(waitingBytes: Int, at now: NIODeadline, stallTime: TimeAmount) -> State {
        isDone = waitingBytes == 0
        if isDone { return .done }
        if writtenBytes - waitingBytes > sentBytes {
            sentBytes = writtenBytes - waitingBytes
            movedAt = now
        }
        return now - movedAt >= stallTime ? .stalled : .flowing
    }
}
