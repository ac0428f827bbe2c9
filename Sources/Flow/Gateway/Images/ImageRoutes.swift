package import Commerce
package import Inference

/// One way to have a picture painted.
package struct ImageRoute: Sendable {
    package let engine: any ImageEngine
    /// The model's name as that engine knows it.
    package let model: String
    /// What the engine costs its operator; nil: nobody said.
    let cost: ModelPrice?

    package init(engine: any ImageEngine, model: String, cost: ModelPrice? = nil) {
        self.engine = engine
        self.model = model
        self.cost = cost
    }
}

/// Which engines paint which model. Test keys always get the sandbox; live keys only what the operator routed.
package struct ImageRoutes: Sendable {
    private let live: [String: [ImageRoute]]
    private let sandbox: any ImageEngine

    /// - Parameter live: by the model's id, in the order in which they are preferred.
    package init(live: [String: [ImageRoute]], sandbox: any ImageEngine) {
        self.live = live
        self.sandbox = sandbox
    }

    package func routes(to model: String, for book: Book) -> [ImageRoute] {
        book == .live ? live[model] ?? [] : [ImageRoute(engine: sandbox, model: model)]
    }

    /// The sandbox fails because an order says so: it is well, and nobody is to wait for it to recover.
    func failsOnRequest(_ engine: any ImageEngine) -> Bool { engine.name == sandbox.name }

    /// Whether a live key would find an engine.
    package func isAvailable(_ model: String) -> Bool { !(live[model] ?? []).isEmpty }

    /// Every engine that anything is routed to, once.
    package var engines: [any ImageEngine] {
        var names: Set<String> = []
        return ([sandbox] + live.sorted { $0.key < $1.key }.flatMap { $0.value.map(\.engine) }).filter {
            names.insert($0.name).inserted
        }
    }
}
