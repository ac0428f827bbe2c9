package import Units

/// What a chat may cost, before it is asked: the base of a hold.
package struct Quote: Hashable, Sendable {
    package let price: PriceVersion
    /// No prompt of this size is ever more tokens than this.
    package let inputBoundTokens: Int
    /// The part of the bound that no byte of the request shows and no caller can choose: what engines add by themselves.
    package let inputHiddenTokens: Int
    /// A fair estimate of the prompt's tokens; natural text seldom exceeds it.
    package let inputFairTokens: Int
    package let choices: Int
    /// The output cap per choice, were the money no object.
    package let outputCap: Int
    /// Output tokens that can come on top of the cap and are billed (rejected predictions).
    package let extraOutputTokens: Int
    /// Output tokens per choice that are held at a time, for answers that are counted while they are made; nil: all of the cap.
    package let tranche: Int?

    /// The least output per choice worth starting for, unless the caller asked for less.
    package static let outputFloor = 16

    package init(
        price: PriceVersion, inputBoundTokens: Int, inputFairTokens: Int, choices: Int, outputCap: Int,
        extraOutputTokens: Int = 0,
        tranche: Int? = nil, inputHiddenTokens: Int = 0
    ) {
        precondition(inputBoundTokens >= 0 && inputFairTokens >= 0 && choices > 0 && outputCap > 0 && extraOutputTokens >= 0)
        precondition(tranche ?? 1 > 0 && inputHiddenTokens >= 0, "a tranche is something")
        self.price = price
        self.inputBoundTokens = inputBoundTokens
        self.inputFairTokens = min(inputFairTokens, inputBoundTokens)
        self.inputHiddenTokens = min(inputHiddenTokens, inputBoundTokens - self.inputFairTokens)
        self.choices = choices
        self.outputCap = outputCap
        self.extraOutputTokens = extraOutputTokens
        self.tranche = tranche
    }

    /// The most this chat can cost; nil when that does not fit ``Money`` or counts are absurd.
    package var bound: Money? { cost(inputBoundTokens, price.price.dearestInput, outputPerChoice: outputCap) }

    /// The least that must be at hand: the fair estimate and the floor of output.
    package var least: Money? {
        cost(inputFairTokens, price.price.input, outputPerChoice: min(outputCap, Quote.outputFloor))
    }

    /// What `available` affords: the hold to take and the output cap to send, or nil when it does not reach ``least``.
    ///
    /// With enough for the bound, the bound is held and the cap stays. Between the two everything is held, and the cap is
    /// lowered to what is left after the fair estimate of the prompt, so that a balance can be spent to its end. With a
    /// ``tranche`` less is held at first, and the cap is what the whole balance could pay.
    package func afforded(by available: Money) -> (hold: Money, outputCap: Int)? {
        guard let bound, let least, least <= available else { return nil }
        let outputCap = bound <= available ? outputCap : outputCap(within: available)
        return (tranche.flatMap { opening($0, within: available) } ?? min(bound, available), outputCap)
    }

    /// The first tranche: the prompt as it is shown, ``outputFloor``, and a fair share of the rest for what engines may add to the
    /// prompt and for more output. A balance that does not reach the prompt is held whole: what it may really be must be paid.
    /// - Precondition: `available` reaches ``least``.
    private func opening(_ tranche: Int, within available: Money) -> Money? {
        let rate = price.price.dearestInput
        let shown = inputBoundTokens - inputHiddenTokens
        guard let floor = cost(shown, rate, outputPerChoice: min(outputCap, Quote.outputFloor)),
            let full = cost(inputBoundTokens, rate, outputPerChoice: min(outputCap, max(tranche, Quote.outputFloor)))
        else { return nil }
        return floor <= available ? min(full, floor + Tranche.share(of: available - floor)) : available
    }

    /// What a prompt is taken for.
    package enum Prompt: CaseIterable, Sendable {
        /// No prompt of its size is more, whatever an engine adds.
        case bound
        /// No prompt of its size is more, if an engine adds nothing.
        case shown
        case fair
    }

    /// Output tokens, of all choices together, that `amount` pays for beside the prompt and the unseen extra; 0 when it does not
    /// reach these.
    package func outputTokens(paidBy amount: Money, prompt: Prompt) -> Int {
        let rate = Int128(price.price.output.nanodollarsPerMillion)
        guard rate > 0 else { return .max }
        let (tokens, inputRate) =
            switch prompt {
            case .bound: (inputBoundTokens, price.price.dearestInput)
            case .shown: (inputBoundTokens - inputHiddenTokens, price.price.dearestInput)
            case .fair: (inputFairTokens, price.price.input)
            }
        let input = Int128(tokens) * Int128(inputRate.nanodollarsPerMillion)
        let left = Int128(amount.nanodollars) * 1_000_000 - input - Int128(extraOutputTokens) * rate
        return Int(clamping: max(0, left) / rate)
    }

    /// The largest cap at which the fair estimate of the prompt and all output cost no more than `funds`, which reach ``least``.
    /// Exact: a cost rounded up is within `funds` just when its numerator is within a million times `funds`.
    private func outputCap(within funds: Money) -> Int {
        min(outputTokens(paidBy: funds, prompt: .fair) / choices, outputCap)
    }

    private func cost(_ input: Int, _ inputRate: Rate, outputPerChoice: Int) -> Money? {
        let (perChoice, overflow) = outputPerChoice.multipliedReportingOverflow(by: choices)
        let (output, carry) = perChoice.addingReportingOverflow(extraOutputTokens)
        guard !overflow, !carry, input <= Rate.quantityMax, output <= Rate.quantityMax else { return nil }
        return Rate.cost(inputRate.millionths(input) + price.price.output.millionths(output))
    }
}
