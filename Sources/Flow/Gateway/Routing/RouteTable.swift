package import Commerce
package import Inference

/// One way to have a model answered.
package struct Route: Sendable {
    package let engine: any ChatEngine
    /// The model's name as that engine knows it.
    package let model: String
    /// How often this route comes first, relative to the others; above zero.
    package let weight: Int

    package init(engine: any ChatEngine, model: String, weight: Int = 1) {
        precondition(weight > 0, "a route that is never taken is not a route")
        self.engine = engine
        self.model = model
        self.weight = weight
    }
}

/// Which engines answer which model. Test keys are always answered by the sandbox; live keys only by what the operator routed.
package struct RouteTable: Sendable {
    private let live: [String: [Route]]
    private let sandbox: any ChatEngine
    private let draw: @Sendable (_ below: Int) -> Int

    /// - Parameters:
    ///   - live: by the model's id.
    ///   - draw: a number of chance from 0 up to, not including, the one it is given.
    package init(
        live: [String: [Route]], sandbox: any ChatEngine,
        draw: @escaping @Sendable (_ below: Int) -> Int = { Int.random(in: 0..<$0) }
    ) {
        self.live = live
        self.sandbox = sandbox
        self.draw = draw
    }

    /// The routes in the order in which they are tried: a weighted draw without replacement. Empty when there is none.
    package func routes(to model: ChatModel, for book: Book) -> [Route] { inOrder(all(to: model, for: book)) }

    func all(to model: ChatModel, for book: Book) -> [Route] {
        book == .live ? live[model.id] ?? [] : [Route(engine: sandbox, model: model.snapshot)]
    }

    func inOrder(_ routes: [Route]) -> [Route] {
        guard routes.count > 1 else { return routes }
        var rest = routes
        var order: [Route] = []
        while !rest.isEmpty {
            var ticket = draw(rest.reduce(0) { $0 + $1.weight })
            let drawn = rest.firstIndex { route in
                ticket -= route.weight
                return ticket < 0
            }
            order.append(rest.remove(at: drawn ?? 0))
        }
        return order
    }

    /// Whether a live key would find an engine.
    package func isAvailable(_ model: ChatModel) -> Bool { !(live[model.id] ?? []).isEmpty }
}
