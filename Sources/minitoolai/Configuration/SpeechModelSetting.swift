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
        price = section.section("price") { price in
            let isFree = price.setting("free") != nil && price.truth("free", default: false)
            let rate = price.rate("characters")
            if isFree { return ModelPrice.characters(.free) }
            guard let rate else {
                guard let builtIn, !price.isWritten else {
                    if price.isWritten, price.setting("characters") == nil {
                        price.reading.add(
                            "expected US dollars per million characters, got nothing", at: price.path("characters"), price.origin)
                    }
                    return nil
                }
                price.reading.record(price.path("characters"), builtIn.input.dollarsPerMillion, .builtIn)
                return builtIn
            }
            if rate == .free {
                price.reading.add("a model that costs nothing says so with free: true", at: price.path, price.origin)
            }
            return ModelPrice.characters(rate)
        }
        let written = RouteSetting.all(section, engines: engines)
        // A fresh machine speaks: what nothing is said of is spoken by the engine that is always there.
        routes =
            written.isEmpty && builtIn != nil
            ? [RouteSetting(engine: EngineSetting.espeakName, model: name, weight: 1, priority: 1)] : written
    }
}
