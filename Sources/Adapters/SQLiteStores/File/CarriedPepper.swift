import Foundation
import GRDB

/// The pepper on its way from one data directory to another: in a table that only backups have.
enum CarriedPepper {
    static func put(_ pepper: [UInt8], into backup: Database) throws {
        try backup.execute(sql: "CREATE TABLE pepper (bytes BLOB NOT NULL) STRICT")
        try backup.execute(sql: "INSERT INTO pepper (bytes) VALUES (?)", arguments: [Data(pepper)])
    }

    /// Removes it, leaving no trace on the pages. nil: this backup carries none.
    static func take(from copy: Database) throws -> [UInt8]? {
        guard try copy.tableExists("pepper") else { return nil }
        let pepper = try Data.fetchOne(copy, sql: "SELECT bytes FROM pepper").map { [UInt8]($0) }
        try copy.execute(sql: "PRAGMA secure_delete = ON")
        try copy.execute(sql: "DROP TABLE pepper")
        return pepper
    }
}
