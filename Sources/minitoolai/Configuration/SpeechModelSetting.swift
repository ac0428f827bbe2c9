import Commerce
import Inference
import Units

/// One speech model of the configuration: what it costs, who speaks it.
struct SpeechModelSetting: Sendable {
    let model: SpeechModel
    /// nil: listed, but refused to live keys.
    let price: ModelPrice?
    let routes: [RouteSetting]

    init(_ section: Section, name: String, engines: [String]) {
        model = SpeechModel(id: name)
        let builtIn = PriceList.builtInSpeech.first { $0.model == name }?.price
        price = section.section("price") { $0.characterPrice(builtIn: builtIn) }
        let written = RouteSetting.all(section, engines: engines) { $0.characterPrice(builtIn: nil) }
        // A fresh machine speaks: what nothing is said of is spoken by the engine that is always there.
        routes =
            written.isEmpty && builtIn != nil
            ? [RouteSetting(engine: EngineSetting.espeakName, model: name, weight: 1, priority: 1, cost: nil)]
            : written
    }
}

extension Section {
    fileprivate func characterPrice(builtIn: ModelPrice?) -> ModelPrice? {
        singleRate("characters", of: "characters", builtIn: builtIn?.input).map(ModelPrice.characters)
    }
}
