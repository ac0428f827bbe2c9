import Commerce
import Gateway
import Inference
import Units

/// What outlives a process: the disk, the engines and callers outside, the operator, and the books kept against all of them.
///
/// `@unchecked Sendable`: a run has one thread.
final class House: Clock, @unchecked Sendable {
    static let models = ["gpt-4o-mini", "gpt-4o"]

    let world: World
    let recipe: Recipe
    let fault: PlantedFault?
    let auditor: Auditor
    let disk: SimulatedDisk
    let engines: [EngineCharacter]
    private(set) var life: Life?
    private(set) var lives = 0
    private(set) var crashes = 0
    private(set) var stops = 0
    private var requests: [Request] = []
    private var crashSteps: ArraySlice<Int>
    private var stopSteps: ArraySlice<Int>
    private var clockOffset: Int64 = 0

    init(_ world: World, recipe: Recipe, fault: PlantedFault?) {
        self.world = world
        self.fault = fault
        self.recipe = recipe
        auditor = Auditor(world, recipe: recipe)
        disk = SimulatedDisk(world, auditor: auditor, fault: fault)
        engines = recipe.tempers.enumerated().map {
            EngineCharacter(number: $0, temper: $1, isVaried: recipe.isVaried, world: world)
        }
        crashSteps = recipe.crashes[...]
        stopSteps = recipe.stops[...]
    }

    /// The wall clock: it may step either way at any moment.
    func now() -> Instant { Instant(microseconds: 1_767_225_600_000_000 + clockOffset + world.now / 1000) }

    // MARK: Lives

    func start() {
        guard life == nil else { return }
        if recipe.clockJumps { clockOffset = Int64.random(in: -40_000_000_000...1_000_000_000_000, using: &world.chance) }
        lives += 1
        do {
            let next = try Life(self, number: lives)
            life = next
            auditor.published()
            world.check(auditor.books.openHolds.isEmpty, "something is held when serving begins")
        } catch {
            world.note("died while starting", Int64(lives))
            world.after(world.time(1_000_000, 500_000_000)) { self.start() }
        }
    }

    /// The process dies here, and another is started a little later.
    func crash() {
        guard let life else { return }
        crashes += 1
        world.note("killed", Int64(life.number))
        self.life = nil
        disk.crash()
        life.kill()
        for request in requests where !request.isOver { request.lost() }
        requests.removeAll { $0.isOver }
        world.after(world.time(10_000_000, 2_000_000_000)) { self.start() }
    }

    /// The last life ends, so that nothing of the run stays in memory.
    func end() {
        life?.kill()
        life = nil
    }

    /// Kills or stops the process when the recipe says so.
    func interveneIfDue() {
        if let next = crashSteps.first, world.steps >= next {
            crashSteps.removeFirst()
            crash()
        }
        if let next = stopSteps.first, world.steps >= next, let life {
            stopSteps.removeFirst()
            world.note("stopping", Int64(life.number))
            life.desk.stopAdmitting()
            awaitEnd(of: life)
        }
    }

    /// An operator's stop: what is under way ends, nothing new begins, and the next life finds nothing to recover.
    private func awaitEnd(of life: Life) {
        world.after(world.time(1_000_000, 200_000_000)) { [self] in
            guard self.life === life else { return }
            guard life.exchanges.isEmpty, life.desk.isIdle else { return awaitEnd(of: life) }
            world.note("stopped", Int64(life.number))
            stops += 1
            world.check(auditor.books.openHolds.isEmpty, "something is held after the last answer of a stop")
            self.life = nil
            life.kill()
            requests.removeAll { $0.isOver }
            world.after(world.time(10_000_000, 2_000_000_000)) { self.start() }
        }
    }

    /// A request reaches the door.
    /// - Returns: false when nobody serves.
    func receive(_ request: Request) -> Bool {
        guard let life else { return false }
        requests.append(request)
        life.serve(request)
        return true
    }
}
