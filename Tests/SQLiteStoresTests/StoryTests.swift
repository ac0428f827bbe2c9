import Commerce
import SQLiteStores
import TestKit
import Testing
import Units

@Suite struct `The ledger in SQLite` {
    @Test(arguments: LedgerStory.all, SQLiteStage.foldings)
    func `the same story comes out, and the audit agrees`(story: LedgerStory, entriesUnfolded: Int64) throws {
        var play = try LedgerPlay(on: try SQLiteStage(entriesUnfolded: entriesUnfolded))
        try play.play(story)
        let verdict = try play.stage.store.verify()
        guard case .ok(let entries, _) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        guard case .ok = try play.stage.store.verifyRecent(after: nil) else {
            Issue.record("\(try play.stage.store.verifyRecent(after: nil))")
            return
        }
        #expect(entries == Int(try play.stage.store.load().lastEntry.value))
        for (purse, balance) in play.ledger.balances {
            let lines = try play.stage.store.statement(of: purse, from: nil, to: nil)
            #expect(lines.reduce(Money.zero) { $0 + $1.amount } == balance.available)
            #expect(lines.last?.balanceAfter ?? .zero == balance.available)
            var running = Money.zero
            for line in lines {
                running += line.amount
                #expect(line.balanceAfter == running, "\(line)")
            }
        }
    }

    @Test(arguments: LedgerStory.all, SQLiteStage.foldings)
    func `what is loaded is what was kept`(story: LedgerStory, entriesUnfolded: Int64) throws {
        var play = try LedgerPlay(on: Both(try SQLiteStage(entriesUnfolded: entriesUnfolded)))
        try play.play(story)
        var both = play.stage
        let (one, other) = (both.memory.reopen(), try both.sqlite.reopen())
        #expect(one.epoch == other.epoch && one.lastEntry == other.lastEntry)
        #expect(one.accounts == other.accounts && one.keys == other.keys && one.prices == other.prices)
        #expect(one.balances == other.balances && one.spent == other.spent)
        #expect(one.openHolds == other.openHolds && one.credits == other.credits)
    }
}

/// Keeps every record twice, in memory and in SQLite.
private struct Both: LedgerStage {
    var memory = LedgerMemory()
    var sqlite: SQLiteStage

    init(_ sqlite: SQLiteStage) { self.sqlite = sqlite }

    mutating func keep(_ records: [LedgerRecord]) throws {
        memory.keep(records)
        try sqlite.keep(records)
    }

    mutating func reopen() throws -> LedgerImage {
        _ = try sqlite.reopen()
        return memory.reopen()
    }
}
