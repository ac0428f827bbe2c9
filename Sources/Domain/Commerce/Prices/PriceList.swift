import Units

/// The price in force for each model, by the model's id.
package struct PriceList: Sendable {
    package private(set) var versions: [String: PriceVersion]

    package init(_ versions: [PriceVersion]) {
        self.versions = Dictionary(versions.map { ($0.model, $0) }, uniquingKeysWith: { $0.id.value > $1.id.value ? $0 : $1 })
    }

    /// nil: the model has no price and is refused to live keys, never billed as zero. Test keys may try it for nothing when
    /// the list has a version under its ``trialName(of:)``.
    package func version(for model: String, in book: Book) -> PriceVersion? {
        versions[model] ?? (book == .test ? versions[PriceList.trialName(of: model)] : nil)
    }

    /// The name under which a model without a price stands, free, for test keys.
    package static func trialName(of model: String) -> String { "\(model) (trial)" }
}

extension PriceList {
    /// The name under which the price of a model's answers stands when they are given again.
    package static func cacheName(of model: String) -> String { "\(model) (cached answer)" }
}

extension PriceList {
    /// The reference's price table, in US dollars per million tokens. It names no cached price: cached input costs what input
    /// costs unless the operator sets one.
    package static let builtInChat: [(model: String, price: ModelPrice)] = [
        ("gpt-4o-mini", price(input: 150_000_000, output: 600_000_000)),
        ("gpt-4o", price(input: 2_500_000_000, output: 10_000_000_000)),
        ("gpt-4.1", price(input: 2_000_000_000, output: 8_000_000_000)),
        ("gpt-4.1-mini", price(input: 400_000_000, output: 1_600_000_000)),
        ("gpt-4.1-nano", price(input: 100_000_000, output: 400_000_000)),
    ]

    /// All fifteen image models of the reference cost the same: $0.0015 a picture.
    package static let builtInImage: ModelPrice = {
        guard let price = ModelPrice.image(Money(nanodollars: 1_500_000)) else {
            preconditionFailure("the built-in price is within range")
        }
        return price
    }()

    /// OpenAI's list prices of 2025 for the first two; the third is billed by the token there, which nobody can know beforehand, and costs what
    /// the first does here.
    package static let builtInSpeech: [(model: String, price: ModelPrice)] = [
        ("tts-1", 15_000_000_000), ("tts-1-hd", 30_000_000_000), ("gpt-4o-mini-tts", 15_000_000_000),
    ].map { model, rate in (model, .characters(price(input: rate, output: 0).input)) }

    /// OpenAI's list prices of 2025.
    package static let builtInEmbeddings: [(model: String, price: ModelPrice)] = [
        ("text-embedding-3-small", price(input: 20_000_000, output: 0)),
        ("text-embedding-3-large", price(input: 130_000_000, output: 0)),
    ]

    private static func price(input: Int64, output: Int64) -> ModelPrice {
        guard let input = Rate(nanodollarsPerMillion: input), let output = Rate(nanodollarsPerMillion: output) else {
            preconditionFailure("the built-in rates are within range")
        }
        return ModelPrice(input: input, output: output)
    }
}
