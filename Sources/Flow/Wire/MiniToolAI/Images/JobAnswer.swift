import Inference
package import NIOCore
import Units

/// What is answered to whoever asks after a job, in the reference's keys and order; keys it does not know come behind its own.
package enum JobAnswer: Hashable, Sendable {
    /// - Parameter position: 1 for the next.
    case pending(position: Int)
    /// - Parameter progress: 0...1.
    case processing(progress: Double)
    case success(DeliveredImage)
    /// The money is back.
    case failed(message: String)
    /// The money is back.
    case cancelled
    /// The picture was made and paid for, and has been removed since.
    case expired
    /// An unknown job, and a wrong signature: one and the same.
    case unknown
    /// The question itself could not be read or is not answered now.
    case refused(message: String, code: String)

    package init(_ fault: RequestFault) { self = .refused(message: fault.message, code: fault.stableCode) }

    /// What `/v1` says, in the reference's shape.
    package init(_ error: ErrorBody) { self = .refused(message: error.message, code: error.code ?? error.type) }

    /// Whether a later answer would be the same.
    package var isLast: Bool {
        switch self {
        case .pending, .processing: false
        case .success, .failed, .cancelled, .expired, .unknown, .refused: true
        }
    }

    /// Writes the answer as one object.
    package func write(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{")
        writeMembers(into: &buffer)
        buffer.writeStaticString("}")
    }

    /// Writes what stands between the braces.
    func writeMembers(into buffer: inout ByteBuffer) {
        switch self {
        case .pending(let position):
            JobAnswer.write(status: "pending", "waiting for an engine", progress: 0, position: position, into: &buffer)
        case .processing(let progress):
            JobAnswer.write(status: "processing", "the picture is being made", progress: progress, position: 0, into: &buffer)
        case .success(let image): JobAnswer.write(image, into: &buffer)
        case .failed(let message): JobAnswer.write(error: message, code: "job_failed", into: &buffer)
        case .cancelled: JobAnswer.write(error: "the job was cancelled", code: "job_cancelled", into: &buffer)
        case .expired: JobAnswer.write(error: "the picture has expired", code: "image_expired", into: &buffer)
        case .unknown:
            JobAnswer.write(error: "there is no such job, or its signature is wrong", code: "job_not_found", into: &buffer)
        case .refused(let message, let code): JobAnswer.write(error: message, code: code, into: &buffer)
        }
    }

    private static func write(
        status: StaticString, _ message: String, progress: Double, position: Int, into buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString("\"status\":\"")
        buffer.writeStaticString(status)
        buffer.writeStaticString("\",\"image_url\":null,\"message\":")
        buffer.writeJSON(message)
        buffer.writeStaticString(",\"progress\":")
        buffer.writeString(text(ofProgress: progress))
        buffer.writeStaticString(",\"queue_position\":")
        buffer.writeJSON(position)
    }

    private static func write(error message: String, code: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("\"status\":\"error\",\"image_url\":null,\"message\":")
        buffer.writeJSON(message)
        buffer.writeStaticString(",\"code\":")
        buffer.writeJSON(code)
    }

    private static func write(_ image: DeliveredImage, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("\"status\":\"success\",\"image_url\":")
        buffer.writeJSON(image.url)
        buffer.writeStaticString(",\"message\":\"success\",\"seed\":")
        buffer.writeJSON(image.seed)
        buffer.writeStaticString(",\"model\":")
        buffer.writeJSON(image.model)
        buffer.writeStaticString(",\"scheduler\":")
        buffer.writeJSON(image.scheduler)
        buffer.writeStaticString(",\"width\":")
        buffer.writeJSON(image.width)
        buffer.writeStaticString(",\"height\":")
        buffer.writeJSON(image.height)
        buffer.writeStaticString(",\"format\":")
        buffer.writeJSON(image.format.rawValue)
        buffer.writeStaticString(",\"cost\":")
        buffer.writeJSON(image.cost.description)
        buffer.writeStaticString(",\"expires_at\":")
        buffer.writeJSON(image.expiry.description)
    }

    /// In thousandths, rounded down so that 1 is said only of what is done: `0.0`, `0.25`, `0.999`.
    private static func text(ofProgress progress: Double) -> String {
        // Not a number is no progress.
        let thousandths = progress > 0 ? Int(min(progress, 1) * 1000) : 0
        return "\(Double(thousandths) / 1000)"
    }
}
