import Engines
import Gateway
import Inference
import Logging
import NIOCore

/// Who makes vectors. The engines are those of chat, at another address of the same servers.
struct ConfiguredEmbeddings: Sendable {
    private let live: [String: [EmbeddingRoute]]
    private let sandbox: SandboxEmbeddingEngine

    /// - Throws: ``Failure`` when an engine cannot be made.
    init(_ configuration: Configuration, _ servers: LocalServers, on group: any EventLoopGroup) throws {
        let sandbox = SandboxEmbeddingEngine(name: EngineSetting.sandboxName)
        let asked = Set(configuration.embeddings.flatMap { $0.routes.map(\.engine) })
        var engines: [String: [any EmbeddingEngine]] = [sandbox.name: [sandbox]]
        for case .openAI(let options, let moreKeys) in configuration.engines where asked.contains(options.name) {
            engines[options.name] = try options.each(withKeys: moreKeys).map {
                servers.embeddings(try OpenAIEmbeddingEngine($0, group: group), named: options.name)
            }
        }
        self.sandbox = sandbox
        live = Dictionary(
            configuration.embeddings.map { setting in
                let routes = setting.routes.flatMap { route in
                    let keys = engines[route.engine] ?? []
                    return keys.map {
                        EmbeddingRoute(
                            engine: $0, model: route.model, cost: route.cost,
                            weight: route.weight * RouteSetting.weightUnit / keys.count, priority: route.priority)
                    }
                }
                return (setting.model.id, routes)
            }, uniquingKeysWith: { _, last in last })
    }

    func embeddings(_ configuration: Configuration, _ books: Books, _ limits: LimitDesk, _ logger: Logger) -> Embeddings {
        Embeddings(
            models: configuration.embeddings.map(\.model), prices: books.prices, live: live, sandbox: sandbox,
            ledger: books.ledger, limits: limits, logger: logger)
    }
}
