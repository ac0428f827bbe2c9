package import Commerce
package import Inference
package import NIOCore

/// One way to have a model answered. It is handed on by a count: its parts would be half a dozen.
package final class Route: WatchedRoute {
    package let engine: any ChatEngine
    /// The model's name as that engine knows it.
    package let model: String
    /// How often this route comes first among those of its priority, relative to the others; above zero.
    package let weight: Int
    /// Routes of a higher number are asked only when none of a lower one is well; above zero.
    package let priority: Int
    /// What goes down together: engines that differ in nothing but their key have it in common.
    package let server: String
    package let history: RouteHistory
    /// What the engine costs its operator; nil: nobody said.
    package let cost: ModelPrice?
    /// nil: nobody pays by what is reported, or it was looked at before.
    package let drift: UsageDrift?
    /// Who waits for a place at the engine; nil: it takes as many as come.
    let queue: EngineQueue?
    /// What tells it from others where prompts keep to a route.
    let mark: UInt64

    package init(
        engine: any ChatEngine, model: String, weight: Int = 1, priority: Int = 1, server: String? = nil,
        history: RouteHistory = RouteHistory(), cost: ModelPrice? = nil,
        queue: EngineQueue? = nil, isWatched: Bool = true
    ) {
        precondition(weight > 0, "a route that is never taken is not a route")
        self.engine = engine
        self.model = model
        self.weight = weight
        self.priority = priority
        self.server = server ?? engine.name
        self.history = history
        self.cost = cost
        drift = isWatched ? UsageDrift() : nil
        self.queue = queue
        mark = PrefixHash.of("\(engine.name)\n\(model)")
    }
}

/// How hard it is tried to have a request answered.
package struct RoutingRules: Hashable, Sendable {
    /// How many routes are asked for one request, at most.
    package var attemptsMax: Int
    /// By then an answer must have begun, where there is more than one route: which is under way is given up, and no further one asked.
    /// Of a single route its engine's own times are what counts.
    package var deadline: TimeAmount
    /// Prompts that begin alike go to the same route, where an upstream's cache knows them.
    package var isSticky: Bool
    /// After so long without the begin of an answer another engine is asked beside it, and the first to begin is heard; nil: none is. It
    /// costs its operator twice.
    package var hedge: TimeAmount?

    package init(
        attemptsMax: Int = 3, deadline: TimeAmount = .minutes(10), isSticky: Bool = true,
        hedge: TimeAmount? = nil
    ) {
        self.hedge = hedge
        self.attemptsMax = attemptsMax
        self.deadline = deadline
        self.isSticky = isSticky
    }
}

/// Which engines answer which model. Test keys are always answered by the sandbox; live keys only by what the operator routed.
package struct RouteTable: Sendable {
    package let rules: RoutingRules
    private let live: [String: [Route]]
    private let sandbox: any ChatEngine
    private let draw: @Sendable (_ below: Int) -> Int

    /// - Parameters:
    ///   - live: by the model's id.
    ///   - draw: a number of chance from 0 up to, not including, the one it is given.
    package init(
        live: [String: [Route]], sandbox: any ChatEngine, rules: RoutingRules = RoutingRules(),
        draw: @escaping @Sendable (_ below: Int) -> Int = { Int.random(in: 0..<$0) }
    ) {
        self.live = live
        self.sandbox = sandbox
        self.rules = rules
        self.draw = draw
    }

    /// Every route, in no order.
    package func routes(to model: ChatModel, for book: Book) -> [Route] {
        book == .live ? live[model.id] ?? [] : [Route(engine: sandbox, model: model.snapshot, isWatched: false)]
    }

    /// Every route of a live key, with the model's id, for those who watch them.
    package var watched: [(model: String, routes: [Route])] {
        live.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The routes in the order in which they are tried for a prompt.
    func inOrder(_ routes: [Route], for prompt: ChatPrompt, at now: NIODeadline) -> [Route] {
        routes.inOrder(at: now, prefix: rules.isSticky ? PrefixHash.of(prompt) : nil, draw: draw)
    }

    /// What is left of the routes after the first of them failed. A server that cannot be reached or does not answer will
    /// not do so for another key either.
    static func rest(of routes: ArraySlice<Route>, after failure: EngineFailure) -> [Route] {
        guard let failed = routes.first else { return [] }
        let rest = routes.dropFirst()
        switch failure.kind {
        case .unreachable, .timedOut:
            return rest.filter { $0.server != failed.server } + rest.filter { $0.server == failed.server }
        case .overloaded, .crowded, .misconfigured, .refusedPrompt, .broken, .malformed:
            return Array(rest)
        }
    }

    /// The same routes, one that has room before those where a request would wait.
    static func roomFirst(_ routes: [Route]) -> [Route] {
        guard routes.count > 1, let queue = routes[0].queue, queue.isFull,
            let free = routes.firstIndex(where: { $0.queue?.isFull != true })
        else { return routes }
        var routes = routes
        routes.insert(routes.remove(at: free), at: 0)
        return routes
    }

    /// Whether a live key would find an engine.
    package func isAvailable(_ model: ChatModel) -> Bool { !(live[model.id] ?? []).isEmpty }
}
