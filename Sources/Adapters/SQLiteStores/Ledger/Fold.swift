import Commerce
import Foundation
import GRDB
import Units

/// What can be folded from the entries, kept in memory after every commit and written beside them now and then: balances, what keys
/// have spent, which holds are open. A commit then writes entries and nothing else, however many accounts they are of.
///
/// It belongs to the writing connection's queue.
final class Fold {
    /// One book of one account.
    struct OfPurse {
        var balance = Balance.zero
        /// Its last entry that a statement shows; 0: none.
        var lastShown: Int64 = 0
        private var isUnwritten = false

        init() {}

        init(balance: Balance, lastShown: Int64) {
            self.balance = balance
            self.lastShown = lastShown
        }

        /// - Returns: the last entry shown before this one, and whether it is the first since this purse was written.
        fileprivate mutating func take(_ entry: Int64, isShown: Bool, leaving balance: Balance) -> (previous: Int64, isFirst: Bool) {
            defer {
                if isShown { lastShown = entry }
                isUnwritten = true
            }
            self.balance = balance
            return (lastShown, !isUnwritten)
        }

        fileprivate mutating func wasWritten() { isUnwritten = false }
    }

    private var purses: [Purse: OfPurse] = [:]
    private var unwrittenPurses: [Purse] = []
    private var unwrittenSpent: [KeyID: Money] = [:]
    /// Opened since the last writing, and still open.
    private var opened: Set<HoldID> = []
    /// Closed since the last writing, opened before it.
    private var closed: [HoldID] = []
    /// Holds that have a row of progress.
    private var progressed: Set<HoldID> = []
    /// Those of them that were closed since the last writing.
    private var outlived: [HoldID] = []
    private var writtenTo: Int64
    private var last: Int64
    private(set) var link: ChainLink

    /// As the tables have it.
    init(_ db: Database) throws {
        writtenTo = try EntryTail.foldedTo(db)
        last = writtenTo
        link = try ChainLink.last(db)
        let balances = try Row.fetchCursor(db, sql: "SELECT account, book, available, held, last_shown FROM balances")
        while let row = try balances.next() {
            var columns = Columns(row)
            let purse = try columns.purse(of: "a balance")
            purses[purse] = OfPurse(
                balance: Balance(available: columns.money(), held: columns.money()), lastShown: columns.next())
        }
        progressed = Set(try Int64.fetchAll(db, sql: "SELECT hold FROM progress").map { HoldID($0) })
        try EntryTail.forEach(db) { entry in
            _ = take(entry.id, entry.kind, of: entry.purse, hold: entry.hold, leaving: entry.balance)
            guard let key = entry.key, entry.charge > .zero else { return }
            let before = try unwrittenSpent[key] ?? Money(nanodollars: spent(by: key, db))
            unwrittenSpent[key] = before + entry.charge
        }
    }

    private func spent(by key: KeyID, _ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT spent FROM keys WHERE id = ?", arguments: [key.value]) ?? 0
    }

    // MARK: A commit

    /// - Returns: the last entry before it that a statement of its purse shows.
    func take(_ entry: Entry) -> Int64 {
        take(
            entry.id.value, entry.kind, of: Purse(account: entry.account, book: entry.book), hold: entry.hold,
            leaving: Balance(available: entry.availableAfter, held: entry.heldAfter))
    }

    private func take(
        _ entry: Int64, _ kind: Entry.Kind, of purse: Purse, hold: HoldID?, leaving balance: Balance
    ) -> Int64 {
        last = entry
        switch (kind, hold) {
        case (.hold, let hold?): opened.insert(hold)
        case (.settle, let hold?), (.release, let hold?), (.provisional, let hold?):
            if opened.remove(hold) == nil { closed.append(hold) }
            if !progressed.isEmpty, progressed.remove(hold) != nil { outlived.append(hold) }
        default: break
        }
        let (previous, isFirst) = purses[purse, default: OfPurse()].take(entry, isShown: kind.isShown, leaving: balance)
        if isFirst { unwrittenPurses.append(purse) }
        return previous
    }

    func note(spent total: Money, by key: KeyID) { unwrittenSpent[key] = total }
    func note(progressOf hold: HoldID) { progressed.insert(hold) }
    func note(_ link: ChainLink) { self.link = link }

    // MARK: Writing

    /// Entries that the tables beside them do not know of yet.
    var unwritten: Int64 { last - writtenTo }

    func write(with statements: CommitStatements) throws {
        for purse in unwrittenPurses {
            guard let state = purses[purse] else { preconditionFailure("a purse that was touched is there") }
            try statements.put(state, of: purse)
            purses[purse]?.wasWritten()
        }
        for (key, total) in unwrittenSpent { try statements.set(spent: total, by: key) }
        for hold in closed { try statements.delete(openHold: hold) }
        for hold in outlived { try statements.delete(progressOf: hold) }
        for hold in opened { try statements.insert(openHold: hold) }
        try statements.set(foldedTo: last)
        unwrittenPurses.removeAll(keepingCapacity: true)
        unwrittenSpent.removeAll(keepingCapacity: true)
        closed.removeAll(keepingCapacity: true)
        outlived.removeAll(keepingCapacity: true)
        opened.removeAll(keepingCapacity: true)
        writtenTo = last
    }
}

/// The entries since what stands beside them was last brought up to date.
struct EntryTail {
    let id: Int64
    let kind: Entry.Kind
    let purse: Purse
    let key: KeyID?
    let hold: HoldID?
    let balance: Balance
    let charge: Money

    /// The last entry that the tables beside the entries know of.
    static func foldedTo(_ db: Database) throws -> Int64 { try Int64.fetchOne(db, sql: "SELECT entry FROM folded") ?? 0 }

    static func forEach(_ db: Database, _ body: (EntryTail) throws -> Void) throws {
        let sql = """
            SELECT id, kind, account, book, key, hold, available_after, held_after, revenue + writeoff
            FROM entries WHERE id > (SELECT entry FROM folded) ORDER BY id
            """
        let cursor = try Row.fetchCursor(db, sql: sql)
        while let row = try cursor.next() {
            var columns = Columns(row)
            let id = EntryID(columns.next())
            try body(
                EntryTail(
                    id: id.value, kind: try columns.word(Entry.Kind.self, "kind", of: id.description),
                    purse: try columns.purse(of: id.description), key: columns.optional().map(KeyID.init),
                    hold: columns.optional().map(HoldID.init),
                    balance: Balance(available: columns.money(), held: columns.money()), charge: columns.money()))
        }
    }
}

/// The end of the chain of hashes.
struct ChainLink {
    let batch: Int64
    let lastEntry: Int64
    let hash: [UInt8]

    static func last(_ db: Database) throws -> ChainLink {
        guard let row = try Row.fetchOne(db, sql: "SELECT batch, last_entry, hash FROM chain ORDER BY batch DESC LIMIT 1") else {
            return ChainLink(batch: 0, lastEntry: 0, hash: EntryChain.origin)
        }
        let hash: Data = row[2]
        return ChainLink(batch: row[0], lastEntry: row[1], hash: [UInt8](hash))
    }
}
