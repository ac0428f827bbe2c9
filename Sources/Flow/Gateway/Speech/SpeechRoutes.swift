package import Commerce
package import Inference

/// One way to have a text spoken.
package struct SpeechRoute: WatchedRoute {
    package let engine: any SpeechEngine
    /// The model's name as that engine knows it.
    package let model: String
    /// What the engine costs its operator; nil: nobody said.
    let cost: ModelPrice?
    let weight: Int
    let priority: Int
    let history = RouteHistory()
    let mark: UInt64 = 0

    package init(
        engine: any SpeechEngine, model: String, cost: ModelPrice? = nil, weight: Int = 1, priority: Int = 1
    ) {
        self.weight = weight
        self.priority = priority
        self.engine = engine
        self.model = model
        self.cost = cost
    }
}

/// Which engines speak which model. Test keys always get the sandbox; live keys only what the operator routed.
package struct SpeechRoutes: Sendable {
    private let live: [String: [SpeechRoute]]
    private let sandbox: any SpeechEngine

    /// - Parameter live: by the model's id, in any order.
    package init(live: [String: [SpeechRoute]], sandbox: any SpeechEngine) {
        self.live = live
        self.sandbox = sandbox
    }

    package func routes(to model: String, for book: Book) -> [SpeechRoute] {
        book == .live ? live[model] ?? [] : [SpeechRoute(engine: sandbox, model: model)]
    }

    /// Every engine that the keys of a book may reach, once.
    func engines(for book: Book) -> [any SpeechEngine] {
        guard book == .live else { return [sandbox] }
        var names: Set<String> = []
        return live.sorted { $0.key < $1.key }.flatMap { $0.value.map(\.engine) }.filter { names.insert($0.name).inserted }
    }
}
