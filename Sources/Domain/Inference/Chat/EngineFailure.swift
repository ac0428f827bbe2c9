/// Why an engine did not answer, or stopped answering.
package struct EngineFailure: Error, Sendable {
    package enum Kind: Sendable {
        /// No connection, or it broke before the request was sent.
        case unreachable
        /// No byte of an answer within the deadline, or a stall in mid-stream.
        case timedOut
        /// 429, 5xx, no credit upstream: it may work elsewhere or later.
        case overloaded
        /// All its places are taken here, and none became free in time: it was not asked.
        case crowded
        /// 401, 403, 404, redirects: the operator's key, model name or address is wrong.
        case misconfigured
        /// The engine refused the prompt itself; the caller can mend it.
        case refusedPrompt(EngineRefusal)
        /// The answer ended without its end, or reported an error in mid-stream.
        case broken
        /// The answer cannot be read as what it claims to be.
        case malformed
    }

    package var kind: Kind
    /// For the operator's log: never a key, a prompt or an answer. Never shown to a caller.
    package var detail: String
    /// What the engine asked for, in milliseconds, if it did.
    package var retryAfterMilliseconds: Int?

    package init(_ kind: Kind, detail: String, retryAfterMilliseconds: Int? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    /// Another engine may be asked in its place.
    package var mayBeRetriedElsewhere: Bool {
        if case .refusedPrompt(let refusal) = kind { refusal.isOfThisEngine } else { true }
    }
}

/// An upstream's objection to a prompt, in OpenAI's terms, cleaned of everything that is the operator's business.
package struct EngineRefusal: Hashable, Sendable {
    package var status: Int
    package var message: String
    package var param: String?
    package var code: String?
    /// Engines of other kinds may take what this one has no counterpart for.
    package var isOfThisEngine: Bool

    package init(
        status: Int, message: String, param: String? = nil, code: String? = nil, isOfThisEngine: Bool = false
    ) {
        self.isOfThisEngine = isOfThisEngine
        self.status = status
        self.message = message
        self.param = param
        self.code = code
    }
}

/// What `engine check` found.
package struct EngineReport: Sendable {
    package var usable: Bool
    /// One line: what was tried and what came back.
    package var summary: String
    package var latencyMilliseconds: Int?

    package init(usable: Bool, summary: String, latencyMilliseconds: Int? = nil) {
        self.usable = usable
        self.summary = summary
        self.latencyMilliseconds = latencyMilliseconds
    }
}
