import Commerce
import GRDB

extension DataDirectory {
    /// Makes `backup` the database of this directory, and the pepper it carries the directory's. The backup itself is only read.
    /// All of it happens, or nothing: the database appears last, after its ledger was replayed.
    /// - Throws: ``StoreFailure/fileExists(path:)`` when there is a database already, which is never overwritten;
    ///   ``StoreFailure/notADatabase(path:)``, ``StoreFailure/foreignDatabase(path:)``, ``StoreFailure/damaged(path:detail:)``,
    ///   ``StoreFailure/untrueBackup(path:disagreement:)``, and ``StoreFailure/system(operation:path:code:message:)`` for
    ///   what else SQLite cannot do.
    package func restore(from backup: String) throws {
        guard !PrivateFile.exists(databasePath) else { throw StoreFailure.fileExists(path: databasePath) }
        let draft = databasePath + ".restoring"
        try removeDatabase(draft)
        do {
            let pepper = try copy(backup, to: draft)
            let store = try SQLiteLedgerStore(path: draft)
            if case .disagreement(let sentence) = try store.verify() {
                throw StoreFailure.untrueBackup(path: backup, disagreement: sentence)
            }
            try store.close()
            if let pepper { try PrivateFile.write(pepper, to: pepperPath) }
            try PrivateFile.makeDurable(draft)
            try PrivateFile.move(draft, to: databasePath)
        } catch {
            try removeDatabase(draft)
            throw named(error, restoring: backup)
        }
    }

    private func copy(_ backup: String, to draft: String) throws -> [UInt8]? {
        guard PrivateFile.exists(backup) else { throw StoreFailure.last("open", backup) }
        let source = try DatabaseFile.openReader(path: backup)
        try source.read { db in
            // To SQLite an empty file is an empty database.
            guard try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 > 0 else { throw StoreFailure.notADatabase(path: backup) }
            try Migration.requireOurs(db, path: backup)
        }
        try PrivateFile.createEmpty(at: draft)
        let copy = try DatabaseQueue(path: draft, configuration: DatabaseFile.configuration(readOnly: false))
        try source.backup(to: copy)
        let pepper = try copy.writeWithoutTransaction { try CarriedPepper.take(from: $0) }
        try copy.close()
        if let pepper, pepper.count != Limits.pepperBytes {
            throw StoreFailure.pepperMalformed(path: backup, bytes: pepper.count)
        }
        return pepper
    }

    /// What is wrong with the copy is wrong with the backup.
    private func named(_ error: any Error, restoring backup: String) -> any Error {
        switch error {
        case StoreFailure.damaged(_, let detail): StoreFailure.damaged(path: backup, detail: detail)
        case let error as DatabaseError: StoreFailure(error, restoring: backup)
        default: error
        }
    }

    private func removeDatabase(_ path: String) throws {
        for suffix in ["", "-wal", "-shm", "-journal"] { try PrivateFile.remove(path + suffix) }
    }
}

extension StoreFailure {
    fileprivate init(_ error: DatabaseError, restoring backup: String) {
        let message = error.message ?? "SQLite says \(error.resultCode.rawValue)"
        self =
            switch error.resultCode {
            case .SQLITE_NOTADB: .notADatabase(path: backup)
            case .SQLITE_CORRUPT: .damaged(path: backup, detail: message)
            default: .system(operation: "restore", path: backup, code: error.resultCode.rawValue, message: message)
            }
    }
}
