import Commerce
import Inference
import Units

/// One model of the configuration that makes vectors: what it costs, who makes them.
struct EmbeddingModelSetting: Sendable {
    let model: EmbeddingModel
    /// nil: listed, but refused to live keys.
    let price: ModelPrice?
    let routes: [RouteSetting]

    init(_ section: Section, name: String, engines: [String]) {
        model = EmbeddingModel(id: name)
        let builtIn = PriceList.builtInEmbeddings.first { $0.model == name }?.price
        price = section.section("price") { price in
            let isFree = price.setting("free") != nil && price.truth("free", default: false)
            let rate = price.rate("input")
            if isFree { return .free }
            guard let rate else {
                guard let builtIn, !price.isWritten else {
                    if price.isWritten, price.setting("input") == nil {
                        price.reading.add(
                            "expected US dollars per million tokens, got nothing", at: price.path("input"), price.origin)
                    }
                    return nil
                }
                price.reading.record(price.path("input"), builtIn.input.dollarsPerMillion, .builtIn)
                return builtIn
            }
            if rate == .free {
                price.reading.add("a model that costs nothing says so with free: true", at: price.path, price.origin)
            }
            return ModelPrice(input: rate, output: .free)
        }
        routes = RouteSetting.all(section, engines: engines)
    }
}
