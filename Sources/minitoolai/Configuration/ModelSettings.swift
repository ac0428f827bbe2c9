import Inference

/// The models of the configuration, by what they make.
struct ModelSettings: Sendable {
    /// The built-in ones, as the file has them, then the file's own.
    var chat: [ModelSetting] = []
    var images: [ImageModelSetting] = []
    var speech: [SpeechModelSetting] = []
    var embeddings: [EmbeddingModelSetting] = []

    var ids: [String] {
        chat.map(\.model.id) + images.map(\.model.id) + speech.map(\.model.id) + embeddings.map(\.model.id)
    }

    init(_ section: Section, engines: [String]) {
        let builtIn =
            ChatModel.builtIn.map(\.id) + ImageModel.builtIn.map(\.id) + SpeechModel.builtIn.map(\.id)
            + EmbeddingModel.builtIn.map(\.id)
        let written = section.writtenNames.filter { !builtIn.contains($0) }
        let known = builtIn + written
        let names = known + section.reading.variables.newEntries(under: section.path, beside: known)
        for name in names { section.section(name) { add($0, name: name, engines: engines) } }
    }

    private enum Kind: String, CaseIterable { case chat, image, speech, embedding }

    private mutating func add(_ section: Section, name: String, engines: [String]) {
        let builtIn = ModelSettings.builtInKind(of: name)
        let kind: Kind? =
            if let builtIn {
                section.choice("kind", default: builtIn)
            } else if section.setting("kind") != nil {
                section.choice("kind", default: .chat)
            } else {
                section.requiredText("kind", expected: "chat, image, speech or embedding").flatMap(Kind.init)
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
        case .speech: speech.append(SpeechModelSetting(section, name: name, engines: engines))
        case .embedding: embeddings.append(EmbeddingModelSetting(section, name: name, engines: engines))
        case nil: section.forgive()
        }
    }

    private static func builtInKind(of name: String) -> Kind? {
        if ChatModel.builtIn.contains(where: { $0.id == name }) { return .chat }
        if ImageModel.builtIn.contains(where: { $0.id == name }) { return .image }
        if EmbeddingModel.builtIn.contains(where: { $0.id == name }) { return .embedding }
        return SpeechModel.builtIn.contains { $0.id == name } ? .speech : nil
    }
}
