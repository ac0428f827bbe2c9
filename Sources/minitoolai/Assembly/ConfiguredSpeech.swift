import Audio
import Engines
import Gateway
import Inference
import Logging
import NIOCore

/// The speech engines of a configuration, and who speaks what.
struct ConfiguredSpeech: Sendable {
    let engines: [any SpeechEngine]
    private let routes: SpeechRoutes

    /// - Throws: ``Failure`` when an engine cannot be made.
    init(_ configuration: Configuration, _ servers: LocalServers, on group: any EventLoopGroup) throws {
        let voices = try configuration.engines.compactMap { try $0.speechEngine(on: group).map(servers.speech) }
        let byName = Dictionary(uniqueKeysWithValues: voices.map { ($0.name, $0) })
        let sandbox = SandboxSpeechEngine(name: EngineSetting.sandboxName, speaker: byName[EngineSetting.espeakName])
        engines = voices
        let live = configuration.speech.map { setting in
            let routes = setting.routes.compactMap { route -> SpeechRoute? in
                let engine: (any SpeechEngine)? = route.engine == sandbox.name ? sandbox : byName[route.engine]
                return engine.map {
                    SpeechRoute(
                        engine: $0, model: route.model, cost: route.cost, weight: route.weight, priority: route.priority)
                }
            }
            return (setting.model.id, routes)
        }
        routes = SpeechRoutes(live: Dictionary(live) { _, last in last }, sandbox: sandbox)
    }

    func speech(_ configuration: Configuration, _ books: Books, _ limits: LimitDesk, _ logger: Logger) -> Speech {
        Speech(
            models: configuration.speech.map(\.model), prices: books.prices, routes: routes, ledger: books.ledger,
            encoders: LibraryEncoders(), limits: limits, logger: logger)
    }
}

extension EngineSetting {
    /// nil: it does not speak, or is the sandbox.
    fileprivate func speechEngine(on group: any EventLoopGroup) throws -> (any SpeechEngine)? {
        switch self {
        case .espeak(let options): EspeakEngine(options, group: group)
        case .openAISpeech(let options): try OpenAISpeechEngine(options, group: group)
        case .openAI, .sandbox, .webUI, .cpp, .comfyUI, .openAIImages, .anthropic: nil
        }
    }
}
