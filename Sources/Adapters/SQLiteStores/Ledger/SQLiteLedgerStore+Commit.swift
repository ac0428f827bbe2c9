package import Commerce
import Foundation
import GRDB
import Units

extension SQLiteLedgerStore {
    package func commit(_ records: [LedgerRecord]) throws {
        guard !records.isEmpty else { return }
        try file.commit(records) { record, db in try insert(record, in: db) }
    }

    // MARK: What an operator writes

    private func insert(_ record: LedgerRecord, in db: Database) throws {
        switch record {
        case .epoch(let epoch, let at):
            try db.cachedStatement(sql: "INSERT INTO epochs (number, started) VALUES (?, ?)")
                .execute(arguments: [epoch.value, at.microseconds])
        case .account(let account):
            try db.cachedStatement(sql: "INSERT INTO accounts (id, name, created) VALUES (?, ?, ?)")
                .execute(arguments: [account.id.value, account.name, account.created.microseconds])
        case .key(let key): try insert(key, in: db)
        case .keyRevoked(let key, let at):
            try db.cachedStatement(sql: "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL")
                .execute(arguments: [at.microseconds, key.value])
            try requireOneChange(in: db, "\(key) is not in the store, or was revoked before")
        case .price(let version): try insert(version, in: db)
        case .job(let job, let hold): try write(job, hold, in: db)
        case .callback(let standing): try write(standing, in: db)
        case .named(let request): try write(request, in: db)
        case .answer(let answer, let hold): try write(answer, of: hold, in: db)
        case .topUp(let record): try write(record, in: db)
        case .people(let record): try write(record, in: db)
        case .entry, .holdOpened, .holdExtended, .holdChanged, .keySpent, .attempt:
            preconditionFailure("an operator writes no such record")
        }
    }

    private func insert(_ key: KeyRecord, in db: Database) throws {
        let models = try key.models.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let rates = try key.rates.map { String(decoding: try JSONEncoder().encode($0.amounts), as: UTF8.self) }
        let sql = """
            INSERT INTO keys (id, account, book, mac, prefix, label, models, spending_limit, expires, created, revoked, rates, caches)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            key.id.value, key.account.value, key.book.rawValue, Data(key.mac), key.prefix, key.label, models,
            key.limit?.nanodollars, key.expires?.microseconds, key.created.microseconds, key.revoked?.microseconds,
            rates, key.caches,
        ])
    }

    private func insert(_ version: PriceVersion, in db: Database) throws {
        let sql = "INSERT INTO prices (id, model, input, cached_input, output, since, unit) VALUES (?, ?, ?, ?, ?, ?, ?)"
        try db.cachedStatement(sql: sql).execute(arguments: [
            version.id.value, version.model, version.price.input.nanodollarsPerMillion,
            version.price.cachedInput?.nanodollarsPerMillion, version.price.output.nanodollarsPerMillion,
            version.since.microseconds, version.price.unit.rawValue,
        ])
    }

    /// The same job again is as it is now: only what can change is written anew.
    private func write(_ job: SealedJob, _ hold: HoldID, in db: Database) throws {
        if let submission = job.submission { try freeName(of: submission, for: job, in: db) }
        let sql = """
            INSERT INTO jobs (id, hold, account, book, submitted, is_over, contents, idempotency_key, body_hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET is_over = excluded.is_over, contents = excluded.contents WHERE hold = excluded.hold
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            job.id, hold.value, job.purse.account.value, job.purse.book.rawValue, job.submitted.microseconds, job.isOver,
            Data(job.contents), job.submission?.key, job.submission.map { Data($0.bodyHash) },
        ])
        try requireOneChange(in: db, "job \(job.id) belongs to another hold")
        if let due = job.callbackDue {
            try db.cachedStatement(sql: "INSERT INTO callbacks (job, account, attempts, due) VALUES (?, ?, 0, ?)")
                .execute(arguments: [job.id, job.purse.account.value, due.microseconds])
        }
    }

    /// A name that is old enough stands for the new job from now on. One that is not leaves the index to refuse the commit: whoever
    /// submits has looked before.
    private func freeName(of submission: Submission, for job: SealedJob, in db: Database) throws {
        let sql = """
            UPDATE jobs SET idempotency_key = NULL, body_hash = NULL
            WHERE account = ? AND book = ? AND idempotency_key = ? AND submitted <= ?
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            job.purse.account.value, job.purse.book.rawValue, submission.key,
            Submission.forgotten(at: job.submitted).microseconds,
        ])
    }

    private func write(_ standing: CallbackStanding, in db: Database) throws {
        guard let due = standing.due else {
            return try db.cachedStatement(sql: "DELETE FROM callbacks WHERE job = ?").execute(arguments: [standing.job])
        }
        try db.cachedStatement(sql: "UPDATE callbacks SET attempts = ?, due = ? WHERE job = ?")
            .execute(arguments: [standing.attempts, due.microseconds, standing.job])
    }

    func requireOneChange(in db: Database, _ sentence: @autoclosure () -> String) throws {
        guard db.changesCount == 1 else { throw StoreFailure.recordRefused(sentence()) }
    }
}
