import Foundation
import Simulation
import Testing

@Suite struct `One seed, one history` {
    @Test(arguments: 0..<5 as Range<UInt64>)
    func `nothing is ever wrong about money, whatever fails`(block: UInt64) {
        RunningSeeds.announceWhenTrapped()
        var sum = SimulationFigures()
        for seed in block * 60 + 1...block * 60 + 60 {
            let report = Simulation.run(seed)
            #expect(report.failure == nil, "\(report)")
            sum += report.figures
        }
        // A simulation in which nothing goes wrong shows nothing.
        #expect(sum.crashes > 0 && sum.provisional > 0 && sum.refused > 0 && sum.left > 0, "\(sum)")
        #expect(sum.stops > 0 && sum.extended > 0 && sum.stopped > 0, "\(sum)")
        #expect(sum.measured > 0 && sum.counted > 0 && sum.released > 0, "\(sum)")
    }

    @Test(arguments: [3, 17, 99, 12_345, .max] as [UInt64])
    func `a seed is the same history every time`(seed: UInt64) {
        let first = Simulation.run(seed)
        // Others in between, and at the same time.
        DispatchQueue.concurrentPerform(iterations: 4) { slot in
            let again = slot == 0 ? Simulation.run(seed &+ 1, slot: 1) : Simulation.run(seed, slot: slot + 1)
            #expect((again.fingerprint == first.fingerprint) == (slot != 0))
        }
    }

    /// The hash of a dictionary's keys differs from process to process: what depends on it would show here.
    @Test func `a seed is the same history in another process`() throws {
        for seed: UInt64 in [1, 2, 3] {
            let histories = try (0..<2).map { _ in try Replay.run(["--seed", "\(seed)"]) }
            #expect(histories[0].output == histories[1].output)
            #expect(histories[0].output.contains(String(Simulation.run(seed).fingerprint, radix: 16)))
        }
    }

    @Test func `a failure names the seed, what happened last and how to see it again`() throws {
        let report = try #require((1...200).lazy.map { Simulation.run($0, with: .settlesTwice) }.first { $0.failure != nil })
        #expect(report.lastEvents.count > 10)
        #expect(report.description.hasSuffix("replay it: make simulate SEED=\(report.seed) FAULT=settlesTwice"))
        let replay = try Replay.run(["--seed", "\(report.seed)", "--fault", "settlesTwice"])
        #expect(replay.status == 1)
        #expect(replay.output.contains(report.description))
    }

    @Test(arguments: PlantedFault.allCases)
    func `a planted fault is found`(fault: PlantedFault) {
        let found = (1...400 as ClosedRange<UInt64>).lazy.map { Simulation.run($0, with: fault) }.first { $0.failure != nil }
        #expect(found != nil, "400 seeds did not find \(fault)")
    }
}

/// The program of the long run, as it was built beside these tests.
private enum Replay {
    static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "simulate")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
