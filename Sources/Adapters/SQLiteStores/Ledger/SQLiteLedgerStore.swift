import Commerce
import GRDB

/// The ledger in one SQLite file, write-ahead log, `synchronous=FULL`.
///
/// All calls are synchronous: ``commit(_:)`` is made from the writer's own thread and returns when the batch is on the disk;
/// no task's cancellation reaches it. Readers may call from anywhere, at any time.
package final class SQLiteLedgerStore: LedgerStore {
    let file: DatabaseFile
    private let pepper: [UInt8]?
    private let ballast: Ballast?

    /// Opens or creates the database at `path` and brings its schema up to date.
    /// - Parameter pepper: what the keys were made with. It is not kept in the database, but goes along in backups: without it
    ///   no key of a restored copy would work.
    /// - Parameter ballastBytes: what is set aside for a full disk, once ``hasRoom()`` is asked.
    /// - Parameter entriesUnfolded: after so many entries, what stands beside them is brought up to date; nil: as many as is good.
    /// - Throws: ``StoreFailure`` for a newer schema, a foreign or damaged file, or a setting that SQLite refuses; GRDB's
    ///   `DatabaseError` for what SQLite reports.
    package init(path: String, pepper: [UInt8]? = nil, ballastBytes: Int = 0, entriesUnfolded: Int64? = nil) throws {
        file = try DatabaseFile(path: path, entriesUnfolded: entriesUnfolded ?? Limits.entriesUnfolded)
        self.pepper = pepper
        ballast = Ballast(beside: path, bytes: ballastBytes)
    }

    private init(_ file: DatabaseFile) {
        self.file = file
        pepper = nil
        ballast = nil
    }

    /// A ledger that is gone when it is let go: for tests.
    package static func inMemory() throws -> SQLiteLedgerStore { SQLiteLedgerStore(try DatabaseFile()) }

    /// - Throws: ``StoreFailure/fileExists(path:)``: a backup overwrites nothing.
    package func backUp(to path: String) throws {
        try file.copy(to: path) { db in
            if let pepper { try CarriedPepper.put(pepper, into: db) }
        }
    }

    package func makeRoom() { ballast?.giveUp() }

    package func hasRoom() -> Bool { ballast?.lay() ?? true }

    package func rest() throws {
        // A disk that is full or locked now is no reason to stop: it is tried again, and a start does without.
        do { try file.writeFold() } catch is StoreHindrance {}
        try file.carryOver()
    }

    /// Ends all connections. For whoever moves the file next; a process that ends needs no such thing.
    func close() throws { try file.close() }

    /// SQLite's version, `3.40.1`.
    package static var sqliteVersion: String {
        let number = Int(Database.sqliteLibVersionNumber)
        return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
    }

    /// True for versions in which two connections that write or checkpoint at the same moment can lose commits. Harmless here,
    /// where one connection of one process does both, but worth a line in the log.
    /// Source: https://sqlite.org/wal.html#walresetbug
    package static var hasWALResetBug: Bool { hasWALResetBug(version: Int(Database.sqliteLibVersionNumber)) }

    /// The same for any version, as `sqlite3_libversion_number` counts: `3_040_001`.
    package static func hasWALResetBug(version: Int) -> Bool {
        switch version {
        case 3_044_006..<3_045_000, 3_050_007..<3_051_000: false
        default: version >= 3_007_000 && version < 3_051_003
        }
    }
}
