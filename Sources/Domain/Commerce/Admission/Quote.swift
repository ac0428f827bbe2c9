package import Units

/// What a chat may cost, before it is asked: the base of a hold.
package struct Quote: Hashable, Sendable {
    package let price: PriceVersion
    /// No prompt of this size is ever more tokens than this.
    package let inputBoundTokens: Int
    /// A fair estimate of the prompt's tokens; natural text seldom exceeds it.
    package let inputFairTokens: Int
    package let choices: Int
    /// The output cap per choice, were the money no object.
    package let outputCap: Int
    /// Output tokens that can come on top of the cap and are billed (rejected predictions).
    package let extraOutputTokens: Int

    /// The least output per choice worth starting for, unless the caller asked for less.
    package static let outputFloor = 16

    package init(
        price: PriceVersion, inputBoundTokens: Int, inputFairTokens: Int, choices: Int, outputCap: Int, extraOutputTokens: Int = 0
    ) {
        precondition(inputBoundTokens >= 0 && inputFairTokens >= 0 && choices > 0 && outputCap > 0 && extraOutputTokens >= 0)
        self.price = price
        self.inputBoundTokens = inputBoundTokens
        self.inputFairTokens = min(inputFairTokens, inputBoundTokens)
        self.choices = choices
        self.outputCap = outputCap
        self.extraOutputTokens = extraOutputTokens
    }

    /// The most this chat can cost; nil when that does not fit ``Money`` or counts are absurd.
    package var bound: Money? { cost(input: inputBoundTokens, inputRate: price.price.dearestInput, outputPerChoice: outputCap) }

    /// The least that must be at hand: the fair estimate and the floor of output.
    package var least: Money? {
        cost(input: inputFairTokens, inputRate: price.price.input, outputPerChoice: min(outputCap, Quote.outputFloor))
    }

    /// What `available` affords: the hold to take and the output cap to send, or nil when it does not reach ``least``.
    ///
    /// With enough for the bound, the bound is held and the cap stays. Between the two everything is held, and the cap is
    /// lowered to what is left after the fair estimate of the prompt, so that a balance can be spent to its end.
    package func afforded(by available: Money) -> (hold: Money, outputCap: Int)? {
        guard let bound, let least else { return nil }
        if bound <= available { return (bound, outputCap) }
        guard least <= available else { return nil }
        return (available, outputCap(within: available))
    }

    /// The largest cap at which the fair estimate of the prompt and all output cost no more than `funds`, which reach ``least``.
    /// Exact: a cost rounded up is within `funds` just when its numerator is within a million times `funds`.
    private func outputCap(within funds: Money) -> Int {
        let rate = Int128(price.price.output.nanodollarsPerMillion)
        guard rate > 0 else { return outputCap }
        let input = Int128(inputFairTokens) * Int128(price.price.input.nanodollarsPerMillion)
        let left = Int128(funds.nanodollars) * 1_000_000 - input - Int128(extraOutputTokens) * rate
        return Int(min(left / (rate * Int128(choices)), Int128(outputCap)))
    }

    private func cost(input: Int, inputRate: Rate, outputPerChoice: Int) -> Money? {
        let (perChoice, overflow) = outputPerChoice.multipliedReportingOverflow(by: choices)
        let (output, carry) = perChoice.addingReportingOverflow(extraOutputTokens)
        guard !overflow, !carry, input <= Rate.quantityMax, output <= Rate.quantityMax else { return nil }
        return Rate.cost([(input, inputRate), (output, price.price.output)])
    }
}
