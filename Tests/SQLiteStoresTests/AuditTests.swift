import Commerce
import Foundation
import GRDB
import SQLiteStores
import TestKit
import Testing
import Units

@Suite struct `The audit` {
    @Test func `a true ledger is ok`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        #expect(try play.stage.store.verify() == .ok(entries: 11, accounts: 2))
        #expect(try SQLiteLedgerStore.inMemory().verify() == .ok(entries: 0, accounts: 0))
    }

    /// Tampering, and what the sentence must name.
    @Test(arguments: [
        ("UPDATE entries SET available = available + 1 WHERE id = 3", ["ent_3", "sums to 1"]),
        (
            "UPDATE entries SET available = available - 1, revenue = revenue + 1, available_after = available_after - 1 WHERE id = 3",
            ["ent_3 books", "0.000060", "0.000060001"]
        ),
        ("UPDATE entries SET available_after = available_after + 1 WHERE id = 5", ["ent_5", "available after it"]),
        ("UPDATE entries SET held_after = held_after + 1 WHERE id = 6", ["ent_6", "held after it"]),
        ("UPDATE entries SET previous = 3 WHERE id = 9", ["ent_9 follows ent_3", "is ent_7"]),
        ("UPDATE balances SET available = available + 1", ["balance of acc_1 live", "0.000702001", "0.000702"]),
        ("UPDATE balances SET held = held - 1", ["balance of acc_1 live", "0.000139999", "0.000140"]),
        ("UPDATE balances SET last_shown = 7", ["balance of acc_1 live", "said to be ent_7, not ent_9"]),
        ("DELETE FROM balances", ["acc_1 live has no balance"]),
        ("INSERT INTO balances VALUES (2, 'live', 7, 0, 0)", ["acc_2 live", "0.000000007"]),
        ("UPDATE keys SET spent = spent - 1 WHERE id = 1", ["key_1", "0.000157999", "0.000158"]),
        ("UPDATE keys SET spending_limit = 5 WHERE id = 1", ["key_1", "above its limit"]),
        ("UPDATE entries SET prompt_tokens = prompt_tokens + 1 WHERE id = 3", ["ent_3", "costs 0.000061"]),
        ("UPDATE entries SET cached_tokens = 0 WHERE id = 3", ["ent_3", "costs 0.000070"]),
        ("UPDATE entries SET prompt_tokens = NULL WHERE id = 3", ["ent_3 is a settle, but has no usage"]),
        ("UPDATE entries SET prompt_tokens = 5 WHERE id = 5", ["ent_5 releases a hold, but names a usage"]),
        ("UPDATE prices SET output = output * 2", ["ent_3", "costs 0.000080"]),
        ("UPDATE entries SET price = 2 WHERE id = 2", ["hold_2", "price_2 is not there"]),
        ("UPDATE entries SET request = NULL WHERE id = 2", ["hold_2 has no terms"]),
        ("UPDATE entries SET completion_tokens = 400 WHERE id = 7", ["ent_7 charges", "0.000120"]),
        ("INSERT INTO progress VALUES (10, 120001, 1, 'first', 0, 0)", ["hold_10", "0.000120001", "its entries hold 0.000120"]),
        ("UPDATE entries SET kind = 'release', source = NULL WHERE id = 3", ["ent_3 releases a hold, but charges"]),
        ("DELETE FROM open_holds WHERE hold = 10", ["hold_10 is not listed as open"]),
        ("INSERT INTO open_holds VALUES (4)", ["hold_4 is listed as open"]),
        ("UPDATE folded SET entry = 12", ["as of ent_12", "end with ent_11"]),
        ("UPDATE folded SET entry = 9", ["hold_10 is listed as open"]),
        ("UPDATE entries SET key = 2 WHERE id = 10", ["ent_10 is of acc_1 live, its key of acc_2 live"]),
        ("UPDATE entries SET key = 2 WHERE id = 3", ["ent_3 is of acc_1 live, its key of acc_2 live"]),
        ("DELETE FROM entries WHERE id = 10", ["ent_10 should come next, but ent_11 does"]),
        ("DELETE FROM grants", ["ent_1 and the reference kept of it"]),
        ("UPDATE grants SET reference = 'ref2'", ["ent_1 and the reference kept of it"]),
        ("DELETE FROM entries WHERE id = 4", ["ent_4 should come next, but ent_5 does"]),
        ("UPDATE entries SET hold = 2, key = 1, kind = 'settle' WHERE id = 7", ["ent_7 closes hold_2, which is not open"]),
        ("UPDATE entries SET hold = 6 WHERE id = 3", ["ent_3 closes hold_6, which is not open"]),
        ("UPDATE entries SET hold = 1 WHERE id = 10", ["ent_10 opens hold_1, which has the number of another entry"]),
        ("UPDATE entries SET hold = NULL WHERE id = 3", ["ent_3 is a settle without a hold"]),
        ("UPDATE entries SET kind = 'gift' WHERE id = 1", ["ent_1 is a gift"]),
        ("UPDATE entries SET epoch = 1 WHERE id = 8", ["ent_8 was written in epoch 1, after epoch 2"]),
        ("UPDATE entries SET epoch = 9 WHERE id = 11", ["ent_11 was written in epoch 9"]),
        (
            "UPDATE entries SET revenue = revenue + 5, writeoff = writeoff - 5 WHERE id = 9",
            ["ent_9 books 0.000040005", "costs 0.000040"]
        ),
        (
            """
            UPDATE entries SET available = available + 5, revenue = revenue, writeoff = writeoff - 5 WHERE id = 9;
            UPDATE entries SET available_after = available_after + 5 WHERE id >= 9
            """, ["ent_9 writes off 0.000000005 while", "available"]
        ),
        (
            """
            INSERT INTO entries (id, at, epoch, kind, account, book, available, held, revenue, granted, writeoff, available_after,
                held_after, note, previous)
            SELECT 12, at, 2, kind, account, book, available, held, revenue, granted, writeoff, 702000 + available, 140000, note, 9
            FROM entries WHERE id = 1
            """, ["ent_1 and ent_12 both grant acc_1 live under the reference ref1"]
        ),
        (
            """
            UPDATE entries SET available = -5, granted = 5, available_after = -5 WHERE id = 1
            """, ["after ent_1 acc_1 live has -0.000000005 available"]
        ),
        (
            "UPDATE entries SET held = 5, available = available - 5, available_after = 999995, held_after = 5 WHERE id = 1",
            ["ent_1 grants"]
        ),
        ("UPDATE entries SET available = 9223372036854775807 WHERE id = 3", ["ent_3", "sums to"]),
    ])
    func `a planted error is found and named`(sql: String, named: [String]) throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        try play.stage.tamper(sql)
        guard case .disagreement(let sentence) = try play.stage.store.verify() else {
            Issue.record("\(sql) was not found")
            return
        }
        for name in named { #expect(sentence.contains(name), "\(sentence)") }
    }

    /// What a start has time for: what the last entries say, and what is kept beside them.
    @Test(arguments: [
        ("UPDATE entries SET note = 'another' WHERE id = 9", "batch 9 "), ("UPDATE entries SET held = 5 WHERE id = 11", "ent_11"),
        ("UPDATE balances SET available = available + 1", "balance of acc_1 live"),
        ("UPDATE balances SET held = held - 1", "acc_1 live"), ("UPDATE folded SET entry = 12", "as of ent_12"),
        ("DELETE FROM balances", "acc_1 live has no balance"),
        ("INSERT INTO progress VALUES (10, 120001, 1, 'first', 0, 0)", "acc_1 live holds"),
        ("DELETE FROM open_holds WHERE hold = 11", "acc_1 live holds"), ("INSERT INTO open_holds VALUES (4)", "hold_4 is listed"),
        ("DELETE FROM chain WHERE batch = 11", "ent_11 is in no batch"),
        ("DELETE FROM entries WHERE id = 10", "ent_10 should come next"),
    ])
    func `a start finds what an end could have harmed`(sql: String, named: String) throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        #expect(try play.stage.store.verifyRecent(after: nil) == .ok(entries: 11, end: EntryID(11)))
        try play.stage.tamper(sql)
        guard case .disagreement(let sentence) = try play.stage.store.verifyRecent(after: nil) else {
            Issue.record("\(sql) was not found")
            return
        }
        #expect(sentence.contains(named), "\(sentence)")
    }

    @Test func `a look goes on where the last one ended, and further back when little came since`() throws {
        let empty = try SQLiteLedgerStore.inMemory()
        #expect(try empty.verifyRecent(after: nil) == .ok(entries: 0, end: EntryID(0)))
        #expect(try empty.verifyRecent(after: EntryID(0)) == .ok(entries: 0, end: EntryID(0)))
        var play = try LedgerPlay<SQLiteStage>.wellUsed()
        #expect(try play.stage.store.verifyRecent(after: EntryID(11)) == .ok(entries: 11, end: EntryID(11)))
        try play.play(LedgerStory("life goes on", "settle h5 1 1 · top-up A 1 later"))
        #expect(try play.stage.store.verifyRecent(after: EntryID(11)) == .ok(entries: 13, end: EntryID(13)))
        guard case .disagreement(let sentence) = try play.stage.store.verifyRecent(after: EntryID(14)) else {
            Issue.record("what was verified is gone, and nobody noticed")
            return
        }
        #expect(sentence == "the ledger was verified up to ent_14, but ends with ent_13")
    }

    @Test func `a look leaves no entry out, however many came`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(LedgerStory("start", "account A"))
        let grants = (0..<40).map { "top-up A 1 r\($0)" }.joined(separator: " · ")
        try play.play(LedgerStory("many", grants))
        let few: Int64 = 10
        #expect(try play.stage.store.verifyRecent(after: nil, atLeast: few) == .ok(entries: 11, end: EntryID(40)))
        #expect(try play.stage.store.verifyRecent(after: EntryID(20), atLeast: few) == .ok(entries: 20, end: EntryID(40)))
        #expect(try play.stage.store.verifyRecent(after: EntryID(39), atLeast: few) == .ok(entries: 11, end: EntryID(40)))
        try play.stage.tamper("UPDATE entries SET note = 'another' WHERE id = 21")
        guard case .ok = try play.stage.store.verifyRecent(after: EntryID(21), atLeast: few),
            case .disagreement(let sentence) = try play.stage.store.verifyRecent(after: EntryID(20), atLeast: few)
        else {
            Issue.record("looked at the wrong entries")
            return
        }
        #expect(sentence.contains("batch 21 "), "\(sentence)")
    }

    @Test func `a damaged file is a disagreement`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let copy = play.stage.path + ".damaged"
        try play.stage.store.backUp(to: copy)
        let store = try SQLiteLedgerStore(path: copy)
        var bytes = try Data(contentsOf: URL(filePath: copy))
        bytes.replaceSubrange(4096..., with: Data(repeating: 0x5A, count: bytes.count - 4096))
        let file = try FileHandle(forWritingTo: URL(filePath: copy))
        try file.write(contentsOf: bytes)
        for verdict in [try store.verifyRecent(after: nil), try store.verifyRecent(after: EntryID(11))] {
            guard case .disagreement(let sentence) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(sentence.contains("damaged"), "\(sentence)")
        }
        guard case .disagreement = try store.verify() else {
            Issue.record("the whole agrees")
            return
        }
    }

    /// What a kill leaves: the file and its log as they lie on the disk at that moment.
    @Test func `a copy taken at any moment opens and agrees with itself`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(LedgerStory("start", "account A · price m 1 1 · key k A live · top-up A 1 r"))
        var copies: [(path: String, entries: Int)] = []
        for number in 1...12 {
            try play.play(LedgerStory("one more", "hold k h\(number) in=5/5 cap=5 · accept h\(number)"))
            if number % 2 == 0 { try play.play(LedgerStory("and done", "settle h\(number - 1) 5 \(number % 7)")) }
            let entries = Int(try play.stage.store.load().lastEntry.value)
            copies.append((try play.stage.copyAsAfterACrash(to: "copy\(number)"), entries))
        }
        for copy in copies {
            let store = try SQLiteLedgerStore(path: copy.path)
            #expect(try store.verify() == .ok(entries: copy.entries, accounts: 1))
            let image = try store.load()
            var ledger = Ledger(image, epoch: image.epoch.next)
            try store.commit([.epoch(image.epoch.next, at: Instant(seconds: 5))])
            for hold in image.openHolds { try store.commit(ledger.step(.recover(hold.id), at: Instant(seconds: 5)).records) }
            #expect(try store.load().openHolds == [])
            guard case .ok = try store.verify() else {
                Issue.record("\(try store.verify())")
                return
            }
        }
    }

    /// A log cut anywhere is a shorter history, never a wrong one.
    @Test func `a torn log opens at an earlier commit`() throws {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(LedgerStory("start", "account A · price m 1 1 · key k A live · top-up A 1 r"))
        for number in 1...6 { try play.play(LedgerStory("more", "hold k h\(number) in=5/5 cap=5 · settle h\(number) 5 5")) }
        let log = try Data(contentsOf: URL(filePath: play.stage.path + "-wal"))
        var seed = Seed(7)
        for number in 0..<40 {
            let copy = try play.stage.copyAsAfterACrash(to: "torn\(number)")
            try log.prefix(Int.random(in: 0...log.count, using: &seed)).write(to: URL(filePath: copy + "-wal"))
            let store = try SQLiteLedgerStore(path: copy)
            guard case .ok(let entries, _) = try store.verify() else {
                Issue.record("torn\(number): \(try store.verify())")
                continue
            }
            #expect(entries <= 13)
        }
    }
}
