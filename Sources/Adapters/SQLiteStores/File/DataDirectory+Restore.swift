import Commerce
import GRDB

extension DataDirectory {
    /// Makes `backup` the database of this directory, and the pepper it carries the directory's. The backup itself is only read.
    /// All of it happens, or nothing: the database appears last, after its ledger was replayed.
    /// - Throws: ``StoreFailure/fileExists(path:)`` when there is a database already, which is never overwritten;
    ///   ``StoreFailure/foreignDatabase(path:)``, ``StoreFailure/untrueBackup(path:disagreement:)`` and what opening a database
    ///   throws.
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
            throw error
        }
    }

    private func copy(_ backup: String, to draft: String) throws -> [UInt8]? {
        guard PrivateFile.exists(backup) else { throw StoreFailure.last("open", backup) }
        let source = try DatabaseFile.openReader(path: backup)
        try source.read { try Migration.requireOurs($0, path: backup) }
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

    private func removeDatabase(_ path: String) throws {
        for suffix in ["", "-wal", "-shm", "-journal"] { try PrivateFile.remove(path + suffix) }
    }
}
