import CLI
import Engines
import Inference
import Logging
import NIOCore

/// The engines that are started here when they are needed, by their names.
struct LocalServers: Sendable {
    private let servers: [String: LocalServer]

    /// - Throws: ``Failure`` when what is configured cannot be asked.
    init(_ configuration: Configuration, _ logger: Logger, on group: any EventLoopGroup) throws {
        servers = try Dictionary(
            configuration.localServers.map { ($0.name, try LocalServer($0, logger: logger, group: group)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Starts and stops them until the task is cancelled; none is left when it returns.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for server in servers.values { group.addTask { await server.run() } }
        }
    }

    /// - Parameter name: of the configuration; several engines of one name are keys for the same server.
    func chat(_ engine: any ChatEngine, named name: String) -> any ChatEngine {
        servers[name].map { OnDemandChatEngine(engine, at: $0) } ?? engine
    }

    func images(_ engine: any ImageEngine) -> any ImageEngine {
        servers[engine.name].map { OnDemandImageEngine(engine, at: $0) } ?? engine
    }

    func speech(_ engine: any SpeechEngine) -> any SpeechEngine {
        servers[engine.name].map { OnDemandSpeechEngine(engine, at: $0) } ?? engine
    }

    /// - Parameter name: as for ``chat(_:named:)``.
    func embeddings(_ engine: any EmbeddingEngine, named name: String) -> any EmbeddingEngine {
        servers[name].map { OnDemandEmbeddingEngine(engine, at: $0) } ?? engine
    }
}
