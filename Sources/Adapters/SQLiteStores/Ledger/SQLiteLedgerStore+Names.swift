package import Commerce
import Foundation
import GRDB
package import Units

extension SQLiteLedgerStore {
    package func namedRequest(_ key: String, of purse: Purse, since: Instant) throws -> NamedRequestRecord? {
        let sql = """
            SELECT n.hold, n.at, n.body_hash, h.state, h.charge, n.answer FROM named_requests n JOIN holds h ON h.id = n.hold
            WHERE n.account = ? AND n.book = ? AND n.idempotency_key = ? AND n.at > ?
            """
        return try file.read { db in
            let arguments: StatementArguments = [purse.account.value, purse.book.rawValue, key, since.microseconds]
            guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: arguments) else { return nil }
            var columns = Columns(row)
            let hold = HoldID(columns.next())
            let at = columns.instant()
            let hash: Data = columns.next()
            let word: String = columns.next()
            let charge: Int64? = columns.optional()
            let answer: Data? = columns.optional()
            guard let submission = Submission(key: key, bodyHash: [UInt8](hash)), let state = Hold.State(rawValue: word) else {
                throw StoreFailure.unreadable(row: "the named request of \(hold)", column: "state", value: word)
            }
            return NamedRequestRecord(
                request: NamedRequest(submission: submission, hold: hold, purse: purse, at: at), state: state,
                charge: charge.map(Money.init(nanodollars:)), answer: answer.map { [UInt8]($0) })
        }
    }

    /// A name stands for the last request of it. Whoever asks has looked at the one before.
    func write(_ request: NamedRequest, in db: Database) throws {
        let sql = """
            INSERT OR REPLACE INTO named_requests (account, book, idempotency_key, body_hash, hold, at) VALUES (?, ?, ?, ?, ?, ?)
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            request.purse.account.value, request.purse.book.rawValue, request.submission.key,
            Data(request.submission.bodyHash), request.hold.value, request.at.microseconds,
        ])
        try forgetOldNames(at: request.at, in: db)
    }

    /// Two old ones go for each that comes, so they never grow many, and no commit has many to remove.
    private func forgetOldNames(at now: Instant, in db: Database) throws {
        let sql = """
            DELETE FROM named_requests WHERE rowid IN (SELECT rowid FROM named_requests WHERE at <= ? ORDER BY at LIMIT 2)
            """
        try db.cachedStatement(sql: sql).execute(arguments: [Submission.forgotten(at: now).microseconds])
    }

    /// Of a name that was given to another request meanwhile nothing needs to be kept.
    func write(_ answer: [UInt8], of hold: HoldID, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE named_requests SET answer = ? WHERE hold = ? AND answer IS NULL")
            .execute(arguments: [Data(answer), hold.value])
    }
}
