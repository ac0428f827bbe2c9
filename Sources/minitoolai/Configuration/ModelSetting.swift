import Commerce
import Inference
import Units
import Wire

/// One chat model of the configuration: what it is, what it costs, who answers it.
struct ModelSetting: Sendable {
    struct Route: Hashable, Sendable {
        let engine: String
        let model: String
        let weight: Int
    }

    let model: ChatModel
    /// nil: listed, but refused to live keys.
    let price: ModelPrice?
    let routes: [Route]

    /// The built-in models, as the file has them, then the file's own. Models of other kinds are checked and passed over.
    static func all(_ section: Section, engines: [String]) -> [ModelSetting] {
        let builtIn = ChatModel.builtIn.map(\.id)
        let written = section.writtenNames.filter { !builtIn.contains($0) }
        let known = builtIn + written
        let names = known + section.reading.variables.newEntries(under: section.path, beside: known)
        return names.compactMap { name in section.section(name) { ModelSetting($0, name: name, engines: engines) } }
    }

    private enum Kind: String, CaseIterable { case chat, image, speech }

    private init?(_ section: Section, name: String, engines: [String]) {
        let builtIn = ChatModel.builtIn.first { $0.id == name }
        let kind: Kind? =
            if builtIn != nil || section.setting("kind") != nil {
                section.choice("kind", default: .chat)
            } else {
                section.requiredText("kind", expected: "chat, image or speech").flatMap(Kind.init)
            }
        switch kind {
        case .chat: self.init(chat: section, name: name, builtIn: builtIn, engines: engines)
        case .image where builtIn == nil, .speech where builtIn == nil:
            ModelSetting.checkForLater(section, quantity: kind == .image ? "image" : "characters", engines: engines)
            return nil
        default:
            section.forgive()
            if builtIn != nil {
                section.reading.add(
                    "expected chat: \(name) is built in", at: section.path("kind"),
                    section.setting("kind")?.origin ?? section.origin)
            }
            return nil
        }
    }

    private init(chat section: Section, name: String, builtIn: ChatModel?, engines: [String]) {
        price = ModelSetting.price(section, name: name)
        routes = ModelSetting.routes(section, engines: engines)
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

    /// Image and speech models belong to a later version: their keys are checked, so that a file serves both.
    private static func checkForLater(_ section: Section, quantity: String, engines: [String]) {
        section.section("price") { price in
            guard price.rate(quantity) == nil, price.isWritten else { return }
            price.reading.add("expected a price per \(quantity), got none", at: price.path(quantity), price.origin)
        }
        _ = routes(section, engines: engines)
    }

    private static func routes(_ section: Section, engines: [String]) -> [Route] {
        section.list("routes") { route in
            let engine = route.requiredText("engine", expected: "the name of an engine")
            let model = route.optionalText("model", shownAs: "the model's own name") ?? section.path.last ?? ""
            if let engine, !engines.contains(engine) {
                let hint = nearestName(to: engine, among: engines).map { "; did you mean \($0)?" } ?? ""
                route.reading.add(
                    "expected the name of an engine, and there is none called \(quoted(engine))\(hint)",
                    at: route.path("engine"), route.setting("engine")?.origin ?? route.origin)
            }
            return Route(engine: engine ?? "", model: model, weight: route.wholeNumber("weight", in: 1...1_000_000, default: 1))
        }
    }

    private static func price(_ section: Section, name: String) -> ModelPrice? {
        let builtIn = PriceList.builtInChat.first { $0.model == name }?.price
        return section.section("price") { price in
            let isFree = price.setting("free") != nil && price.truth("free", default: false)
            let (input, cached, output) = (price.rate("input"), price.rate("cached_input"), price.rate("output"))
            if isFree { return ModelPrice.free }
            guard price.isWritten || input != nil || cached != nil || output != nil else {
                builtIn?.record(at: price)
                return builtIn
            }
            for (key, rate) in [("input", input), ("output", output)] where rate == nil && price.setting(key) == nil {
                price.reading.add("expected US dollars per million tokens, got nothing", at: price.path(key), price.origin)
            }
            guard let input, let output else { return nil }
            if input == .free, output == .free {
                price.reading.add("a model that costs nothing says so with free: true", at: price.path, price.origin)
            }
            return ModelPrice(input: input, cachedInput: cached, output: output)
        }
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

extension ModelPrice {
    fileprivate func record(at section: Section) {
        section.reading.record(section.path("input"), input.dollarsPerMillion, .builtIn)
        section.reading.record(section.path("cached_input"), (cachedInput ?? input).dollarsPerMillion, .builtIn)
        section.reading.record(section.path("output"), output.dollarsPerMillion, .builtIn)
    }
}
