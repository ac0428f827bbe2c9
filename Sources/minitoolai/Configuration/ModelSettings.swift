import Inference

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
