import ArgumentParser
import Dispatch
import Simulation
import Synchronization

/// Runs many seeds, or one again; then, likewise, trials of the ledger alone.
@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "The flow of money under a seeded scheduler, clock, disk, engines and callers.")

    @Option(help: "Replay this one seed and show how it ended.")
    var seed: UInt64?

    @Option(help: "How many seeds to run.")
    var seeds: UInt64 = 100_000

    @Option(help: "The first of them.")
    var from: UInt64 = 1

    @Option(help: "How many at once.")
    var threads = 2

    @Option(help: "A mistake to make on purpose: \(PlantedFault.allCases.map(\.rawValue).joined(separator: ", ")).")
    var fault: PlantedFault?

    @Option(help: "Replay the trial of this one seed.")
    var trial: UInt64?

    @Option(help: "How many trials of the ledger alone to run.")
    var trials: UInt64 = 1000

    @Option(help: "Happenings in a trial.")
    var happenings = 1000

    func run() throws {
        RunningSeeds.announceWhenTrapped()
        if let seed {
            let report = Simulation.run(seed, with: fault)
            print(report)
            print(report.figures)
            if report.failure != nil { throw ExitCode.failure }
        } else if let trial {
            let report = TrialReport(trial, count: happenings)
            print(report)
            if report.divergence != nil { throw ExitCode.failure }
        } else {
            try runMany()
            try runTrials()
        }
    }

    private func runTrials() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let failures = Mutex<[TrialReport]>([])
        let next = Atomic<UInt64>(from)
        let (end, count) = (from + trials, happenings)
        DispatchQueue.concurrentPerform(iterations: min(max(1, threads), RunningSeeds.slotsMax)) { _ in
            while failures.withLock({ $0.isEmpty }) {
                let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard seed < end else { return }
                let report = TrialReport(seed, count: count)
                if report.divergence != nil { failures.withLock { $0.append(report) } }
            }
        }
        let failed = failures.withLock { $0 }
        for failure in failed { print(failure) }
        guard failed.isEmpty else { throw ExitCode.failure }
        let seconds = (clock.now - start) / .seconds(1)
        print("\(trials) trials of \(count) happenings in \(Int(seconds.rounded(.up))) s: the ledgers agree")
    }

    private func runMany() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let tally = Mutex(Tally())
        let next = Atomic<UInt64>(from)
        let (end, fault) = (from + seeds, fault)
        DispatchQueue.concurrentPerform(iterations: min(max(1, threads), RunningSeeds.slotsMax)) { slot in
            while tally.withLock({ $0.failures.isEmpty }) {
                let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard seed < end else { return }
                let report = Simulation.run(seed, with: fault, slot: slot)
                tally.withLock { $0.add(report) }
            }
        }
        let took = clock.now - start
        let sum = tally.withLock { $0 }
        for failure in sum.failures { print(failure) }
        let milliseconds = max(1, took / .milliseconds(1))
        print("\(sum.seeds) seeds in \(milliseconds.rounded() / 1000) s: \(Int(Double(sum.seeds) * 1000 / milliseconds)) seeds/s")
        print(sum.figures)
        if !sum.failures.isEmpty { throw ExitCode.failure }
    }
}

extension PlantedFault: ExpressibleByArgument {}

/// What many seeds came to.
private struct Tally {
    private(set) var seeds = 0
    private(set) var figures = SimulationFigures()
    private(set) var failures: [SimulationReport] = []

    mutating func add(_ report: SimulationReport) {
        seeds += 1
        figures += report.figures
        if report.failure != nil { failures.append(report) }
    }
}
