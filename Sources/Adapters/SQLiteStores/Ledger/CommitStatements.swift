import Commerce
import GRDB
import GRDBSQLite
import Units

/// What every commit runs, compiled once for the writing connection.
final class CommitStatements {
    let begin: PreparedStatement
    let commit: PreparedStatement
    let rollback: PreparedStatement
    private let insertEntry: PreparedStatement
    private let insertHold: PreparedStatement
    private let extendHold: PreparedStatement
    private let advanceHold: PreparedStatement
    private let closeHold: PreparedStatement
    private let updateBalance: PreparedStatement
    private let insertBalance: PreparedStatement
    private let updateSpent: PreparedStatement
    private let lastLink: PreparedStatement
    private let insertLink: PreparedStatement
    private var row = CanonicalRow()

    init(on connection: OpaquePointer) throws {
        func prepare(_ sql: String) throws -> PreparedStatement { try PreparedStatement(sql, on: connection) }
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
        rollback = try prepare("ROLLBACK")
        insertEntry = try prepare(
            """
            INSERT INTO entries (id, at, epoch, kind, account, book, key, hold, available, held, revenue, granted, writeoff,
                available_after, held_after, note)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertHold = try prepare(
            """
            INSERT INTO holds (id, request, account, book, key, price, model, amount, input_fair_tokens, epoch, opened, state,
                attempts, engine, accepted, output_tokens)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'dispatched', ?, ?, ?, ?)
            """)
        extendHold = try prepare("UPDATE holds SET amount = ? WHERE id = ? AND state = 'dispatched' AND amount = ?")
        advanceHold = try prepare(
            """
            UPDATE holds SET attempts = ?, engine = ?, accepted = ?, output_tokens = ? WHERE id = ? AND state = 'dispatched'
            """)
        closeHold = try prepare(
            """
            UPDATE holds SET state = ?, attempts = ?, engine = ?, accepted = ?, output_tokens = ?, closed = ?, charge = ?,
                prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, reasoning_tokens = ?, source = ?, note = ?
            WHERE id = ? AND state = 'dispatched'
            """)
        updateBalance = try prepare("UPDATE balances SET available = ?, held = ? WHERE account = ? AND book = ?")
        insertBalance = try prepare("INSERT INTO balances (available, held, account, book) VALUES (?, ?, ?, ?)")
        updateSpent = try prepare("UPDATE keys SET spent = ? WHERE id = ?")
        lastLink = try prepare("SELECT batch, hash FROM chain ORDER BY batch DESC LIMIT 1")
        insertLink = try prepare("INSERT INTO chain (batch, last_entry, hash) VALUES (?, ?, ?)")
    }

    func insert(_ entry: Entry) throws {
        let statement = insertEntry
        statement.bind(entry.id.value)
        statement.bind(entry.at.microseconds)
        statement.bind(entry.epoch.value)
        statement.bind(entry.kind.rawValue)
        statement.bind(entry.account.value)
        statement.bind(entry.book.rawValue)
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
        try statement.run()
    }

    func insert(_ hold: Hold) throws {
        precondition(hold.state.isOpen, "a hold is written when it is opened")
        let statement = insertHold
        statement.bind(hold.id.value)
        statement.bind(hold.request.description)
        statement.bind(hold.account.value)
        statement.bind(hold.book.rawValue)
        statement.bind(hold.key.value)
        statement.bind(hold.price.value)
        statement.bind(hold.model)
        statement.bind(hold.amount.nanodollars)
        statement.bind(hold.inputFairTokens)
        statement.bind(hold.epoch.value)
        statement.bind(hold.opened.microseconds)
        statement.bind(hold.attempts)
        statement.bind(hold.engine)
        statement.bind(hold.accepted ? 1 : 0)
        statement.bind(hold.outputTokens)
        try statement.run()
    }

    /// A compare-and-set, as for every change of a hold.
    func extend(_ hold: HoldID, from before: Money, to amount: Money) throws {
        extendHold.bind(amount.nanodollars)
        extendHold.bind(hold.value)
        extendHold.bind(before.nanodollars)
        try extendHold.run()
        try requireOneChange(extendHold, "\(hold) is not open in the store, or not for \(before)")
    }

    /// A compare-and-set: a hold that was closed is not found, and then nothing of the batch is written.
    func change(_ hold: Hold) throws {
        let statement = hold.state.isOpen ? advanceHold : closeHold
        if !hold.state.isOpen { statement.bind(hold.state.rawValue) }
        statement.bind(hold.attempts)
        statement.bind(hold.engine)
        statement.bind(hold.accepted ? 1 : 0)
        statement.bind(hold.outputTokens)
        if !hold.state.isOpen {
            let usage = hold.closing?.usage
            statement.bind(hold.closing?.at.microseconds)
            statement.bind(hold.closing?.charge.nanodollars)
            statement.bind((usage?.promptTokens).map(Int64.init))
            statement.bind((usage?.cachedTokens).map(Int64.init))
            statement.bind((usage?.completionTokens).map(Int64.init))
            statement.bind((usage?.reasoningTokens).map(Int64.init))
            statement.bind(hold.closing?.source?.rawValue)
            statement.bind(hold.closing?.note)
        }
        statement.bind(hold.id.value)
        try statement.run()
        try requireOneChange(statement, "\(hold.id) is not open in the store")
    }

    func set(_ balance: Balance, of purse: Purse) throws {
        for statement in [updateBalance, insertBalance] {
            statement.bind(balance.available.nanodollars)
            statement.bind(balance.held.nanodollars)
            statement.bind(purse.account.value)
            statement.bind(purse.book.rawValue)
            try statement.run()
            if statement.changes == 1 { return }
        }
    }

    func set(spent total: Money, by key: KeyID) throws {
        updateSpent.bind(total.nanodollars)
        updateSpent.bind(key.value)
        try updateSpent.run()
        try requireOneChange(updateSpent, "\(key) is not in the store")
    }

    /// One link for all entries of a commit.
    func link(_ records: [LedgerRecord]) throws {
        let end = try lastLink.first { row in
            let bytes = UnsafeRawBufferPointer(start: sqlite3_column_blob(row, 1), count: Int(sqlite3_column_bytes(row, 1)))
            return (batch: sqlite3_column_int64(row, 0), hash: [UInt8](bytes))
        }
        var chain = EntryChain(after: end?.hash ?? EntryChain.origin)
        var last: EntryID?
        for case .entry(let entry) in records {
            entry.write(to: &row)
            chain.append(row)
            last = entry.id
        }
        guard let last else { return }
        insertLink.bind((end?.batch ?? 0) + 1)
        insertLink.bind(last.value)
        insertLink.bind(chain.hash())
        try insertLink.run()
    }

    private func requireOneChange(_ statement: PreparedStatement, _ sentence: @autoclosure () -> String) throws {
        guard statement.changes == 1 else { throw StoreFailure.recordRefused(sentence()) }
    }
}

extension Entry {
    /// Its columns, in the order of the table.
    fileprivate func write(to row: inout CanonicalRow) {
        row.clear()
        row.add(id.value)
        row.add(at.microseconds)
        row.add(epoch.value)
        row.add(kind.rawValue)
        row.add(account.value)
        row.add(book.rawValue)
        row.add(key?.value)
        row.add(hold?.value)
        row.add(available.nanodollars)
        row.add(held.nanodollars)
        row.add(revenue.nanodollars)
        row.add(grant.nanodollars)
        row.add(writeoff.nanodollars)
        row.add(availableAfter.nanodollars)
        row.add(heldAfter.nanodollars)
        row.add(note)
    }
}
