/// What can be wrong with a database or its directory. Each says what was expected and what was found.
package enum StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Written by a newer version of this program, which is therefore not understood.
    case newerSchema(found: Int, known: Int)
    /// A SQLite database, but somebody else's.
    case foreignDatabase(path: String)
    /// No SQLite database at all.
    case notADatabase(path: String)
    /// `PRAGMA quick_check` objects.
    case damaged(path: String, detail: String)
    /// SQLite did not take a setting on which durability depends.
    case settingRefused(name: String, wanted: String, got: String)
    /// A row holds what no version of this program writes.
    case unreadable(row: String, column: String, value: String)
    /// A record that cannot be applied: its hold or key is not there, or was closed before.
    case recordRefused(String)
    /// A backup never overwrites.
    case fileExists(path: String)
    /// The ledger in a backup does not add up.
    case untrueBackup(path: String, disagreement: String)
    /// Another process has the data directory.
    case directoryInUse(path: String, processID: Int32?)
    /// The secret that keys were made with is there, but not the database that knows them.
    case databaseMissing(path: String, pepper: String)
    /// The database is there but the secret that its keys were made with is not.
    case pepperMissing(path: String)
    case pepperMalformed(path: String, bytes: Int)
    /// The operating system refused; `operation` names what was tried.
    case system(operation: String, path: String, code: Int32, message: String)

    package var description: String {
        switch self {
        case .newerSchema(let found, let known):
            "the database has schema \(found), this program knows schemas up to \(known): use a newer program"
        case .foreignDatabase(let path): "\(path) is a SQLite database, but not one of MiniToolAI's"
        case .notADatabase(let path): "\(path) is not a SQLite database, so it is no backup of MiniToolAI's"
        case .damaged(let path, let detail): "\(path) is damaged: \(detail)"
        case .settingRefused(let name, let wanted, let got): "SQLite's \(name) should be \(wanted) but is \(got)"
        case .unreadable(let row, let column, let value): "\(row): \(column) cannot be \(value)"
        case .recordRefused(let sentence): sentence
        case .fileExists(let path): "\(path) exists already and is not overwritten"
        case .untrueBackup(let path, let disagreement): "the ledger in \(path) does not add up: \(disagreement)"
        case .directoryInUse(let path, let processID):
            "the data directory \(path) is in use by "
                + (processID.map { "process \($0)" } ?? "another process") + "; only one may write"
        case .databaseMissing(let path, let pepper):
            "\(path) is missing, but the secret of its keys is there: put the database back or restore a backup; to begin anew, with no "
                + "accounts and no money, remove \(pepper)"
        case .pepperMissing(let path):
            "\(path) is missing, and without it no existing key works: put back the file that belongs to this database"
        case .pepperMalformed(let path, let bytes): "\(path) should have \(Limits.pepperBytes) bytes but has \(bytes)"
        case .system(let operation, let path, _, let message): "cannot \(operation) \(path): \(message)"
        }
    }
}
