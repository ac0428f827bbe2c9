import Commerce
import GRDB
import GRDBSQLite
import Units

/// What every commit runs, compiled once for the writing connection.
final class CommitStatements {
    let begin: PreparedStatement
    let commit: PreparedStatement
    let rollback: PreparedStatement
    private let insertMovement: PreparedStatement
    private let insertOpening: PreparedStatement
    private let insertExtension: PreparedStatement
    private let insertSettlement: PreparedStatement
    private let insertRelease: PreparedStatement
    private let putProgress: PreparedStatement
    private let insertLink: PreparedStatement
    private let putBalance: PreparedStatement
    private let updateSpent: PreparedStatement
    private let insertOpenHold: PreparedStatement
    private let deleteOpenHold: PreparedStatement
    private let deleteProgress: PreparedStatement
    private let updateFolded: PreparedStatement

    init(on connection: OpaquePointer) throws {
        func prepare(_ sql: String) throws -> PreparedStatement { try PreparedStatement(sql, on: connection) }
        func insert(_ columns: [String], when condition: String = "") throws -> PreparedStatement {
            let columns = CommitStatements.movement + columns
            let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
            let values = condition.isEmpty ? "VALUES (\(places))" : "SELECT \(places) WHERE \(condition)"
            return try prepare("INSERT INTO entries (\(columns.joined(separator: ", "))) \(values)")
        }
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
        rollback = try prepare("ROLLBACK")
        insertMovement = try insert([])
        insertOpening = try insert(["request", "price", "input_fair_tokens", "engine"])
        // A compare-and-set: what is open is for so much, and it is open.
        insertExtension = try insert(
            [],
            when: """
                ? = (SELECT sum(held) FROM (SELECT held FROM entries WHERE id = ?8 AND kind = 'hold' UNION ALL
                        SELECT held FROM entries WHERE hold = ?8 AND kind = 'extend'))
                    AND NOT EXISTS (SELECT 1 FROM entries WHERE hold = ?8 AND attempts IS NOT NULL)
                """)
        let end = ["engine", "attempts", "accepted", "output_tokens"]
        let usage = ["prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "source"]
        insertSettlement = try insert(end + usage)
        insertRelease = try insert(end)
        putProgress = try prepare(
            """
            INSERT INTO progress (hold, attempts, engine, accepted, output_tokens)
            SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM entries WHERE hold = ?1 AND attempts IS NOT NULL)
            ON CONFLICT DO UPDATE SET attempts = excluded.attempts, engine = excluded.engine, accepted = excluded.accepted,
                output_tokens = excluded.output_tokens
            """)
        insertLink = try prepare("INSERT INTO chain (batch, last_entry, hash) VALUES (?, ?, ?)")
        putBalance = try prepare(
            """
            INSERT INTO balances (account, book, available, held, last_shown) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET available = excluded.available, held = excluded.held, last_shown = excluded.last_shown
            """)
        updateSpent = try prepare("UPDATE keys SET spent = ? WHERE id = ?")
        insertOpenHold = try prepare("INSERT INTO open_holds (hold) VALUES (?)")
        deleteOpenHold = try prepare("DELETE FROM open_holds WHERE hold = ?")
        deleteProgress = try prepare("DELETE FROM progress WHERE hold = ?")
        updateFolded = try prepare("UPDATE folded SET entry = ?")
    }

    private static let movement = [
        "id", "at", "epoch", "kind", "account", "book", "key", "hold", "available", "held", "revenue", "granted", "writeoff",
        "available_after", "held_after", "note", "previous",
    ]

    // MARK: Entries

    func insert(_ written: WrittenEntry) throws {
        switch written.about {
        case .nothing:
            bind(written, to: insertMovement)
            try insertMovement.run()
        case .opening(let hold):
            bind(written, to: insertOpening)
            insertOpening.bind(hold.request.description)
            insertOpening.bind(hold.price.value)
            insertOpening.bind(hold.inputFairTokens)
            insertOpening.bind(hold.engine)
            try insertOpening.run()
        case .closing(let hold): try insertClosing(written, hold)
        }
    }

    private func insertClosing(_ written: WrittenEntry, _ hold: Hold) throws {
        let usage = hold.closing?.usage
        let statement = usage == nil ? insertRelease : insertSettlement
        bind(written, to: statement)
        statement.bind(hold.engine)
        statement.bind(hold.attempts)
        statement.bind(hold.accepted ? 1 : 0)
        statement.bind(hold.outputTokens)
        if let usage, let source = hold.closing?.source {
            statement.bind(usage.promptTokens)
            statement.bind(usage.cachedTokens)
            statement.bind(usage.completionTokens)
            statement.bind(usage.reasoningTokens)
            statement.bind(source.word)
        }
        try statement.run()
    }

    /// A compare-and-set: a hold that was closed, or is for another amount than `before`, is not extended.
    func insertExtension(_ written: WrittenEntry, of hold: HoldID, from before: Money) throws {
        bind(written, to: insertExtension)
        insertExtension.bind(before.nanodollars)
        try insertExtension.run()
        try requireOneChange(insertExtension, "\(hold) is not open in the store, or not for \(before)")
    }

    private func bind(_ written: WrittenEntry, to statement: PreparedStatement) {
        let entry = written.entry
        statement.bind(entry.id.value)
        statement.bind(entry.at.microseconds)
        statement.bind(entry.epoch.value)
        statement.bind(entry.kind.word)
        statement.bind(entry.account.value)
        statement.bind(entry.book.word)
        statement.bind(entry.key?.value)
        statement.bind(entry.hold?.value)
        statement.bind(entry.available.nanodollars)
        statement.bind(entry.held.nanodollars)
        statement.bind(entry.revenue.nanodollars)
        statement.bind(entry.grant.nanodollars)
        statement.bind(entry.writeoff.nanodollars)
        statement.bind(entry.availableAfter.nanodollars)
        statement.bind(entry.heldAfter.nanodollars)
        statement.bind(entry.note)
        statement.bind(written.previous)
    }

    /// What is known of an open hold. One that was closed is refused, and then nothing of the batch is written.
    func put(progressOf hold: Hold) throws {
        putProgress.bind(hold.id.value)
        putProgress.bind(hold.attempts)
        putProgress.bind(hold.engine)
        putProgress.bind(hold.accepted ? 1 : 0)
        putProgress.bind(hold.outputTokens)
        try putProgress.run()
        try requireOneChange(putProgress, "\(hold.id) is not open in the store")
    }

    func insert(_ link: ChainLink) throws {
        insertLink.bind(link.batch)
        insertLink.bind(link.lastEntry)
        insertLink.bind(link.hash)
        try insertLink.run()
    }

    // MARK: What is folded

    func put(_ state: Fold.OfPurse, of purse: Purse) throws {
        putBalance.bind(purse.account.value)
        putBalance.bind(purse.book.word)
        putBalance.bind(state.balance.available.nanodollars)
        putBalance.bind(state.balance.held.nanodollars)
        putBalance.bind(state.lastShown)
        try putBalance.run()
    }

    func set(spent total: Money, by key: KeyID) throws {
        updateSpent.bind(total.nanodollars)
        updateSpent.bind(key.value)
        try updateSpent.run()
        try requireOneChange(updateSpent, "\(key) is not in the store")
    }

    func insert(openHold hold: HoldID) throws {
        insertOpenHold.bind(hold.value)
        try insertOpenHold.run()
    }

    func delete(openHold hold: HoldID) throws {
        deleteOpenHold.bind(hold.value)
        try deleteOpenHold.run()
    }

    func delete(progressOf hold: HoldID) throws {
        deleteProgress.bind(hold.value)
        try deleteProgress.run()
    }

    func set(foldedTo entry: Int64) throws {
        updateFolded.bind(entry)
        try updateFolded.run()
    }

    private func requireOneChange(_ statement: PreparedStatement, _ sentence: @autoclosure () -> String) throws {
        guard statement.changes == 1 else { throw StoreFailure.recordRefused(sentence()) }
    }
}
