import Engines
import Gateway
import Inference
import NIOCore

/// The engines of a configuration and who answers what.
struct ConfiguredEngines: Sendable {
    let all: [any ChatEngine]
    let routes: RouteTable

    /// What `engine check` contacts: these, those that paint and those that speak. The sandbox, which does all, once.
    func checked(with painters: ConfiguredImages, _ speakers: ConfiguredSpeech) -> [any Engine] {
        all + painters.engines.filter { $0.name != EngineSetting.sandboxName } + speakers.engines
    }

    /// - Throws: ``Failure`` when an engine cannot be made.
    init(_ configuration: Configuration, _ servers: LocalServers, on group: any EventLoopGroup) throws {
        let models = configuration.models.map(\.model)
        let made = try configuration.engines.map { setting in
            let engines = try setting.engines(models: models, on: group)
            return (setting.name, engines.map { servers.chat($0, named: setting.name) })
        }
        all = made.flatMap { $0.1 }
        let served = Dictionary(uniqueKeysWithValues: made)
        guard let sandbox = served[EngineSetting.sandboxName]?.first else { preconditionFailure("there is always a sandbox") }
        let queues = configuration.queues.mapValues { EngineQueue($0) }
        var histories: [String: RouteHistory] = [:]
        let live = configuration.models.map { setting in
            (setting.model.id, setting.routes.flatMap { ConfiguredEngines.routes($0, served, queues, &histories) })
        }
        routes = RouteTable(
            live: Dictionary(uniqueKeysWithValues: live), sandbox: sandbox, rules: configuration.routing)
    }

    /// One route for each key of its engine. They share its weight.
    private static func routes(
        _ route: RouteSetting, _ served: [String: [any ChatEngine]], _ queues: [String: EngineQueue],
        _ histories: inout [String: RouteHistory]
    ) -> [Route] {
        let engines = served[route.engine] ?? []
        return engines.map { engine in
            let history = histories["\(engine.name)\n\(route.model)", default: RouteHistory()]
            histories["\(engine.name)\n\(route.model)"] = history
            return Route(
                engine: engine, model: route.model, weight: route.weight * RouteSetting.weightUnit / engines.count,
                priority: route.priority, server: route.engine, history: history, cost: route.cost,
                queue: queues[route.engine])
        }
    }
}

extension EngineSetting {
    /// One for each key; none where it paints or speaks.
    fileprivate func engines(models: [ChatModel], on group: any EventLoopGroup) throws -> [any ChatEngine] {
        switch self {
        case .openAI(let options, let moreKeys):
            try options.each(withKeys: moreKeys).map { try OpenAIEngine($0, group: group) }
        case .anthropic(let options, let moreKeys):
            [try AnthropicEngine(options, group: group)]
                + (try moreKeys.enumerated().map { place, key in
                    var other = options
                    (other.name, other.key) = (EngineSetting.name(options.name, ofKey: place + 2), key)
                    return try AnthropicEngine(other, group: group)
                })
        case .sandbox(let name, let pace, let hiddenTokens, let disconnect):
            [SandboxEngine(name: name, pace: pace, hiddenTokens: hiddenTokens, disconnect: disconnect, models: models)]
        case .webUI, .cpp, .comfyUI, .openAIImages, .espeak, .openAISpeech: []
        }
    }

    /// What logs and metrics call an engine's second key and those behind it.
    fileprivate static func name(_ name: String, ofKey number: Int) -> String { "\(name)#\(number)" }
}

extension OpenAIEngine.Options {
    /// The same server by each of its keys.
    func each(withKeys moreKeys: [Secret]) -> [OpenAIEngine.Options] {
        [self]
            + moreKeys.enumerated().map { place, key in
                var other = self
                (other.name, other.key) = (EngineSetting.name(name, ofKey: place + 2), key)
                return other
            }
    }
}

extension RouteSetting {
    /// What a weight of 1 is to routes: a number that most counts of keys divide, and that leaves sums far from overflowing.
    static let weightUnit = 720_720
}
