import GRDB

/// One step of the schema. A step that was ever released is final: what it got wrong, a later one mends.
struct Migration: Sendable {
    let number: Int
    let name: String
    let sql: String
    /// What SQL alone cannot do, in the same transaction.
    var then: (@Sendable (Database) throws -> Void)? = nil
    /// Tables that others refer to are replaced: references are looked at afterwards, not on the way.
    var movesTables = false

    /// `MTAI` in ASCII, so that neither a foreign database is written into nor this one taken for another's.
    static let applicationID: Int64 = 1_297_367_369

    static let all = [
        Migration(number: 1, name: "the ledger", sql: ledgerSchema),
        Migration(number: 2, name: "a chain over the entries", sql: chainSchema, then: chainWhatIsThere),
        Migration(number: 3, name: "holds that grow", sql: extensionSchema),
        Migration(number: 4, name: "constraints that cost less", sql: leanSchema, movesTables: true),
        Migration(
            number: 5, name: "entries that say everything", sql: entrySchema, then: chainMovedEntries, movesTables: true),
        Migration(number: 6, name: "jobs that outlive the process", sql: jobSchema),
        Migration(number: 7, name: "prices by the character", sql: speechSchema),
        Migration(
            number: 8, name: "top-ups, corrections and people", sql: topUpSchema, then: chainGoesOnAgain, movesTables: true),
        Migration(number: 9, name: "requests by their callers' names", sql: nameSchema),
        Migration(number: 10, name: "what engines cost", sql: costSchema),
        Migration(number: 11, name: "limits and caching of single keys", sql: keySchema),
    ]

    /// Brings the database up to the last of `migrations`, each step in a transaction with its record.
    /// - Returns: whether there was anything to do.
    /// - Throws: ``StoreFailure/newerSchema(found:known:)``, ``StoreFailure/foreignDatabase(path:)``; nothing is changed then.
    @discardableResult
    static func bringUpToDate(_ db: Database, path: String, migrations: [Migration] = all) throws -> Bool {
        let applied = try appliedCount(db, path: path)
        guard applied <= migrations.count else { throw StoreFailure.newerSchema(found: applied, known: migrations.count) }
        for migration in migrations.dropFirst(applied) {
            if migration.movesTables { try db.execute(sql: "PRAGMA foreign_keys = OFF") }
            defer { if migration.movesTables { try? db.execute(sql: "PRAGMA foreign_keys = ON") } }
            try db.inTransaction(.immediate) {
                if migration.number == 1 { try db.execute(sql: bookkeeping) }
                try db.execute(sql: migration.sql)
                try migration.then?(db)
                if migration.movesTables { try db.checkForeignKeys() }
                try db.execute(
                    sql: "INSERT INTO migrations (number, name, applied) VALUES (?, ?, unixepoch())",
                    arguments: [migration.number, migration.name])
                return .commit
            }
        }
        return applied < migrations.count
    }

    private static func appliedCount(_ db: Database, path: String) throws -> Int {
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        guard tables > 0 else { return 0 }
        try requireOurs(db, path: path)
        return try Int.fetchOne(db, sql: "SELECT max(number) FROM migrations") ?? 0
    }

    /// - Throws: ``StoreFailure/foreignDatabase(path:)`` unless the database is one of ours.
    static func requireOurs(_ db: Database, path: String) throws {
        guard try Int64.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw StoreFailure.foreignDatabase(path: path)
        }
    }

    private static let bookkeeping = """
        PRAGMA application_id = 1297367369;
        CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL) STRICT;
        """
}
