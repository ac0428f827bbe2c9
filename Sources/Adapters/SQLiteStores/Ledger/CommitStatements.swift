import Commerce
import GRDB
import GRDBSQLite
import Units

/// What every commit runs, compiled once for the writing connection.
final class CommitStatements {
    let begin: PreparedStatement
    let commit: PreparedStatement
    let rollback: PreparedStatement
    private let insertGrant: PreparedStatement
    private let insertDebit: PreparedStatement
    private let insertReference: PreparedStatement
    private let insertOpening: PreparedStatement
    private let insertExtension: PreparedStatement
    private let insertClosing: PreparedStatement
    private let putProgress: PreparedStatement
    private let insertAttempt: PreparedStatement
    private let insertLink: PreparedStatement
    private let putBalance: PreparedStatement
    private let updateSpent: PreparedStatement
    private let insertOpenHold: PreparedStatement
    private let deleteOpenHold: PreparedStatement
    private let deleteProgress: PreparedStatement
    private let updateFolded: PreparedStatement

    init(on connection: OpaquePointer) throws {
        func prepare(_ sql: String) throws -> PreparedStatement { try PreparedStatement(sql, on: connection) }
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
        rollback = try prepare("ROLLBACK")
        // What a kind of entry says by being one is not bound for every row.
        insertGrant = try prepare(
            """
            INSERT INTO entries (id, at, epoch, account, book, available_after, held_after, previous, note, available, granted, kind,
                held, revenue, writeoff)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?10, -?10, 'grant', 0, 0, 0)
            """)
        insertDebit = try prepare(
            """
            INSERT INTO entries (id, at, epoch, account, book, available_after, held_after, previous, note, available, granted, kind,
                held, revenue, writeoff)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?10, -?10, ?11, 0, 0, 0)
            """)
        insertReference = try prepare("INSERT INTO grants (account, book, reference, entry) VALUES (?, ?, ?, ?)")
        insertOpening = try prepare(
            """
            INSERT INTO entries (id, at, epoch, account, book, available_after, held_after, previous, key, hold, held, available,
                request, price, input_fair_tokens, engine, kind, note, revenue, granted, writeoff)
            VALUES (?1, ?, ?, ?, ?, ?, ?, ?, ?9, ?1, ?10, -?10, ?11, ?12, ?13, ?14, 'hold', '', 0, 0, 0)
            """)
        insertExtension = try prepare(
            """
            INSERT INTO entries (id, at, epoch, account, book, available_after, held_after, previous, key, hold, held, available,
                kind, note, revenue, granted, writeoff)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?9, ?10, ?11, -?11, 'extend', '', 0, 0, 0)
            """)
        insertClosing = try prepare(
            """
            INSERT INTO entries (id, at, epoch, account, book, available_after, held_after, previous, key, hold, kind, held,
                available, revenue, writeoff, note, engine, attempts, accepted, output_tokens, prompt_tokens, cached_tokens,
                completion_tokens, reasoning_tokens, source, granted)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
            """)
        putProgress = try prepare(
            """
            INSERT INTO progress (hold, amount, attempts, engine, accepted, output_tokens) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET amount = excluded.amount, attempts = excluded.attempts, engine = excluded.engine,
                accepted = excluded.accepted, output_tokens = excluded.output_tokens
            """)
        // Bookkeeping for the operator: the same attempt again is no reason to refuse what customers paid.
        insertAttempt = try prepare(
            """
            INSERT INTO attempts (hold, number, at, engine, model, outcome, prompt_tokens, cached_tokens, completion_tokens, cost)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
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

    // MARK: Entries

    private func insertReference(of entry: Entry) throws {
        insertReference.bind(entry.account.value)
        insertReference.bind(entry.book.word)
        insertReference.bind(entry.note)
        insertReference.bind(entry.id.value)
        try insertReference.run()
    }

    func insert(_ written: WrittenEntry) throws {
        let entry = written.entry
        switch written.about {
        case .grant:
            bind(written, to: insertGrant)
            insertGrant.bind(entry.note)
            insertGrant.bind(entry.available.nanodollars)
            try insertGrant.run()
            try insertReference(of: entry)
        case .debit:
            bind(written, to: insertDebit)
            insertDebit.bind(entry.note)
            insertDebit.bind(entry.available.nanodollars)
            insertDebit.bind(entry.kind.word)
            try insertDebit.run()
            if entry.kind == .adjust { try insertReference(of: entry) }
        case .opening(let hold):
            bind(written, to: insertOpening)
            insertOpening.bind(hold.key.value)
            insertOpening.bind(entry.held.nanodollars)
            insertOpening.bind(hold.request.description)
            insertOpening.bind(hold.price.value)
            insertOpening.bind(hold.inputFairTokens)
            insertOpening.bind(hold.engine)
            try insertOpening.run()
        case .extending:
            bind(written, to: insertExtension)
            insertExtension.bind(entry.key?.value)
            insertExtension.bind(entry.hold?.value)
            insertExtension.bind(entry.held.nanodollars)
            try insertExtension.run()
        case .closing(let hold):
            bind(written, to: insertClosing)
            bind(entry, closing: hold, to: insertClosing)
            try insertClosing.run()
        }
    }

    /// What entries of every kind have.
    private func bind(_ written: WrittenEntry, to statement: PreparedStatement) {
        let entry = written.entry
        statement.bind(entry.id.value)
        statement.bind(entry.at.microseconds)
        statement.bind(entry.epoch.value)
        statement.bind(entry.account.value)
        statement.bind(entry.book.word)
        statement.bind(entry.availableAfter.nanodollars)
        statement.bind(entry.heldAfter.nanodollars)
        statement.bind(written.previous)
    }

    private func bind(_ entry: Entry, closing hold: Hold, to statement: PreparedStatement) {
        statement.bind(hold.key.value)
        statement.bind(hold.id.value)
        statement.bind(entry.kind.word)
        statement.bind(entry.held.nanodollars)
        statement.bind(entry.available.nanodollars)
        statement.bind(entry.revenue.nanodollars)
        statement.bind(entry.writeoff.nanodollars)
        statement.bind(entry.note)
        statement.bind(hold.engine)
        statement.bind(hold.attempts)
        statement.bind(hold.accepted ? 1 : 0)
        statement.bind(hold.outputTokens)
        if let usage = hold.closing?.usage, let source = hold.closing?.source {
            statement.bind(usage.promptTokens)
            statement.bind(usage.cachedTokens)
            statement.bind(usage.completionTokens)
            statement.bind(usage.reasoningTokens)
            statement.bind(source.word)
        } else {
            for _ in 0..<5 { statement.bindNull() }
        }
    }

    /// What has become of an open hold.
    func put(progressOf hold: Hold) throws {
        putProgress.bind(hold.id.value)
        putProgress.bind(hold.amount.nanodollars)
        putProgress.bind(hold.attempts)
        putProgress.bind(hold.engine)
        putProgress.bind(hold.accepted ? 1 : 0)
        putProgress.bind(hold.outputTokens)
        try putProgress.run()
    }

    func insert(_ attempt: ProviderAttempt, at: Instant) throws {
        insertAttempt.bind(attempt.hold.value)
        insertAttempt.bind(attempt.number)
        insertAttempt.bind(at.microseconds)
        insertAttempt.bind(attempt.engine)
        insertAttempt.bind(attempt.model)
        insertAttempt.bind(attempt.outcome.rawValue)
        if let reported = attempt.reported {
            insertAttempt.bind(reported.promptTokens)
            insertAttempt.bind(reported.cachedTokens)
            insertAttempt.bind(reported.completionTokens)
        } else {
            for _ in 0..<3 { insertAttempt.bindNull() }
        }
        if let cost = attempt.cost { insertAttempt.bind(cost.nanodollars) } else { insertAttempt.bindNull() }
        try insertAttempt.run()
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
        try requireOneChange(deleteOpenHold, "\(hold) is not open in the store")
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
