import Commerce
import GRDB
import Units

/// One batch of records on its way into the tables, within a transaction.
struct BatchWriting: ~Copyable {
    private let statements: CommitStatements
    private let fold: Fold
    private var rows: CanonicalRows
    private var lastEntry: EntryID?
    /// What is known of holds that stay open, as of the end of the batch.
    private var progress: [HoldID: Hold] = [:]

    /// - Parameter rows: room for the bytes that are hashed.
    init(with statements: CommitStatements, into fold: Fold, rows: consuming CanonicalRows) {
        self.statements = statements
        self.fold = fold
        self.rows = rows
        self.rows.clear()
    }

    /// Takes what is of money; what an operator writes is left to `others`.
    /// - Throws: ``StoreFailure/recordRefused(_:)`` for what does not belong together, GRDB's `DatabaseError` for what the
    ///   database refuses.
    mutating func take(_ records: [LedgerRecord], others: (LedgerRecord) throws -> Void) throws {
        var index = 0
        func entryAfter(_ hold: HoldID) throws -> Entry {
            index += 1
            guard index < records.count, case .entry(let entry) = records[index], entry.hold == hold else {
                throw StoreFailure.recordRefused("\(hold) changes without an entry")
            }
            return entry
        }
        while index < records.count {
            switch records[index] {
            case .holdOpened(let hold): try insert(try entryAfter(hold.id), about: .opening(hold))
            case .holdExtended(let hold, let before):
                try insert(try entryAfter(hold.id), about: .extending, from: before)
                progress[hold.id] = hold
            case .holdChanged(let hold) where hold.state.isOpen: progress[hold.id] = hold
            case .holdChanged(let hold):
                if !progress.isEmpty { progress[hold.id] = nil }
                try insert(try entryAfter(hold.id), about: .closing(hold))
            case .entry(let entry):
                guard entry.hold == nil else {
                    throw StoreFailure.recordRefused("\(entry.id) moves money of a hold that nothing was said of")
                }
                try insert(entry, about: entry.kind == .grant ? .grant : .debit)
            case .keySpent(let key, let total): fold.note(spent: total, by: key)
            case .attempt(let attempt, let at): try statements.insert(attempt, at: at)
            case .epoch, .account, .key, .keyRevoked, .price, .job, .callback, .named, .answer, .topUp, .people:
                try others(records[index])
            }
            index += 1
        }
    }

    private mutating func insert(_ entry: Entry, about: WrittenEntry.About, from before: Money? = nil) throws {
        let written = WrittenEntry(entry: entry, about: about, previous: try fold.take(entry, from: before))
        lastEntry = entry.id
        written.write(to: &rows)
        try statements.insert(written)
    }

    /// Writes what is written once for all of it.
    /// - Parameter entriesUnfolded: from so many on, what stands beside the entries is brought up to date.
    /// - Returns: the room for bytes, for the next batch.
    consuming func finish(foldingAfter entriesUnfolded: Int64) throws -> CanonicalRows {
        for hold in progress.values {
            try fold.note(progressOf: hold.id)
            try statements.put(progressOf: hold)
        }
        if let lastEntry {
            var chain = EntryChain(after: fold.link.hash)
            chain.append(rows)
            let link = ChainLink(batch: fold.link.batch + 1, lastEntry: lastEntry.value, hash: chain.hash())
            try statements.insert(link)
            fold.note(link)
        }
        if fold.unwritten >= entriesUnfolded { try fold.write(with: statements) }
        return rows
    }
}
