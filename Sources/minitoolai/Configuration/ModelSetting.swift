import Commerce
import Inference
import Units
import Wire

/// One chat model of the configuration: what it is, what it costs, who answers it.
struct ModelSetting: Sendable {
    let model: ChatModel
    /// nil: listed, but refused to live keys.
    let price: ModelPrice?
    let routes: [RouteSetting]

    init(_ section: Section, name: String, engines: [String]) {
        let builtIn = ChatModel.builtIn.first { $0.id == name }
        let listed = PriceList.builtInChat.first { $0.model == name }?.price
        price = section.section("price") { $0.tokenPrice(builtIn: listed) }
        routes = RouteSetting.all(section, engines: engines) { $0.tokenPrice(builtIn: nil) }
        var model =
            builtIn
            ?? ChatModel(
                id: name, snapshot: name, created: 0, ownedBy: "operator", contextTokens: 128_000, outputTokensMax: 16_384,
                vision: nil)
        model.snapshot = section.text("snapshot", default: model.snapshot)
        model.ownedBy = section.text("owned_by", default: model.ownedBy)
        model.contextTokens = section.wholeNumber("context", in: 1...100_000_000, default: model.contextTokens)
        model.outputTokensMax = section.wholeNumber("output_max", in: 1...10_000_000, default: model.outputTokensMax)
        model.vision = ModelSetting.vision(section, model.vision)
        self.model = model
    }

    private static func vision(_ section: Section, _ standard: VisionTokens?) -> VisionTokens? {
        if section.isScalar("vision") {
            _ = section.choice("vision", default: NoVision.none)
            return nil
        }
        guard section.setting("vision") != nil else {
            section.reading.record(section.path("vision"), standard.map { "\($0)" } ?? "none", .default)
            return standard
        }
        return section.section("vision") { vision in
            switch vision.choice("kind", default: VisionKind.tiles) {
            case .tiles:
                .tiles(
                    base: vision.wholeNumber("base", in: 0...100_000, default: 85),
                    tile: vision.wholeNumber("tile", in: 0...100_000, default: 170))
            case .patches:
                .patches(multiplierHundredths: vision.wholeNumber("multiplier_hundredths", in: 1...100_000, default: 100))
            }
        }
    }

    private enum NoVision: String, CaseIterable { case none }
    private enum VisionKind: String, CaseIterable { case tiles, patches }
}

extension Section {
    fileprivate func tokenPrice(builtIn: ModelPrice?) -> ModelPrice? {
        let isFree = setting("free") != nil && truth("free", default: false)
        let (input, cached, output) = (rate("input"), rate("cached_input"), rate("output"))
        if isFree { return ModelPrice.free }
        guard isWritten || input != nil || cached != nil || output != nil else {
            builtIn?.record(at: self)
            return builtIn
        }
        for (key, rate) in [("input", input), ("output", output)] where rate == nil && setting(key) == nil {
            reading.add("expected US dollars per million tokens, got nothing", at: path(key), origin)
        }
        guard let input, let output else { return nil }
        if input == .free, output == .free {
            reading.add("a model that costs nothing says so with free: true", at: path, origin)
        }
        return ModelPrice(input: input, cachedInput: cached, output: output)
    }
}

extension ModelPrice {
    fileprivate func record(at section: Section) {
        section.reading.record(section.path("input"), input.dollarsPerMillion, .builtIn)
        section.reading.record(section.path("cached_input"), (cachedInput ?? input).dollarsPerMillion, .builtIn)
        section.reading.record(section.path("output"), output.dollarsPerMillion, .builtIn)
    }
}
