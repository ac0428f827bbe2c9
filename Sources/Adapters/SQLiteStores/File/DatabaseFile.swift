import CSQLiteOptions
import Commerce
import GRDB
import GRDBSQLite
import Units

/// One SQLite database and the ways in: a single writing connection, which alone makes checkpoints, and readers that never
/// wait for it.
///
/// Every call is synchronous and runs on the connection's own serial queue. GRDB gives up an asynchronous access when its task is
/// cancelled, and a customer who hangs up must not roll back a charge; synchronous ones know of no task.
final class DatabaseFile: Sendable {
    /// nil: in memory.
    let path: String?
    private let writer: DatabaseQueue
    private let reader: DatabaseQueue
    private let committing: Committing

    /// Opens, creates or migrates the database at `path`.
    /// - Parameter entriesUnfolded: after so many entries, what stands beside them is brought up to date.
    /// - Throws: ``StoreFailure`` or GRDB's `DatabaseError`.
    init(path: String, entriesUnfolded: Int64) throws {
        self.path = path
        try PrivateFile.createEmpty(at: path)
        writer = try DatabaseQueue(path: path, configuration: DatabaseFile.configuration(readOnly: false))
        try writer.writeWithoutTransaction { db in
            try DatabaseFile.settle(db)
            try DatabaseFile.check(db, path: path)
            if try Migration.bringUpToDate(db, path: path) {
                // What a database is stands in its own file from the first moment, whatever becomes of the log beside it.
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        }
        reader = try DatabaseFile.openReader(path: path)
        committing = try Committing(on: writer, entriesUnfolded: entriesUnfolded)
    }

    /// A database that is gone with this object: for tests. Its readers share the writing connection.
    init() throws {
        path = nil
        writer = try DatabaseQueue(configuration: DatabaseFile.configuration(readOnly: false))
        reader = writer
        try writer.writeWithoutTransaction { _ = try Migration.bringUpToDate($0, path: "memory") }
        committing = try Committing(on: writer, entriesUnfolded: Limits.entriesUnfolded)
    }

    /// All records or none; durable when this returns.
    /// - Parameter others: writes what is not of money.
    /// - Throws: ``StoreHindrance`` when nothing was written and nothing is in doubt; after anything else all is.
    func commit(_ records: [LedgerRecord], others: (LedgerRecord, Database) throws -> Void) throws {
        try writer.writeWithoutTransaction { db in
            try committing.commit(records, in: db) { try others($0, db) }
        }
    }

    /// Brings what stands beside the entries up to date with them.
    /// - Throws: as ``commit(_:others:)``.
    func writeFold() throws { try writer.writeWithoutTransaction { try committing.writeFold(in: $0) } }

    /// Carries the write-ahead log into the database as far as readers allow, waiting for none of them, so that commits seldom
    /// have to; a log that has grown long is cut as soon as nobody reads from it.
    /// - Throws: `DatabaseError` when the disk is in doubt; a lock or a full disk only puts it off.
    func carryOver() throws {
        guard path != nil else { return }
        do {
            try writer.writeWithoutTransaction { db in
                let progress = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(PASSIVE)")
                guard let frames = progress?["log"] as Int?, let carried = progress?["checkpointed"] as Int? else { return }
                guard carried == frames, frames > Limits.walFramesLong else { return }
                // Cutting, unlike carrying over, would wait for readers; business would wait with it.
                sqlite3_busy_timeout(db.sqliteConnection, 0)
                defer { sqlite3_busy_timeout(db.sqliteConnection, Int32(Limits.busySeconds * 1000)) }
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        } catch let error as DatabaseError where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL].contains(error.resultCode) {
            return
        }
    }

    /// One consistent view, from a connection that cannot write.
    func read<Value>(_ look: (Database) throws -> Value) throws -> Value { try reader.read(look) }

    /// The same on a connection of its own, for what takes long: nobody waits for it, and it waits for nobody.
    func readAtLeisure<Value>(_ look: (Database) throws -> Value) throws -> Value {
        guard let path else { return try reader.read(look) }
        return try DatabaseFile.openReader(path: path).read(look)
    }

    /// Copies the database as it is at this moment to a new file, and lets `add` put something in.
    func copy(to destination: String, adding add: (Database) throws -> Void) throws {
        guard try PrivateFile.createNew(at: destination) else { throw StoreFailure.fileExists(path: destination) }
        do {
            let copy = try DatabaseQueue(path: destination, configuration: DatabaseFile.configuration(readOnly: false))
            let source = try path.map(DatabaseFile.openReader(path:)) ?? reader
            try source.backup(to: copy)
            try copy.writeWithoutTransaction { db in
                try add(db)
                // A copy is one file, which can be read where nothing can be written: no write-ahead log. SQLite learns that the
                // copied header says otherwise when it next reads, so something is read before the mode is set.
                try Migration.requireOurs(db, path: destination)
                try DatabaseFile.set("journal_mode", to: "delete", in: db)
            }
            try copy.close()
            try PrivateFile.makeDurable(destination)
        } catch {
            try PrivateFile.remove(destination)
            throw error
        }
    }

    /// Ends all connections; the write-ahead log is carried into the database and removed.
    func close() throws {
        try reader.close()
        writer.writeWithoutTransaction { _ in committing.forget() }
        try writer.close()
    }

    static func openReader(path: String) throws -> DatabaseQueue {
        try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
    }

    /// SQLite keeps no count of its memory, under a lock of its own, that nobody asks for. Once in a process, before it is first used; too
    /// late, it changes nothing.
    private static let countsNoMemory = sqlite_count_no_memory()

    static func configuration(readOnly: Bool) -> Configuration {
        _ = countsNoMemory
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(Limits.busySeconds)
        configuration.label = readOnly ? "ledger.reader" : "ledger.writer"
        return configuration
    }

    /// What durability rests on is set after opening, where GRDB no longer touches it, and read back.
    private static func settle(_ db: Database) throws {
        try set("journal_mode", to: "wal", in: db)
        try set("synchronous", to: "2", in: db)
        try set("foreign_keys", to: "1", in: db)
        try set("mmap_size", to: "0", in: db)
        try set("wal_autocheckpoint", to: String(Limits.walPages), in: db)
        try set("journal_size_limit", to: String(Limits.walBytesMax), in: db)
        try set("cache_size", to: String(-Limits.cacheKiB), in: db)
    }

    private static func set(_ name: String, to value: String, in db: Database) throws {
        let pragma = "PRAGMA " + name
        try db.execute(sql: pragma + " = " + value)
        let got = try DatabaseValue.fetchOne(db, sql: pragma).map(\.plain) ?? "nothing"
        guard got == value else { throw StoreFailure.settingRefused(name: name, wanted: value, got: got) }
    }

    /// A small file is looked through before anything else; a large one while serving, when all of it is verified.
    private static func check(_ db: Database, path: String) throws {
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let pageBytes = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        guard pages * pageBytes <= Limits.checkedAtOnceBytes, let damage = try damage(of: db) else { return }
        throw StoreFailure.damaged(path: path, detail: damage)
    }

    /// What `PRAGMA quick_check` objects to first, in a line.
    static func damage(of db: Database) throws -> String? {
        let answer = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
        // Before its first objection it may name the database.
        return answer == "ok" ? nil : answer.split(separator: "\n").last.map(String.init) ?? answer
    }
}

extension DatabaseValue {
    fileprivate var plain: String {
        switch storage {
        case .int64(let number): String(number)
        case .string(let text): text
        default: "\(self)"
        }
    }
}
