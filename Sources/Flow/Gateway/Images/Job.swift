import Commerce
package import Inference
package import Units

/// A job and where it stands.
package struct Job: Sendable {
    package let record: JobRecord
    package internal(set) var machine: ImageJob
    package let hold: HoldID
    /// Engines that failed at it.
    var tried: [String] = []
    /// When it was over.
    package internal(set) var ended: Instant?

    init(_ record: JobRecord, hold: HoldID) {
        self.record = record
        self.hold = hold
        machine = ImageJob(submitted: record.submitted, deadline: record.deadline)
    }
}
