import Commerce
import Units

/// How much of one answer is paid for by what is held, and when to ask for more. Pure.
///
/// While the money lasts, the prompt counts at the highest figure that the first hold reached, and output carefully. After the first refusal both count at their
/// fair estimate, so that a balance is spent to its end: docs/decisions/0010-holds-in-tranches.md.
struct FundsMeter: Sendable {
    private let quote: Quote
    /// Output tokens, of all choices together, that the engine was allowed: a hold that pays for these needs no meter.
    private let outputTokensMax: Int
    private var held: Money
    private var prompt: Quote.Prompt
    private var isSpendingDown = false
    /// Metered tokens that are paid for; `Int.max` when all are that can come.
    private(set) var limit: Int
    /// Metered tokens beyond which more is asked for.
    private(set) var askAt: Int

    init(_ quote: Quote, _ funds: HeldFunds) {
        self.quote = quote
        outputTokensMax = funds.outputCap * quote.choices
        held = funds.amount
        let floor = min(funds.outputCap, Quote.outputFloor) * quote.choices
        prompt = Quote.Prompt.allCases.first { quote.outputTokens(paidBy: funds.amount, prompt: $0) >= floor } ?? .fair
        limit = 0
        askAt = 0
        measure()
    }

    /// What was delivered, as it is compared with ``limit`` and ``askAt``.
    func metered(_ delivered: Delivered) -> Int {
        isSpendingDown ? delivered.estimatedTokens : delivered.carefulTokens
    }

    /// The tokens to ask for when so many have come, those that wait to be paid for among them.
    func wish(for metered: Int) -> Int {
        let tranche = (quote.tranche ?? Tranche.outputTokens) * quote.choices
        return min(max(tranche, metered - limit), max(1, outputTokensMax - limit))
    }

    /// The hold is for `amount` now.
    mutating func grow(to amount: Money) {
        held = amount
        measure()
    }

    /// No more was given: what is held is all there will be.
    mutating func spendDown() {
        prompt = .fair
        isSpendingDown = true
        measure()
    }

    /// Whether what is held pays for a usage.
    func pays(_ usage: Usage) -> Bool {
        guard usage.isPlausible else { return false }
        return quote.price.price.charge(for: usage.withPrompt(atMost: quote.inputBoundTokens)).map { $0 <= held } ?? false
    }

    private mutating func measure() {
        let before = limit
        let paid = quote.outputTokens(paidBy: held, prompt: prompt)
        if paid >= outputTokensMax {
            (limit, askAt) = (.max, .max)
        } else {
            limit = paid
            // Half of the last grant is time for the ledger to answer. After a refusal only the end asks again.
            askAt = isSpendingDown ? paid : paid - max(0, paid - before) / 2
        }
    }
}
