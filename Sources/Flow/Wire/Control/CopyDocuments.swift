/// `backup FILE`: the copy that was written.
package struct BackupDocument: Codable, Hashable, Sendable {
    package let backup: String
    package let bytes: Int

    package init(backup: String, bytes: Int) {
        self.backup = backup
        self.bytes = bytes
    }
}

/// `restore FILE`: where the copy now serves from, and what its ledger says.
package struct RestoreDocument: Codable, Hashable, Sendable {
    package let restored: String
    package let entries: Int
    package let accounts: Int

    package init(restored: String, entries: Int, accounts: Int) {
        self.restored = restored
        self.entries = entries
        self.accounts = accounts
    }
}
