import Commerce
import Gateway
import Inference
import Logging
import NIOCore
import Units

/// One life of the serving process: from its start until it is killed, everything in it on virtual time.
///
/// `@unchecked Sendable`: a run has one thread.
final class Life: @unchecked Sendable {
    let house: House
    let number: Int
    private(set) var isDead = false
    private(set) var loops: [SimulatedLoop] = []
    private var trays: [LedgerTray] = []
    private var openDesk: SimulatedDesk?
    private var openChat: Chat?
    /// Requests that have not ended.
    private(set) var exchanges: [Exchange] = []
    var calls: [SimulatedCall] = []
    private var limbo: [Job] = []
    var world: World { house.world }

    /// Recovers and begins to serve.
    init(_ house: House, number: Int) throws {
        self.house = house
        self.number = number
        let world = house.world
        let factor = world.pick(house.recipe.priceFactors)
        let prices = PriceList.builtInChat.map { ($0.model, $0.price.times(factor)) }
        house.disk.commitsUntilDeath = world.once(in: 6) ? world.number(0...3) : nil
        let (ledger, report) = try Recovery.begin(house.disk, prices: prices, clock: house)
        house.disk.commitsUntilDeath = nil
        world.note("serving", Int64(number), Int64(report.released + report.provisional))
        loops = (0..<house.recipe.loops).map { _ in SimulatedLoop(self) }
        let desk = SimulatedDesk(self, ledger: ledger, disk: house.disk, recipe: house.recipe, fault: house.fault)
        trays = loops.map { LedgerTray($0, ledger: desk) }
        openDesk = desk
        let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        let engines = house.engines.map { SimulatedEngine($0, life: self) }
        let routes = engines.enumerated().map { place, engine in
            Route(
                engine: engine, model: "up-\(place)", weight: place + 1, cost: PriceList.builtInChat[0].price,
                queue: house.recipe.places.map {
                    EngineQueue(EngineQueue.Rules(places: $0, waitingMax: 4, wait: .seconds(20)))
                })
        }
        openChat = Chat(
            catalog: ModelCatalog(chat: ChatModel.builtIn), prices: PriceList(ledger.prices),
            routes: RouteTable(
                live: Dictionary(uniqueKeysWithValues: House.models.map { ($0, routes) }), sandbox: engines[0],
                draw: { world.number(0...$0 - 1) }),
            ledger: desk, logger: silent)
    }

    var desk: SimulatedDesk {
        guard let openDesk else { preconditionFailure("a life that began has a desk") }
        return openDesk
    }

    var chat: Chat {
        guard let openChat else { preconditionFailure("a life that began has doors") }
        return openChat
    }

    /// Has `run` carried out in this process, if it lives until then.
    @discardableResult
    func post(after delay: Int64, on loop: SimulatedLoop? = nil, _ run: @escaping () -> Void) -> Job {
        guard isDead else { return world.after(delay, of: self, on: loop, run) }
        let job = Job(due: world.now, rank: 0, order: 0, life: self, loop: loop.map(ObjectIdentifier.init), run: run)
        limbo.append(job)
        return job
    }

    func serve(_ request: Request) {
        let place = world.number(0...loops.count - 1)
        let exchange = Exchange(request, in: self, on: loops[place], trays[place])
        exchanges.append(exchange)
        exchange.begin()
    }

    func ended(_ exchange: Exchange) { exchanges.removeAll { $0 === exchange } }

    // MARK: The end

    /// Kills the process. What it still had in memory is run out in a limbo that nobody sees and no disk keeps, because a task
    /// that waits cannot be thrown away; there everything around it fails, so that it must end.
    func kill() {
        isDead = true
        world.isInLimbo = true
        defer { world.isInLimbo = false }
        limbo = world.takeJobs(of: self)
        for call in calls { call.breakInLimbo() }
        for exchange in exchanges { exchange.hangUpInLimbo() }
        var jobs = 0
        while !limbo.isEmpty, jobs < 100_000 {
            let next = limbo.removeFirst()
            world.perform(next)
            jobs += 1
        }
        world.check(exchanges.isEmpty, "a request does not end when its engine breaks, its caller leaves and the ledger answers")
        calls = []
        openDesk = nil
        openChat = nil
    }
}

extension ModelPrice {
    fileprivate func times(_ factor: Int64) -> ModelPrice {
        ModelPrice(input: input.times(factor), cachedInput: cachedInput?.times(factor), output: output.times(factor))
    }
}

extension Rate {
    fileprivate func times(_ factor: Int64) -> Rate {
        guard let rate = Rate(nanodollarsPerMillion: nanodollarsPerMillion * factor) else {
            preconditionFailure("the rates of the reference are small")
        }
        return rate
    }
}
