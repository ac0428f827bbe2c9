package import Units

/// The arithmetic of one charge, for a customer to check by hand:
/// `gpt-4o-mini: 17 input × $0.15/M + 3 output × $0.60/M = $0.00000435 (measured, price_1)`, `realvision: 1 image × $0.0015 = …`,
/// `tts-1: 120 characters × $15/M = …`.
package struct ChargeNote: CustomStringConvertible, Sendable {
    package let price: PriceVersion
    package let usage: Usage
    package let source: UsageSource
    package let charge: Money
    /// What the house bears.
    package let writeoff: Money
    /// What whoever settled had to say, or nothing.
    package let remark: String

    package init(
        price: PriceVersion, usage: Usage, source: UsageSource, charge: Money, writeoff: Money, remark: String
    ) {
        self.price = price
        self.usage = usage
        self.source = source
        self.charge = charge
        self.writeoff = writeoff
        self.remark = remark
    }

    package var description: String {
        let remark = remark.isEmpty ? "" : "; \(remark)"
        return "\(price.model): \(terms) = \(total) (\(source.rawValue), \(price.id))\(remark)"
    }

    private var terms: String {
        switch price.price.unit {
        case .image:
            let each = Money(nanodollars: price.price.output.nanodollarsPerMillion / 1_000_000)
            return "\(usage.completionTokens) \(usage.completionTokens == 1 ? "image" : "images") × $\(each.brief)"
        case .character:
            return term(usage.promptTokens, usage.promptTokens == 1 ? "character" : "characters", price.price.input)
        case .token: break
        }
        var terms = [term(usage.promptTokens - usage.cachedTokens, "input", price.price.input)]
        if usage.cachedTokens > 0 {
            terms.append(term(usage.cachedTokens, "cached", price.price.cachedInput ?? price.price.input))
        }
        terms.append(term(usage.completionTokens, "output", price.price.output))
        return terms.joined(separator: " + ")
    }

    private func term(_ quantity: Int, _ name: String, _ rate: Rate) -> String {
        "\(quantity) \(name) × $\(Money(nanodollars: rate.nanodollarsPerMillion).brief)/M"
    }

    private var total: String {
        guard let cost = price.price.charge(for: usage) else { return "more than can be counted" }
        let rounded = isRounded ? " rounded up" : ""
        if writeoff > .zero { return "$\(cost.brief)\(rounded), paid $\(charge.brief), written off $\(writeoff.brief)" }
        if charge < cost { return "$\(cost.brief)\(rounded), no more than the hold of $\(charge.brief) is charged" }
        return "$\(cost.brief)\(rounded)"
    }

    private var isRounded: Bool {
        let price = price.price
        let plain = Int128(usage.promptTokens - usage.cachedTokens) * Int128(price.input.nanodollarsPerMillion)
        let cached = Int128(usage.cachedTokens) * Int128((price.cachedInput ?? price.input).nanodollarsPerMillion)
        let output = Int128(usage.completionTokens) * Int128(price.output.nanodollarsPerMillion)
        return (plain + cached + output) % 1_000_000 != 0
    }
}
