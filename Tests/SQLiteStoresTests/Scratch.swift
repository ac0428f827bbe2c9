import Commerce
import Foundation
import GRDB
import SQLiteStores
import TestKit
import Units

/// A directory that is gone with this object.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/minitoolai.db" }

    func file(_ name: String) -> String { path + "/" + name }

    /// Copies the database and its log to `name` as a crash would leave them, whatever is in between.
    func copyAsAfterACrash(to name: String) throws -> String {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: database + suffix) {
            try FileManager.default.copyItem(atPath: database + suffix, toPath: file(name) + suffix)
        }
        return file(name)
    }
}

/// A store that a new process opens again: the stage on which stories are played against SQLite.
struct SQLiteStage: LedgerStage {
    private let scratch: Scratch
    private(set) var store: SQLiteLedgerStore

    private let entriesUnfolded: Int64

    /// - Parameter entriesUnfolded: after so many, what stands beside the entries is brought up to date; in most tests at once, so
    ///   that there is something to look at.
    init(entriesUnfolded: Int64 = 1) throws {
        self.entriesUnfolded = entriesUnfolded
        scratch = try Scratch()
        store = try SQLiteLedgerStore(path: scratch.database, entriesUnfolded: entriesUnfolded)
    }

    var path: String { scratch.database }

    /// At once, in the middle of things, and never.
    static let foldings: [Int64] = [1, 5, .max]

    mutating func keep(_ records: [LedgerRecord]) throws { try store.commit(records) }

    mutating func reopen() throws -> LedgerImage {
        store = try SQLiteLedgerStore(path: scratch.database, entriesUnfolded: entriesUnfolded)
        return try store.load()
    }

    func copyAsAfterACrash(to name: String) throws -> String { try scratch.copyAsAfterACrash(to: name) }

    /// Does to the database what only somebody with a shell could, past every trigger and constraint.
    func tamper(_ sql: String) throws {
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            for trigger in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try db.execute(sql: "DROP TRIGGER " + trigger)
            }
            let indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%'"
            for index in try String.fetchAll(db, sql: indexes) { try db.execute(sql: "DROP INDEX " + index) }
            try db.execute(sql: sql)
        }
    }
}

extension LedgerPlay where Stage == SQLiteStage {
    /// One account with every kind of entry behind it and two holds open: entries 1 grant, 2 hold h1, 3 settle h1, 4 hold h2,
    /// 5 release h2, 6 hold h3, 7 provisional h3, 8 hold h4, 9 settle h4 with an overrun, 10 hold h5, 11 hold h6.
    static func wellUsed() throws -> LedgerPlay<SQLiteStage> {
        var play = try LedgerPlay(on: try SQLiteStage())
        try play.play(
            LedgerStory(
                "well used",
                """
                account A · account B · price m 1 2 cached 0.50 · key k A live · key b B live · top-up A 0.001 ref1
                hold k h1 in=100/50 cap=10 · accept h1 · settle h1 50 10 cached 20 · charged 0.00006
                hold k h2 in=100/50 cap=10 · release h2
                hold k h3 in=100/50 cap=10 · progress h3 4 · crash · recover · charged 0.000058
                hold k h4 in=10/10 cap=5 · settle h4 10 15 · charged 0.00004
                hold k h5 in=100/50 cap=10 · hold k h6 in=10/10 cap=5
                balance A 0.000702 held 0.00014 · spent k 0.000158
                """))
        return play
    }
}
