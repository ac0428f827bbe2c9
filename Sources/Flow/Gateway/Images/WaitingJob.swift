import Commerce
import Inference
import Units

/// A job that waits, as far as waiting needs to know it: a hundred thousand do at a time. The rest is read from the store when an engine
/// takes it.
struct WaitingJob: Sendable {
    let id: JobID
    let hold: HoldID
    let purse: Purse
    let model: String
    let submitted: Instant
    let deadline: Instant
    let attempts: Int
    /// Engines that failed at it.
    let tried: [String]

    init(_ job: Job) {
        id = job.record.id
        hold = job.hold
        purse = job.record.purse
        model = job.record.prompt.model
        submitted = job.record.submitted
        deadline = job.record.deadline
        attempts = job.machine.attempts
        tried = job.tried
    }

    var line: JobBoard.Line { JobBoard.Line(model: model, book: purse.book) }
}

extension Job {
    var line: JobBoard.Line { JobBoard.Line(model: record.prompt.model, book: record.purse.book) }

    /// As it was stored, and as it waits now: that it waits again is not always written down.
    init(_ stored: StoredJob, waiting: WaitingJob) throws(UnreadableJob) {
        try self.init(stored)
        machine = ImageJob(
            state: .queued, attempts: waiting.attempts, attemptsMax: machine.attemptsMax, submitted: record.submitted,
            deadline: record.deadline)
        tried = waiting.tried
    }
}
