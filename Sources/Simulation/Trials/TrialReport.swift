import Commerce
import TestKit
import Units

/// What became of one seed's list of happenings, shrunk to what matters when it failed.
package struct TrialReport: Sendable, CustomStringConvertible {
    package let seed: UInt64
    package let count: Int
    /// Where the ledgers part in the shrunk list; nil when they never do.
    package let divergence: LedgerTrial.Divergence?
    /// The fewest and simplest happenings that still make them part; empty when they never do.
    package let shrunk: [Happening]
    package let seen: [String: Int]

    /// Plays `count` happenings of `seed`, then once more with those of different accounts in another order.
    package init(_ seed: UInt64, count: Int, bug: PlantedLedgerBug? = nil) {
        self.seed = seed
        self.count = count
        let happenings = Happening.random(count, seed)
        var trial = LedgerTrial(bug: bug)
        do {
            try trial.play(happenings)
            seen = trial.seen
            divergence = TrialReport.reordered(happenings, seed, trial, bug: bug)
            shrunk = []
        } catch {
            seen = trial.seen
            let least = TrialReport.shrink(Array(happenings.prefix(error.index + 1)), bug)
            shrunk = least
            divergence = TrialReport.divergence(least, bug) ?? error
        }
    }

    package static func divergence(_ happenings: [Happening], _ bug: PlantedLedgerBug?) -> LedgerTrial.Divergence? {
        var trial = LedgerTrial(bug: bug)
        do {
            try trial.play(happenings)
            return nil
        } catch { return error }
    }

    private static func shrink(_ happenings: [Happening], _ bug: PlantedLedgerBug?) -> [Happening] {
        let fails = { (list: [Happening]) in divergence(list, bug) != nil }
        let few = Shrinker.minimal(happenings, fails)
        let simple = Shrinker.simplest(few, simpler: \.simpler, fails)
        // A simpler happening may make another one needless.
        return Shrinker.minimal(simple, fails)
    }

    /// Who comes first of two accounts that have nothing to do with one another changes nothing for either.
    private static func reordered(
        _ happenings: [Happening], _ seed: UInt64, _ first: LedgerTrial, bug: PlantedLedgerBug?
    ) -> LedgerTrial.Divergence? {
        var other = LedgerTrial(bug: bug)
        do { try other.play(Happening.shuffled(happenings, Seed(seed &+ 1))) } catch { return error }
        for purse in TrialHouse.purses where first.ledger.balance(of: purse) != other.ledger.balance(of: purse) {
            return LedgerTrial.Divergence(index: happenings.count, sentence: "\(purse) depends on the other account's order")
        }
        guard first.ledger.spent == other.ledger.spent, first.charges == other.charges else {
            return LedgerTrial.Divergence(index: happenings.count, sentence: "charges depend on the other account's order")
        }
        return nil
    }

    package var description: String {
        guard let divergence else { return "trial \(seed): \(count) happenings, the ledgers agree" }
        return
            (["trial \(seed), shrunk to \(shrunk.count) of \(count) happenings:"] + shrunk.map { "  \($0)" }
            + ["\(divergence)", "replay it: make simulate ARGS=\"--trial \(seed) --happenings \(count)\""])
            .joined(separator: "\n")
    }
}

extension Happening {
    /// Neighbours of different accounts change places, many times over.
    static func shuffled(_ happenings: [Happening], _ seed: Seed) -> [Happening] {
        var chance = seed
        var list = happenings
        var owners: [Int: AccountID] = [:]
        for case .hold(let name, let key, _) in happenings { owners[name] = TrialHouse.purse(of: key)?.account }
        guard list.count > 1 else { return list }
        func owner(_ happening: Happening) -> AccountID? { happening.account ?? happening.hold.flatMap { owners[$0] } }
        for _ in 0..<list.count * 4 {
            let index = Int.random(in: 0..<list.count - 1, using: &chance)
            guard let one = owner(list[index]), let next = owner(list[index + 1]), one != next else { continue }
            list.swapAt(index, index + 1)
        }
        return list
    }
}
