package import Inference
package import NIOCore

/// What `/api/texttoimage/` answers, in the reference's keys and order.
package enum SubmissionAnswer: Hashable, Sendable {
    case accepted(JobID, signature: String)
    case refused(message: String, code: String)

    package init(_ fault: RequestFault) { self = .refused(message: fault.message, code: fault.stableCode) }

    /// What `/v1` says, in the reference's shape.
    package init(_ error: ErrorBody) { self = .refused(message: error.message, code: error.code ?? error.type) }

    /// Writes `{"status":"success","jobid":12345678,"signature":"…"}`, or
    /// `{"status":"error","jobid":null,"signature":null,"message":"…","code":"…"}`.
    package func write(into buffer: inout ByteBuffer) {
        switch self {
        case .accepted(let id, let signature):
            buffer.writeStaticString("{\"status\":\"success\",\"jobid\":")
            buffer.writeJSON(id.value)
            buffer.writeStaticString(",\"signature\":")
            buffer.writeJSON(signature)
        case .refused(let message, let code):
            buffer.writeStaticString("{\"status\":\"error\",\"jobid\":null,\"signature\":null,\"message\":")
            buffer.writeJSON(message)
            buffer.writeStaticString(",\"code\":")
            buffer.writeJSON(code)
        }
        buffer.writeStaticString("}")
    }
}

extension RequestFault {
    /// The code, or one by the kind of the fault: the reference's answers always have one.
    var stableCode: String {
        if let code { return code }
        return switch kind {
        case .malformed: "invalid_json"
        case .invalid: "invalid_value"
        case .tooLarge: "request_too_large"
        case .modelUnknown: "model_not_found"
        case .unsupportedMediaType: "unsupported_content_type"
        }
    }
}
