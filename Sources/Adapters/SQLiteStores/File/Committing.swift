import Commerce
import GRDB
import GRDBSQLite
import Glibc

/// The transactions of the writing connection, with statements that are compiled once.
///
/// `@unchecked Sendable`: it is touched on the writing connection's serial queue alone.
final class Committing: @unchecked Sendable {
    private var statements: CommitStatements?

    init(on writer: DatabaseQueue) throws {
        statements = try writer.writeWithoutTransaction { db in
            guard let connection = db.sqliteConnection else { preconditionFailure("an open database has a connection") }
            return try CommitStatements(on: connection)
        }
    }

    /// Lets the statements go: a connection closes only without any.
    func forget() { statements = nil }

    func transaction(in db: Database, _ change: (Database, CommitStatements) throws -> Void) throws {
        guard let connection = db.sqliteConnection, let statements else { preconditionFailure("nobody writes after the end") }
        do {
            try statements.begin.run()
            try change(db, statements)
            try statements.commit.run()
        } catch {
            let hindrance = StoreHindrance(error, systemError: sqlite3_system_errno(connection))
            // Some errors have rolled back already.
            if sqlite3_get_autocommit(connection) == 0 { try statements.rollback.run() }
            guard let hindrance, sqlite3_get_autocommit(connection) != 0 else { throw error }
            throw hindrance
        }
    }
}

extension StoreHindrance {
    /// nil: not an error after which it is certain that nothing was written.
    fileprivate init?(_ error: any Error, systemError: Int32) {
        guard let error = error as? DatabaseError else { return nil }
        switch error.extendedResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR_SHMSIZE: self = .full
        case .SQLITE_IOERR_WRITE where systemError == ENOSPC || systemError == EDQUOT: self = .full
        case .SQLITE_BUSY: self = .locked
        default: return nil
        }
    }
}
