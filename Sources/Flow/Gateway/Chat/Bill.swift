import Commerce
import Inference
import Units

/// How an answer ended, as seen from here.
enum AnswerEnd: Sendable {
    /// The engine finished, and reported its usage or not.
    case completed(ChatEnd)
    /// Cut here: the engine went on past the cap it was given.
    case cutShort
    /// Stopped here: what is held pays for no more, and there is no more to hold.
    case fundsEnded
    case failed(EngineFailure)
    /// The caller left and nothing more is read.
    case callerLeft
    /// The server goes down and waited long enough.
    case serverStopped
}

/// What a request is charged, decided from how it ended. Pure: the policy table of docs/guides/billing.md in code.
enum Bill: Hashable, Sendable {
    case settle(Usage, UsageSource, note: String)
    case release(reason: String)

    /// What was known when the engine was asked.
    struct Terms: Hashable, Sendable {
        var inputFairTokens: Int
        /// No prompt of its size is more tokens than this, and nobody pays for more.
        var inputBoundTokens: Int
        /// Prompts beyond the bound, up to the model's context, an engine may have made longer itself; beyond this none is true.
        var contextTokens: Int
        /// All choices together, with what may come on top of the cap.
        var outputTokensMax: Int
        /// The cap was lowered to what the balance could pay.
        var isCapLowered = false
    }

    /// - Parameter wasOpened: the engine was heard to accept.
    static func of(_ end: AnswerEnd, delivered: Delivered, wasOpened: Bool, terms: Terms) -> Bill {
        let counted = Usage(
            promptTokens: terms.inputFairTokens, completionTokens: min(delivered.estimatedTokens, terms.outputTokensMax))
        switch end {
        case .completed(let end):
            guard let usage = end.usage, terms.allow(usage) else {
                return .settle(counted, .counted, note: "no usage that can be true was reported")
            }
            let objection = terms.objection(to: usage)
            let note =
                switch (terms.isEnd(end), objection) {
                case (false, nil): ""
                case (true, nil): Bill.fundsEndedNote
                case (false, let objection?): objection
                case (true, let objection?): "\(Bill.fundsEndedNote); \(objection)"
                }
            return .settle(
                usage.withPrompt(atMost: terms.inputBoundTokens), objection == nil ? .measured : .counted, note: note)
        case .cutShort where delivered.isNothing:
            return .settle(.none, .counted, note: "cut at the output cap before anything was delivered")
        case .cutShort:
            return .settle(counted, .counted, note: "cut at the output cap")
        case .fundsEnded:
            return .settle(counted, .counted, note: Bill.fundsEndedNote)
        case .failed where delivered.isNothing:
            return .release(reason: "the engine failed before it delivered anything")
        case .failed:
            return .settle(counted, .counted, note: "the engine broke off; billed what was delivered")
        case .callerLeft where !wasOpened:
            return .release(reason: "the caller left before an answer had begun")
        case .callerLeft:
            return .settle(counted, .counted, note: "the caller left; billed what was delivered")
        case .serverStopped where delivered.isNothing:
            return .release(reason: "the server went down before anything was delivered")
        case .serverStopped:
            return .settle(counted, .counted, note: "the server went down; billed what was delivered")
        }
    }

    private static let fundsEndedNote = "stopped: what the balance or the key's limit pays for was used up"

    var usage: Usage? {
        if case .settle(let usage, _, _) = self { usage } else { nil }
    }

    func command(for hold: HoldID) -> LedgerCommand {
        switch self {
        case .settle(let usage, let source, let note): .settle(hold, usage: usage, source: source, note: note)
        case .release(let reason): .release(hold, reason: reason)
        }
    }
}

extension Bill.Terms {
    /// The answer was ended by a cap that was lowered for want of money.
    func isEnd(_ end: ChatEnd) -> Bool {
        guard isCapLowered, end.reachedCap, let usage = end.usage else { return false }
        return allow(usage) && usage.completionTokens >= outputTokensMax
    }

    /// A report beyond what was asked for cannot be true, and nobody pays for it.
    func allow(_ usage: Usage) -> Bool {
        usage.isPlausible && usage.promptTokens <= contextTokens && usage.completionTokens <= outputTokensMax
    }

    /// Why the report is not billed as it is; nil when it is.
    fileprivate func objection(to usage: Usage) -> String? {
        guard usage.promptTokens > inputBoundTokens else { return nil }
        return "the prompt was reported as \(usage.promptTokens) tokens and billed as the most that what was sent can be"
    }
}
