import Engines
import Gateway
import Inference
import NIOCore

/// The engines of a configuration and who answers what.
struct ConfiguredEngines: Sendable {
    let all: [any ChatEngine]
    let routes: RouteTable

    /// - Throws: ``Failure`` when an engine cannot be made.
    init(_ configuration: Configuration, on group: any EventLoopGroup) throws {
        let models = configuration.models.map(\.model)
        all = try configuration.engines.map { try $0.engine(models: models, on: group) }
        let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
        guard let sandbox = byName[EngineSetting.sandboxName] else { preconditionFailure("there is always a sandbox") }
        let live = configuration.models.map { setting in
            let routes = setting.routes.compactMap { route in
                byName[route.engine].map { Route(engine: $0, model: route.model, weight: route.weight) }
            }
            return (setting.model.id, routes)
        }
        routes = RouteTable(live: Dictionary(uniqueKeysWithValues: live), sandbox: sandbox)
    }
}

extension EngineSetting {
    fileprivate func engine(models: [ChatModel], on group: any EventLoopGroup) throws -> any ChatEngine {
        switch self {
        case .openAI(let options): try OpenAIEngine(options, group: group)
        case .sandbox(let name, let pace, let hiddenTokens, let disconnect):
            SandboxEngine(name: name, pace: pace, hiddenTokens: hiddenTokens, disconnect: disconnect, models: models)
        }
    }
}
