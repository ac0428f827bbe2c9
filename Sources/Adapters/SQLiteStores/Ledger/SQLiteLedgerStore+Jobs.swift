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
