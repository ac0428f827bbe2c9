import Commerce
import Foundation
import GRDB
import SQLiteStores
import TestKit
import Testing
import Units

@Suite struct `The database file` {
    @Test func `it is in write-ahead mode, and only its owner reads it`() throws {
        let scratch = try Scratch()
        let store = try SQLiteLedgerStore(path: scratch.database)
        try store.commit([.epoch(Epoch(1), at: Instant(seconds: 1))])
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: scratch.database + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
        }
        let other = try DatabaseQueue(path: scratch.database)
        #expect(try other.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func `a newer schema is refused and left alone`() throws {
        let stage = try SQLiteStage()
        try stage.tamper("INSERT INTO migrations SELECT max(number) + 1, 'from the future', 0 FROM migrations")
        #expect(throws: StoreFailure.newerSchema(found: 12, known: 11)) { try SQLiteLedgerStore(path: stage.path) }
    }

    @Test func `somebody else's database is refused and left alone`() throws {
        let scratch = try Scratch()
        let other = try DatabaseQueue(path: scratch.database)
        try other.write { try $0.execute(sql: "CREATE TABLE diary (day TEXT)") }
        try other.close()
        #expect(throws: StoreFailure.foreignDatabase(path: scratch.database)) { try SQLiteLedgerStore(path: scratch.database) }
    }

    @Test func `a file that is no database is refused`() throws {
        let scratch = try Scratch()
        try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: scratch.database))
        #expect(throws: DatabaseError.self) { try SQLiteLedgerStore(path: scratch.database) }
    }

    @Test func `a damaged page is found at the next start`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        try play.stage.store.backUp(to: play.stage.path + ".copy")
        let copy = URL(filePath: play.stage.path + ".copy")
        var bytes = try Data(contentsOf: copy)
        for offset in stride(from: 4096, to: bytes.count, by: 4096) { bytes[offset] ^= 0x3F }
        try bytes.write(to: copy)
        #expect(throws: (any Error).self) { try SQLiteLedgerStore(path: copy.path(percentEncoded: false)) }
    }

    @Test func `a backup taken while serving is one file, and is the ledger of that moment`() throws {
        var play = try LedgerPlay<SQLiteStage>.wellUsed()
        let copy = play.stage.path + ".backup"
        try play.stage.store.backUp(to: copy)
        try play.play(LedgerStory("life goes on", "settle h5 1 1 · top-up A 1 later"))
        let restored = try SQLiteLedgerStore(path: copy)
        #expect(try restored.verify() == .ok(entries: 11, accounts: 2))
        #expect(try restored.load().openHolds.count == 2)
        #expect(throws: StoreFailure.fileExists(path: copy)) { try play.stage.store.backUp(to: copy) }
    }

    @Test func `a fresh backup has no log beside it and only its owner reads it`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let copy = play.stage.path + ".backup"
        try play.stage.store.backUp(to: copy)
        #expect(!FileManager.default.fileExists(atPath: copy + "-wal"))
        #expect(!FileManager.default.fileExists(atPath: copy + "-journal"))
        var configuration = Configuration()
        configuration.readonly = true
        let reader = try DatabaseQueue(path: copy, configuration: configuration)
        #expect(try reader.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "delete")
        #expect(try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a backup into a directory that is not there fails by name`() throws {
        let store = try SQLiteLedgerStore.inMemory()
        #expect(throws: StoreFailure.self) { try store.backUp(to: "/nowhere/at/all") }
    }

    /// The reader's transaction is open across the commit: neither waits.
    @Test func `a long look does not hold up a commit, nor see it`() throws {
        var play = try LedgerPlay<SQLiteStage>.wellUsed()
        var configuration = Configuration()
        configuration.readonly = true
        let reader = try DatabaseQueue(path: play.stage.path, configuration: configuration)
        try reader.read { db in
            let before = try Int.fetchOne(db, sql: "SELECT count(*) FROM entries")
            try play.play(LedgerStory("meanwhile", "settle h5 1 1"))
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM entries") == before)
        }
        #expect(try play.stage.store.verify() == .ok(entries: 12, accounts: 2))
    }

    @Test func `the version of SQLite is told`() {
        #expect(SQLiteLedgerStore.sqliteVersion.split(separator: ".").count == 3)
        #expect(SQLiteLedgerStore.sqliteVersion.hasPrefix("3."))
    }

    @Test(arguments: [
        (3_040_001, true), (3_044_005, true), (3_044_006, false), (3_045_000, true), (3_050_006, true), (3_050_007, false),
        (3_051_002, true), (3_051_003, false), (3_052_000, false), (3_006_023, false),
    ])
    func `versions that can lose commits are known`(version: Int, has: Bool) {
        #expect(SQLiteLedgerStore.hasWALResetBug(version: version) == has)
    }
}
