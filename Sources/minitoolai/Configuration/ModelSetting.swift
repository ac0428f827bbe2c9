import Commerce
import Inference
import Units
import Wire

/// Where a model of the configuration is asked for.
struct RouteSetting: Hashable, Sendable {
    let engine: String
    let model: String
    let weight: Int
}

extension RouteSetting {
    fileprivate static func all(_ section: Section, engines: [String]) -> [RouteSetting] {
        section.list("routes") { route in
            let engine = route.requiredText("engine", expected: "the name of an engine")
            let model = route.optionalText("model", shownAs: "the model's own name") ?? section.path.last ?? ""
            if let engine, !engines.contains(engine) {
                let hint = nearestName(to: engine, among: engines).map { "; did you mean \($0)?" } ?? ""
                route.reading.add(
                    "expected the name of an engine, and there is none called \(quoted(engine))\(hint)",
                    at: route.path("engine"), route.setting("engine")?.origin ?? route.origin)
            }
            return RouteSetting(engine: engine ?? "", model: model, weight: route.wholeNumber("weight", in: 1...1_000_000, default: 1))
        }
    }
}

/// The models of the configuration, by what they make.
struct ModelSettings: Sendable {
    /// The built-in ones, as the file has them, then the file's own.
    var chat: [ModelSetting] = []
    var images: [ImageModelSetting] = []

    init(_ section: Section, engines: [String]) {
        let builtIn = ChatModel.builtIn.map(\.id) + ImageModel.builtIn.map(\.id)
        let written = section.writtenNames.filter { !builtIn.contains($0) }
        let known = builtIn + written
        let names = known + section.reading.variables.newEntries(under: section.path, beside: known)
        for name in names { section.section(name) { add($0, name: name, engines: engines) } }
    }

    private enum Kind: String, CaseIterable { case chat, image, speech }

    private mutating func add(_ section: Section, name: String, engines: [String]) {
        let builtIn: Kind? =
            ChatModel.builtIn.contains { $0.id == name } ? .chat : ImageModel.builtIn.contains { $0.id == name } ? .image : nil
        let kind: Kind? =
            if let builtIn {
                section.choice("kind", default: builtIn)
            } else if section.setting("kind") != nil {
                section.choice("kind", default: .chat)
            } else {
                section.requiredText("kind", expected: "chat, image or speech").flatMap(Kind.init)
            }
        if let builtIn, let kind, kind != builtIn {
            section.forgive()
            section.reading.add(
                "expected \(builtIn.rawValue): \(name) is built in", at: section.path("kind"),
                section.setting("kind")?.origin ?? section.origin)
            return
        }
        switch kind {
        case .chat: chat.append(ModelSetting(section, name: name, engines: engines))
        case .image: images.append(ImageModelSetting(section, name: name, isBuiltIn: builtIn == .image, engines: engines))
        case .speech: ModelSettings.checkForLater(section, engines: engines)
        case nil: section.forgive()
        }
    }

    /// Speech models belong to a later version: their keys are checked, so that a file serves both.
    private static func checkForLater(_ section: Section, engines: [String]) {
        section.section("price") { price in
            guard price.rate("characters") == nil, price.isWritten else { return }
            price.reading.add("expected a price per characters, got none", at: price.path("characters"), price.origin)
        }
        _ = RouteSetting.all(section, engines: engines)
    }
}

/// One image model of the configuration: what it costs, who paints it.
struct ImageModelSetting: Sendable {
    let model: ImageModel
    /// nil: listed, but refused to live keys.
    let price: ModelPrice?
    let routes: [RouteSetting]

    fileprivate init(_ section: Section, name: String, isBuiltIn: Bool, engines: [String]) {
        model = ImageModel(id: name)
        price = section.section("price") { price in
            let isFree = price.setting("free") != nil && price.truth("free", default: false)
            let each = price.dollars("image")
            if isFree { return ModelPrice.image(.zero) }
            guard let each else {
                guard isBuiltIn, !price.isWritten else {
                    if price.isWritten, price.setting("image") == nil {
                        price.reading.add("expected US dollars a picture, got nothing", at: price.path("image"), price.origin)
                    }
                    return nil
                }
                price.reading.record(price.path("image"), "0.001500", .builtIn)
                return PriceList.builtInImage
            }
            if each == .zero {
                price.reading.add("a model that costs nothing says so with free: true", at: price.path, price.origin)
            }
            return ModelPrice.image(each)
        }
        routes = RouteSetting.all(section, engines: engines)
    }
}

/// One chat model of the configuration: what it is, what it costs, who answers it.
struct ModelSetting: Sendable {
    let model: ChatModel
    /// nil: listed, but refused to live keys.
    let price: ModelPrice?
    let routes: [RouteSetting]

    fileprivate init(_ section: Section, name: String, engines: [String]) {
        let builtIn = ChatModel.builtIn.first { $0.id == name }
        price = ModelSetting.price(section, name: name)
        routes = RouteSetting.all(section, engines: engines)
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
