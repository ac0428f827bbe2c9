package import Commerce
package import Inference
package import Units

/// A job as whoever may ask after it sees it.
package struct JobView: Sendable {
    package enum State: Sendable {
        /// - Parameter position: 1 for the next.
        case queued(position: Int)
        /// - Parameter progress: 0...1.
        case running(progress: Double)
        case finished(ImageJob.Result)
        case failed(message: String)
        case cancelled
    }

    package let id: JobID
    package let purse: Purse
    package let submitted: Instant
    /// nil while it waits.
    package let record: JobRecord?
    package let state: State
    package let attempts: Int
    /// When it was over.
    package let ended: Instant?

    package var isOver: Bool {
        switch state {
        case .finished, .failed, .cancelled: true
        case .queued, .running: false
        }
    }
}

extension JobView {
    /// - Parameter position: 1 for the next.
    init(_ job: WaitingJob, position: Int) {
        id = job.id
        purse = job.purse
        submitted = job.submitted
        record = nil
        attempts = job.attempts
        ended = nil
        state = .queued(position: position)
    }

    /// - Parameter progress: of a job that runs.
    init(_ job: Job, progress: Double = 0) {
        id = job.record.id
        purse = job.record.purse
        submitted = job.record.submitted
        record = job.record
        attempts = job.machine.attempts
        ended = job.ended
        state =
            switch job.machine.state {
            case .queued: .queued(position: 1)
            case .running: .running(progress: progress)
            case .painted: .running(progress: 1)
            case .finished(let result): .finished(result)
            case .failed(let message): .failed(message: message)
            case .cancelled: .cancelled
            }
    }
}
