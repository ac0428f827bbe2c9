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
    init(_ configuration: Configuration, on group: any EventLoopGroup) throws {
        let models = configuration.models.map(\.model)
        all = try configuration.engines.compactMap { try $0.engine(models: models, on: group) }
        let served = all.filter { !($0 is UnservedEngine) }
        let byName = Dictionary(uniqueKeysWithValues: served.map { ($0.name, $0) })
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
    /// nil: it paints or speaks.
    fileprivate func engine(models: [ChatModel], on group: any EventLoopGroup) throws -> (any ChatEngine)? {
        switch self {
        case .openAI(let options): try OpenAIEngine(options, group: group)
        case .sandbox(let name, let pace, let hiddenTokens, let disconnect):
            SandboxEngine(name: name, pace: pace, hiddenTokens: hiddenTokens, disconnect: disconnect, models: models)
        case .unserved(let name, let kind): UnservedEngine(name: name, kind: kind)
        case .webUI, .cpp, .comfyUI, .openAIImages, .espeak, .openAISpeech: nil
        }
    }
}

/// An engine that a configuration names and this version does not serve: it is never routed to, and `engine check` says why.
private struct UnservedEngine: ChatEngine {
    let name: String
    let kind: String
    let traits = EngineTraits(hiddenTokens: 0, disconnect: .cancel)

    private var reason: String { "engines of kind \(kind) are not served by this version" }

    func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        preconditionFailure("nothing is routed to an engine that is not served")
    }

    func check() async -> EngineReport { EngineReport(usable: false, summary: reason) }
}
