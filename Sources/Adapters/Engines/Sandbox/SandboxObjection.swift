import Inference

/// What the sandbox says when a prompt asks for something it cannot do: always in words the caller can act on.
struct SandboxObjection: Error, Hashable {
    var message: String
    var param: String?
    var code: String?

    init(_ message: String, param: String? = nil, code: String? = nil) {
        self.message = message
        self.param = param
        self.code = code
    }

    var failure: EngineFailure {
        let refusal = EngineRefusal(status: 400, message: message, param: param, code: code)
        return EngineFailure(.refusedPrompt(refusal), detail: "sandbox: refused a prompt it cannot answer")
    }
}
