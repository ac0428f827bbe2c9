/// What one chat consumed, in tokens. `cachedTokens` are part of `promptTokens`, `reasoningTokens` of `completionTokens`.
package struct Usage: Hashable, Sendable {
    package var promptTokens: Int
    package var cachedTokens: Int
    package var completionTokens: Int
    package var reasoningTokens: Int

    package init(promptTokens: Int, cachedTokens: Int = 0, completionTokens: Int, reasoningTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.completionTokens = completionTokens
        self.reasoningTokens = reasoningTokens
    }

    package static let none = Usage(promptTokens: 0, completionTokens: 0)

    /// The same with no more than so many tokens of a prompt.
    package func withPrompt(atMost tokens: Int) -> Usage {
        var usage = self
        usage.promptTokens = min(promptTokens, tokens)
        usage.cachedTokens = min(cachedTokens, tokens)
        return usage
    }

    /// Prompt and completion together. A report too absurd to be added up gives the largest number, never a crash.
    package var totalTokens: Int {
        let (total, overflow) = promptTokens.addingReportingOverflow(completionTokens)
        return overflow ? .max : total
    }

    /// True when every count is within 0...2^31 and the parts do not exceed their whole: what a bill may be made from.
    package var isPlausible: Bool {
        let counts = 0...Rate.quantityMax
        return counts ~= promptTokens && counts ~= completionTokens && 0...promptTokens ~= cachedTokens
            && 0...completionTokens ~= reasoningTokens
    }
}

/// How a ``Usage`` came to be known; every bill row says it.
package enum UsageSource: String, Sendable {
    /// Reported by the engine.
    case measured
    /// Counted here from what was sent and delivered, because the engine did not report.
    case counted
    /// Decided by recovery after a crash, from the last checkpoint; may be corrected later.
    case provisional
}
