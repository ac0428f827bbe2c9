package import Inference
package import NIOCore
package import Units

/// What is posted to a job's `callback_url` when it is over. It is signed as the bytes that ``write(into:)`` writes.
/// Source: Standard Webhooks, "Payload structure", https://github.com/standard-webhooks/standard-webhooks
package struct CallbackBody: Hashable, Sendable {
    package enum Event: String, Sendable, CaseIterable {
        case finished = "image.finished"
        case failed = "image.failed"
        case cancelled = "image.cancelled"
    }

    package let event: Event
    package let job: JobID
    package let answer: JobAnswer
    /// When the job was over.
    package let ended: Instant

    /// - Returns: nil for a job that is not over.
    package init?(of job: JobID, _ answer: JobAnswer, ended: Instant) {
        switch answer {
        case .success: event = .finished
        case .failed: event = .failed
        case .cancelled: event = .cancelled
        case .pending, .processing, .expired, .unknown, .refused: return nil
        }
        self.job = job
        self.answer = answer
        self.ended = ended
    }

    /// Writes `{"type":"image.finished","timestamp":"…","data":{"jobid":12345678,"status":"success",…}}`.
    package func write(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"type\":")
        buffer.writeJSON(event.rawValue)
        buffer.writeStaticString(",\"timestamp\":")
        buffer.writeJSON(ended.description)
        buffer.writeStaticString(",\"data\":{\"jobid\":")
        buffer.writeJSON(job.value)
        buffer.writeStaticString(",")
        answer.writeMembers(into: &buffer)
        buffer.writeStaticString("}}")
    }
}
