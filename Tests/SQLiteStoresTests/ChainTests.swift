import Commerce
import Crypto
import Foundation
import GRDB
import TestKit
import Testing

@testable import SQLiteStores

@Suite struct `The chain over the entries` {
    /// The canonical form written a second time, from its description and the tables alone.
    @Test func `it can be computed from the tables alone`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let (links, entries) = try DatabaseQueue(path: play.stage.path).read { db in
            (
                try Row.fetchAll(db, sql: "SELECT batch, last_entry, hash FROM chain ORDER BY batch"),
                try Row.fetchAll(db, sql: "SELECT * FROM entries ORDER BY id")
            )
        }
        #expect(links.count == 11 && entries.count == 11)
        var hash = Data(count: 32)
        var left = entries[...]
        for link in links {
            var bytes = hash
            let last: Int64 = link["last_entry"]
            for entry in left.prefix(while: { ($0["id"] as Int64) <= last }) {
                for value in entry.databaseValues { bytes += canonical(value) }
                left = left.dropFirst()
            }
            hash = Data(SHA256.hash(data: bytes))
            #expect(link["hash"] as Data == hash)
        }
        #expect(left.isEmpty)
    }

    private func canonical(_ value: DatabaseValue) -> Data {
        if let number = Int64.fromDatabaseValue(value) {
            let bytes = (0...8).first { number == 0 ? $0 == 0 : $0 > 0 && fits(number, in: $0) } ?? 8
            return Data([0x10 + UInt8(bytes)]) + bigEndian(UInt64(bitPattern: number), bytes: bytes)
        }
        guard let text = String.fromDatabaseValue(value) else { return Data([0]) }
        let length = UInt64(text.utf8.count)
        return (length < 128 ? Data([0x80 + UInt8(length)]) : Data([2]) + bigEndian(length, bytes: 4)) + Data(text.utf8)
    }

    private func fits(_ number: Int64, in bytes: Int) -> Bool {
        bytes == 8 || (number >= -(1 << (8 * bytes - 1)) && number < 1 << (8 * bytes - 1))
    }

    private func bigEndian(_ number: UInt64, bytes: Int) -> Data {
        Data((0..<bytes).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }

    /// Changes that leave every sum right.
    @Test(arguments: [
        ("UPDATE entries SET note = 'another' WHERE id = 1; UPDATE grants SET reference = 'another'", "batch 1 "),
        ("UPDATE entries SET note = note || '.' WHERE id = 9", "batch 9 "),
        ("UPDATE entries SET at = at + 1 WHERE id = 2", "batch 2 "), ("UPDATE entries SET at = at - 1 WHERE id = 1", "batch 1 "),
        ("UPDATE entries SET epoch = 1 WHERE id = 7; UPDATE entries SET epoch = 1 WHERE id = 1", "batch 7 "),
        ("DELETE FROM chain WHERE batch = 11", "ent_11 is in no batch"),
        ("DELETE FROM chain WHERE batch = 4", "batch 5 of the chain follows batch 3"),
        ("UPDATE chain SET hash = zeroblob(32) WHERE batch = 3", "batch 3 "),
        ("UPDATE chain SET last_entry = 5 WHERE batch = 4", "batch 4 "),
        (
            """
            DELETE FROM entries WHERE id = 11; DELETE FROM open_holds WHERE hold = 11; UPDATE folded SET entry = 10;
            UPDATE balances SET available = available + 20000, held = held - 20000
            """, "batch 11 of the chain goes up to ent_11, but the entries end with ent_10"
        ),
        // Two batches change places.
        (
            """
            UPDATE chain SET hash = (SELECT hash FROM chain c WHERE c.batch = 7 - chain.batch) WHERE batch IN (3, 4)
            """, "batch 3 "
        ),
    ])
    func `what every sum overlooks, it finds`(sql: String, found: String) throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        try play.stage.tamper(sql)
        guard case .disagreement(let sentence) = try play.stage.store.verify() else {
            Issue.record("\(sql) was not found")
            return
        }
        #expect(sentence.contains(found), "\(sentence)")
    }

    @Test(arguments: 1...28) func `every column of an entry is in it`(column: Int) throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let changes = try DatabaseQueue(path: play.stage.path).read { db in
            let columns = try db.columns(in: "entries")
            #expect(columns.count == 29, "a new column needs its place in the canonical form")
            let isText = columns[column].type == "TEXT"
            return "UPDATE entries SET \(columns[column].name) = \(isText ? "'other'" : "7") WHERE id = 5"
        }
        try play.stage.tamper(changes)
        let found = try DatabaseQueue(path: play.stage.path).read { db in
            let audit = try ChainAudit(db)
            let cursor = try Row.fetchCursor(db, sql: AuditedEntry.sql, arguments: [0])
            while let row = try cursor.next() {
                var columns = Columns(row)
                try audit.follow(AuditedEntry(&columns))
            }
            do { try audit.end() } catch let found as LedgerDisagreement { return found.sentence.contains("batch 5 ") }
            return false
        }
        #expect(found)
    }

    @Test func `a backup is a prefix of it`() throws {
        var play = try LedgerPlay<SQLiteStage>.wellUsed()
        let copy = play.stage.path + ".backup"
        try play.stage.store.backUp(to: copy)
        try play.play(LedgerStory("life goes on", "settle h5 1 1 · top-up A 1 later"))
        let (before, after) = (try links(copy), try links(play.stage.path))
        #expect(after.count == before.count + 2)
        #expect(Array(after.prefix(before.count)) == before)
    }

    private func links(_ path: String) throws -> [Data] {
        try DatabaseQueue(path: path).read { try Data.fetchAll($0, sql: "SELECT hash FROM chain ORDER BY batch") }
    }

    @Test func `a commit without entries leaves no link`() throws {
        var play = try LedgerPlay<SQLiteStage>.wellUsed()
        let before = try links(play.stage.path)
        try play.play(LedgerStory("nothing moves", "progress h5 3 · account C"))
        #expect(try links(play.stage.path) == before)
    }

    /// What a version without a chain left behind.
    @Test func `entries from before become its first batch`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let old = try OldLedger(of: play, schema: 1)
        let store = try SQLiteLedgerStore(path: old.path)
        let ends = try DatabaseQueue(path: old.path).read {
            try Int64.fetchAll($0, sql: "SELECT last_entry FROM chain ORDER BY batch")
        }
        #expect(ends == [11])
        #expect(try store.verify() == .ok(entries: 11, accounts: 2))
    }

    @Test(arguments: [
        ("UPDATE chain SET hash = zeroblob(32)", "a hash is never changed"), ("DELETE FROM chain", "a hash is never removed"),
        ("INSERT INTO chain VALUES (13, 11, zeroblob(32))", "a batch follows the last one"),
        ("INSERT INTO chain VALUES (12, 11, zeroblob(32))", "a batch follows the last one"),
        ("INSERT INTO chain VALUES (12, 12, zeroblob(32))", "ends with the last entry"),
    ])
    func `the database itself lets nobody mend it`(sql: String, reason: String) throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let database = try DatabaseQueue(path: play.stage.path)
        let error = #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
        #expect(error?.message?.contains(reason) == true, "\(error?.message ?? "")")
    }
}
