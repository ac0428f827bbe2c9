import Simulation
import Testing

/// gpt-4o-mini: 600 nanodollars a token out; every stream may ask for 16,000, so the worst case of one is $0.0096.
@Suite struct `Twenty long streams on one balance` {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `are all served whole when it pays for what they are, not for the worst they could be`(seed: UInt64) {
        // Each at most 600 tokens of prompt, 5,000 of output, a tranche and a half: under half of the worst case.
        let balance: Int64 = 20 * (600 * 150 + 6536 * 600)
        let streams = Simulation.streams(20, balance: balance, seed)
        #expect(streams.report.failure == nil, "\(streams.report)")
        #expect(streams.tokens.count == 20)
        #expect(streams.tokens.allSatisfy { $0.given == $0.made }, "\(streams.tokens)")
        #expect(streams.report.figures.stopped == 0 && streams.report.figures.whole == 20)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `all get something when it pays for little, and spend it nearly to its end`(seed: UInt64) {
        let balance: Int64 = 20 * 300_000
        let streams = Simulation.streams(20, balance: balance, seed)
        #expect(streams.report.failure == nil, "\(streams.report)")
        #expect(streams.tokens.count == 20, "nobody is refused")
        #expect(streams.tokens.allSatisfy { $0.given >= min(16, $0.made) }, "\(streams.tokens)")
        #expect(streams.report.figures.stopped > 0)
        #expect(streams.left < balance / 4, "\(streams.left) of \(balance) is left")
    }
}
