import Inference

extension SandboxDirectives {
    /// The failure that stands in place of an answer, if one was asked for.
    var refusal: EngineFailure? {
        switch failure {
        case nil: nil
        case .unreachable: EngineFailure(.unreachable, detail: "sandbox: was asked to be unreachable")
        case .status(let status):
            EngineFailure(
                SandboxDirectives.kind(of: status), detail: "sandbox: was asked for status \(status)",
                retryAfterMilliseconds: retryAfterMilliseconds)
        }
    }

    /// What an upstream's status means to the house.
    private static func kind(of status: Int) -> EngineFailure.Kind {
        switch status {
        case 401, 403, 404: .misconfigured
        case 408, 504: .timedOut
        case 402, 429, 500...: .overloaded
        default:
            .refusedPrompt(
                EngineRefusal(status: status, message: "The sandbox was asked to refuse this prompt with status \(status)."))
        }
    }
}

extension SandboxDirectives.Cut {
    /// How the answer ends; nil when it never does.
    var failure: EngineFailure? {
        switch kind {
        case .stall: nil
        case .break: EngineFailure(.broken, detail: "sandbox: was asked to break after \(afterChunks) chunks")
        case .malformed: EngineFailure(.malformed, detail: "sandbox: was asked to be malformed after \(afterChunks) chunks")
        }
    }
}
