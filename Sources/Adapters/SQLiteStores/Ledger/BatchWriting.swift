import Commerce
import GRDB
import Units

/// One batch of records on its way into the tables, within a transaction.
struct BatchWriting {
    private let statements: CommitStatements
    private let fold: Fold
    private var rows: CanonicalRows
    private var lastEntry: EntryID?
    /// A record whose entry comes next.
    private var announced: Announced?
    /// What is known of holds that stay open, as of the end of the batch.
    private var progress: [HoldID: Hold] = [:]

    private enum Announced {
        case opening(Hold)
        case closing(Hold)
        case extending(HoldID, from: Money)

        var hold: HoldID {
            switch self {
            case .opening(let hold), .closing(let hold): hold.id
            case .extending(let hold, _): hold
            }
        }
    }

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
    mutating func take(_ record: LedgerRecord, others: (LedgerRecord) throws -> Void) throws {
        switch record {
        case .entry(let entry): try take(entry)
        case .holdOpened(let hold): try announce(.opening(hold))
        case .holdChanged(let hold):
            if hold.closing == nil {
                precondition(hold.state.isOpen, "an open hold has not closed")
                progress[hold.id] = hold
            } else {
                if !progress.isEmpty { progress[hold.id] = nil }
                try announce(.closing(hold))
            }
        case .holdExtended(let hold, let before, _): try announce(.extending(hold, from: before))
        case .keySpent(let key, let total): fold.note(spent: total, by: key)
        case .epoch, .account, .key, .keyRevoked, .price: try others(record)
        }
    }

    private mutating func announce(_ next: Announced) throws {
        try requireNothingAnnounced()
        announced = next
    }

    private func requireNothingAnnounced() throws {
        guard let announced else { return }
        throw StoreFailure.recordRefused("\(announced.hold) changes without an entry")
    }

    private mutating func take(_ entry: Entry) throws {
        let announced = announced
        self.announced = nil
        guard announced?.hold == entry.hold else {
            throw StoreFailure.recordRefused("\(entry.id) does not go with what came before it")
        }
        let previous = fold.take(entry)
        lastEntry = entry.id
        switch announced {
        case nil: try insert(WrittenEntry(entry: entry, about: .nothing, previous: previous))
        case .opening(let hold): try insert(WrittenEntry(entry: entry, about: .opening(hold), previous: previous))
        case .closing(let hold): try insert(WrittenEntry(entry: entry, about: .closing(hold), previous: previous))
        case .extending(let hold, let before):
            let written = WrittenEntry(entry: entry, about: .nothing, previous: previous)
            written.write(to: &rows)
            try statements.insertExtension(written, of: hold, from: before)
        }
    }

    private mutating func insert(_ written: WrittenEntry) throws {
        written.write(to: &rows)
        try statements.insert(written)
    }

    /// Writes what is written once for all of it.
    /// - Parameter entriesUnfolded: from so many on, what stands beside the entries is brought up to date.
    /// - Returns: the room for bytes, for the next batch.
    consuming func finish(foldingAfter entriesUnfolded: Int64) throws -> CanonicalRows {
        try requireNothingAnnounced()
        for hold in progress.values {
            try statements.put(progressOf: hold)
            fold.note(progressOf: hold.id)
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
