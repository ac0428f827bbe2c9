package import Commerce
import Foundation
import GRDB
package import Units

extension SQLiteLedgerStore {
    package func unfinishedJobs() throws -> [StoredJob] {
        try file.read { db in
            var jobs: [StoredJob] = []
            let cursor = try Row.fetchCursor(db, sql: jobColumns + "WHERE NOT is_over ORDER BY submitted, hold")
            while let row = try cursor.next() { jobs.append(try storedJob(row)) }
            return jobs
        }
    }

    package func endedJobs(of account: AccountID?, before hold: HoldID?, limit: Int) throws -> [StoredJob] {
        // Holds are numbered as they are made, and their index is there: no other order costs less.
        let wanted = "WHERE is_over AND (? IS NULL OR account = ?) AND hold < ? ORDER BY hold DESC LIMIT ?"
        return try file.read { db in
            let statement = try db.cachedStatement(sql: jobColumns + wanted)
            let arguments: StatementArguments = [account?.value, account?.value, hold?.value ?? .max, limit]
            var jobs: [StoredJob] = []
            let cursor = try Row.fetchCursor(statement, arguments: arguments)
            while let row = try cursor.next() { jobs.append(try storedJob(row)) }
            return jobs
        }
    }

    package func job(_ id: Int64) throws -> StoredJob? {
        try file.read { db in
            try Row.fetchOne(try db.cachedStatement(sql: jobColumns + "WHERE id = ?"), arguments: [id]).map(storedJob)
        }
    }

    package func owedCallbacks(
        at now: Instant, without jobs: Set<Int64>, accounts: Set<AccountID>, limit: Int
    ) throws -> [OwedCallback] {
        let sql = """
            SELECT jobs.id, jobs.account, jobs.book, jobs.submitted, jobs.is_over, jobs.contents, jobs.hold, callbacks.attempts
            FROM callbacks JOIN jobs ON jobs.id = callbacks.job
            WHERE callbacks.due <= ? AND callbacks.job NOT IN (SELECT value FROM json_each(?))
                AND callbacks.account NOT IN (SELECT value FROM json_each(?))
            ORDER BY callbacks.due, callbacks.job LIMIT ?
            """
        return try file.read { db in
            let arguments: StatementArguments = [
                now.microseconds, list(jobs), list(accounts.map(\.value)), limit,
            ]
            return try Row.fetchAll(try db.cachedStatement(sql: sql), arguments: arguments).map { row in
                OwedCallback(stored: try storedJob(row), attempts: row[7])
            }
        }
    }

    /// `[1,2,3]`, for SQLite's `json_each`.
    private func list(_ numbers: some Sequence<Int64>) -> String { "[\(numbers.map(String.init).joined(separator: ","))]" }

    package func owedCallbacks(of account: AccountID) throws -> Int {
        try file.read { db in
            let statement = try db.cachedStatement(sql: "SELECT count(*) FROM callbacks WHERE account = ?")
            return try Int.fetchOne(statement, arguments: [account.value]) ?? 0
        }
    }

    package func submission(_ key: String, of purse: Purse, since: Instant) throws -> (job: StoredJob, submission: Submission)? {
        let sql = """
            SELECT id, account, book, submitted, is_over, contents, hold, body_hash FROM jobs
            WHERE account = ? AND book = ? AND idempotency_key = ? AND submitted > ?
            """
        return try file.read { db in
            let arguments: StatementArguments = [purse.account.value, purse.book.rawValue, key, since.microseconds]
            guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: arguments) else { return nil }
            let stored = try storedJob(row)
            let hash: Data = row[7]
            guard hash.count == 32, let submission = Submission(key: key, bodyHash: [UInt8](hash)) else {
                throw StoreFailure.unreadable(row: "job \(stored.job.id)", column: "body_hash", value: "\(hash.count) bytes")
            }
            return (stored, submission)
        }
    }

    private var jobColumns: String { "SELECT id, account, book, submitted, is_over, contents, hold FROM jobs " }

    private func storedJob(_ row: Row) throws -> StoredJob {
        var columns = Columns(row)
        let id: Int64 = columns.next()
        let purse = try columns.purse(of: "job \(id)")
        let submitted = columns.instant()
        let isOver: Bool = columns.next()
        let contents: Data = columns.next()
        let job = SealedJob(id: id, purse: purse, submitted: submitted, isOver: isOver, contents: [UInt8](contents))
        return StoredJob(job: job, hold: HoldID(columns.next()))
    }
}
