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
        price = section.section("price") { $0.inputPrice(builtIn: builtIn) }
        routes = RouteSetting.all(section, engines: engines) { $0.inputPrice(builtIn: nil) }
    }
}

extension Section {
    fileprivate func inputPrice(builtIn: ModelPrice?) -> ModelPrice? {
        singleRate("input", of: "tokens", builtIn: builtIn?.input).map { ModelPrice(input: $0, output: .free) }
    }
}
