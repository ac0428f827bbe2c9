import Commerce
import GRDB
import GRDBSQLite
import Glibc

/// The transactions of the writing connection, with statements that are compiled once and the fold that they bring up to date.
///
/// `@unchecked Sendable`: it is touched on the writing connection's serial queue alone.
final class Committing: @unchecked Sendable {
    private var statements: CommitStatements?
    /// nil: a transaction failed, and what it had taken must be forgotten.
    private var fold: Fold?
    private var rows = CanonicalRows()
    private let entriesUnfolded: Int64

    /// Begins with everything folded: what an earlier life had no time for.
    /// - Parameter entriesUnfolded: after so many entries, what stands beside them is brought up to date.
    init(on writer: DatabaseQueue, entriesUnfolded: Int64) throws {
        self.entriesUnfolded = entriesUnfolded
        statements = try writer.writeWithoutTransaction { db in
            guard let connection = db.sqliteConnection else { preconditionFailure("an open database has a connection") }
            return try CommitStatements(on: connection)
        }
    }

    /// Lets the statements go: a connection closes only without any.
    func forget() { statements = nil }

    /// All records or none.
    /// - Parameter others: writes what is not of money.
    func commit(_ records: [LedgerRecord], in db: Database, others: (LedgerRecord) throws -> Void) throws {
        try transaction(in: db) { statements, fold in
            // Taken out, so that nobody else holds the room while it is written to.
            var room = CanonicalRows()
            swap(&room, &rows)
            var writing = BatchWriting(with: statements, into: fold, rows: room)
            try writing.take(records, others: others)
            rows = try writing.finish(foldingAfter: entriesUnfolded)
        }
    }

    /// Brings what stands beside the entries up to date.
    func writeFold(in db: Database) throws {
        if let fold, fold.unwritten == 0 { return }
        try transaction(in: db) { statements, fold in try fold.write(with: statements) }
    }

    private func transaction(in db: Database, _ change: (CommitStatements, Fold) throws -> Void) throws {
        guard let connection = db.sqliteConnection, let statements else { preconditionFailure("nobody writes after the end") }
        do {
            try statements.begin.run()
            let fold = try self.fold ?? Fold(db)
            try change(statements, fold)
            try statements.commit.run()
            self.fold = fold
        } catch {
            fold = nil
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
