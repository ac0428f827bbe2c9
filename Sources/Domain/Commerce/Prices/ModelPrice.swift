package import Units

/// What a model costs. Rates are per million units: of tokens for chat; a picture is one unit of output and has no input; a character that is
/// spoken is one unit of input and has no output.
package struct ModelPrice: Hashable, Sendable {
    /// What is counted.
    package enum Unit: String, Sendable { case token, image, character }

    package var unit: Unit
    package var input: Rate
    /// nil: cached input costs what input costs.
    package var cachedInput: Rate?
    package var output: Rate

    package init(input: Rate, cachedInput: Rate? = nil, output: Rate, unit: Unit = .token) {
        self.unit = unit
        self.input = input
        self.cachedInput = cachedInput
        self.output = output
    }

    package static let free = ModelPrice(input: .free, output: .free)

    /// So many hundredths of it, each rate rounded up to a nanodollar per million.
    package func percent(_ percent: Int) -> ModelPrice {
        func part(_ rate: Rate) -> Rate {
            let whole = Int128(rate.nanodollarsPerMillion) * Int128(percent)
            guard let part = Rate(nanodollarsPerMillion: Int64((whole + 99) / 100)) else {
                preconditionFailure("a part of a rate is a rate")
            }
            return part
        }
        precondition(0...100 ~= percent, "a part is no more than the whole")
        return ModelPrice(input: part(input), cachedInput: cachedInput.map(part), output: part(output), unit: unit)
    }

    package var isFree: Bool { dearestInput == .free && output == .free }

    /// - Returns: nil when an image costs less than nothing or more than $1,000,000.
    package static func image(_ each: Money) -> ModelPrice? {
        let (perMillion, overflow) = each.nanodollars.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow, let rate = Rate(nanodollarsPerMillion: perMillion) else { return nil }
        return ModelPrice(input: .free, output: rate, unit: .image)
    }

    package static func characters(_ rate: Rate) -> ModelPrice { ModelPrice(input: rate, output: .free, unit: .character) }

    /// The exact price of `usage`, rounded up once to a nanodollar. It never falls when a count grows, save that tokens
    /// moved from plain to cached input cost the cached rate.
    /// - Precondition: ``Usage/isPlausible``.
    /// - Returns: nil when it does not fit ``Money``.
    package func charge(for usage: Usage) -> Money? {
        precondition(usage.isPlausible, "only plausible usage is priced")
        return Rate.cost(
            input.millionths(usage.promptTokens - usage.cachedTokens) + (cachedInput ?? input).millionths(usage.cachedTokens)
                + output.millionths(usage.completionTokens))
    }

    /// The dearest a prompt token can be.
    var dearestInput: Rate { max(input, cachedInput ?? input) }
}

/// One immutable version of a model's price. A hold pins the version it was made under.
package struct PriceVersion: Hashable, Sendable {
    package let id: PriceID
    package let model: String
    package let price: ModelPrice
    package let since: Instant

    package init(id: PriceID, model: String, price: ModelPrice, since: Instant) {
        self.id = id
        self.model = model
        self.price = price
        self.since = since
    }
}
