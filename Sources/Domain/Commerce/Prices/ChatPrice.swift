package import Units

/// What a chat model costs. Rates are per million tokens.
package struct ChatPrice: Hashable, Sendable {
    package var input: Rate
    /// nil: cached input costs what input costs.
    package var cachedInput: Rate?
    package var output: Rate

    package init(input: Rate, cachedInput: Rate? = nil, output: Rate) {
        self.input = input
        self.cachedInput = cachedInput
        self.output = output
    }

    package static let free = ChatPrice(input: .free, output: .free)

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
    package let price: ChatPrice
    package let since: Instant

    package init(id: PriceID, model: String, price: ChatPrice, since: Instant) {
        self.id = id
        self.model = model
        self.price = price
        self.since = since
    }
}
