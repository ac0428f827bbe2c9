import TestKit

/// The whole flow of chats and money under a seeded scheduler, clock, disk, engines and callers. One seed is one history.
///
/// What runs is the real code: ``Chat``, its relay, bills, the ledger, its inbox and batches, recovery. What is simulated is
/// everything with a will of its own. Source: docs/decisions/0015-one-seed-one-history.md
package enum Simulation {
    /// No run takes more jobs; one that does goes round in circles. The longest of a hundred thousand took 202,000.
    private static let stepsMax = 400_000

    /// - Parameters:
    ///   - fault: a mistake to make on purpose.
    ///   - slot: which of several runs at once this is.
    package static func run(_ seed: UInt64, with fault: PlantedFault? = nil, slot: Int = 0) -> SimulationReport {
        RunningSeeds.note(seed, in: slot)
        defer { RunningSeeds.note(nil, in: slot) }
        let world = World(Seed(seed))
        let house = House(world, recipe: Recipe(world), fault: fault)
        defer { house.end() }
        play(house)
        return SimulationReport(seed: seed, fault: fault, world: world, house: house)
    }

    /// Long streams of one account, all at once.
    /// - Parameter balance: nanodollars.
    package static func streams(_ count: Int, balance: Int64, _ seed: UInt64) -> StreamsReport {
        let world = World(Seed(seed))
        let house = House(world, recipe: .streams(count, balance: balance, world), fault: nil)
        defer { house.end() }
        play(house)
        return StreamsReport(house.auditor, SimulationReport(seed: seed, fault: nil, world: world, house: house))
    }

    private static func play(_ house: House) {
        let world = house.world
        let crowd = Crowd(house)
        house.start()
        crowd.gather()
        while world.step() {
            house.interveneIfDue()
            if world.steps > stepsMax { world.fail("no end after \(stepsMax) steps") }
        }
        guard world.failure == nil else { return }
        world.check(crowd.isDone, "nothing is due, but somebody still waits")
        world.check(house.life.map { $0.exchanges.isEmpty } ?? false, "nothing is due, but a request has not ended")
        house.auditor.close("though nothing is under way")
    }
}

/// How long streams that share a balance fared.
package struct StreamsReport: Sendable {
    package let report: SimulationReport
    /// Tokens that each one was given, by a third of its bytes, and that it would have been given had money been no object.
    package let tokens: [(given: Int, made: Int)]
    /// What is left of the balance, in nanodollars.
    package let left: Int64

    init(_ auditor: Auditor, _ report: SimulationReport) {
        self.report = report
        tokens = auditor.streams
        left = Int64(clamping: auditor.books.purses.reduce(0) { $0 + auditor.books.book($1).available })
    }
}

/// What became of one seed.
package struct SimulationReport: Sendable, CustomStringConvertible {
    package let seed: UInt64
    package let fault: PlantedFault?
    /// Equal for equal histories.
    package let fingerprint: UInt64
    package let figures: SimulationFigures
    /// Of the world, not of the machine.
    package let microseconds: Int64
    /// What is not as it must be; nil when all is well.
    package let failure: String?
    package let lastEvents: [String]

    init(seed: UInt64, fault: PlantedFault?, world: World, house: House) {
        self.seed = seed
        self.fault = fault
        fingerprint = world.trace.fingerprint
        var figures = house.auditor.figures
        figures.steps = world.steps
        figures.lives = house.lives
        figures.crashes = house.crashes
        figures.stops = house.stops
        self.figures = figures
        microseconds = world.now / 1000
        failure = world.failure
        lastEvents = world.failure == nil ? [] : world.trace.last.map(\.description)
    }

    package var description: String {
        guard let failure else { return "seed \(seed) is well after \(figures.steps) steps, \(String(fingerprint, radix: 16))" }
        let planted = fault.map { " FAULT=\($0.rawValue)" } ?? ""
        return
            (lastEvents + ["seed \(seed), step \(figures.steps): \(failure)", "replay it: make simulate SEED=\(seed)\(planted)"])
            .joined(separator: "\n")
    }
}
