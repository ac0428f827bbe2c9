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
            price.singleRate("input", of: "tokens", builtIn: builtIn?.input).map { ModelPrice(input: $0, output: .free) }
        }
        routes = RouteSetting.all(section, engines: engines)
    }
}
