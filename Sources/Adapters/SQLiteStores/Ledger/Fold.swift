import Commerce
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
        fileprivate mutating func take(_ entry: Int64, isShown: Bool, leaving balance: Balance) -> (
            previous: Int64, isFirst: Bool
        ) {
            defer {
                if isShown { lastShown = entry }
                isUnwritten = true
            }
            self.balance = balance
            return (lastShown, !isUnwritten)
        }

        fileprivate mutating func wasWritten() { isUnwritten = false }
    }

    private struct OpenHold {
        var amount: Money
        var isListed = false
        var hasProgress = false
    }

    /// By ``Purse/number``.
    private var purses = Numbered<OfPurse>()
    private var unwrittenPurses: [Purse] = []
    private var unwrittenSpent: [KeyID: Money] = [:]
    private var openHolds: [HoldID: OpenHold] = [:]
    /// Opened since the last writing.
    private var opened: [HoldID] = []
    /// Closed since the last writing and opened before it, so that the tables still list them.
    private var closed: [HoldID] = []
    /// Closed since the last writing, with a row of progress left.
    private var outlived: [HoldID] = []
    private var writtenTo: Int64
    private var last: Int64
    private(set) var link: ChainLink

    /// As the tables have it.
    init(_ db: Database) throws {
        writtenTo = try EntryTail.foldedTo(db)
        last = writtenTo
        var progress: [HoldID: Money] = [:]
        link = try ChainLink.last(db)
        let balances = try Row.fetchCursor(db, sql: "SELECT account, book, available, held, last_shown FROM balances")
        while let row = try balances.next() {
            var columns = Columns(row)
            let purse = try columns.purse(of: "a balance")
            purses[purse.number] = OfPurse(
                balance: Balance(available: columns.money(), held: columns.money()), lastShown: columns.next())
        }
        let listed = "SELECT o.id, o.held FROM open_holds JOIN entries o ON o.id = open_holds.hold"
        for row in try Row.fetchAll(db, sql: listed) {
            openHolds[HoldID(row[0])] = OpenHold(amount: Money(nanodollars: row[1]), isListed: true)
        }
        for row in try Row.fetchAll(db, sql: "SELECT hold, amount FROM progress") {
            progress[HoldID(row[0])] = Money(nanodollars: row[1])
        }
        try EntryTail.forEach(db) { entry in
            try take(again: entry)
            guard let key = entry.key, entry.charge > .zero else { return }
            let before = try unwrittenSpent[key] ?? Money(nanodollars: spent(by: key, db))
            unwrittenSpent[key] = before + entry.charge
        }
        for (hold, amount) in progress where openHolds[hold] != nil {
            openHolds[hold]?.amount = amount
            openHolds[hold]?.hasProgress = true
        }
        outlived = progress.keys.filter { openHolds[$0] == nil }
    }

    /// An entry that the tables beside the entries do not know of, and those of open holds do.
    private func take(again entry: EntryTail) throws {
        last = entry.id
        switch (entry.kind, entry.hold) {
        case (.hold, let hold?): try open(hold, for: entry.held)
        case (.settle, let hold?), (.release, let hold?), (.provisional, let hold?):
            if openHolds.removeValue(forKey: hold)?.isListed == true { closed.append(hold) }
        default: break
        }
        _ = move(entry)
    }

    private func spent(by key: KeyID, _ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT spent FROM keys WHERE id = ?", arguments: [key.value]) ?? 0
    }

    // MARK: A commit

    /// - Parameter before: for an extension, what the hold was for.
    /// - Returns: the last entry before it that a statement of its purse shows.
    /// - Throws: ``StoreFailure/recordRefused(_:)`` when its hold is not open, or for another amount.
    func take(_ entry: Entry, from before: Money?) throws -> Int64 {
        try take(
            EntryTail(
                id: entry.id.value, kind: entry.kind, purse: Purse(account: entry.account, book: entry.book), key: entry.key,
                hold: entry.hold, held: entry.held,
                balance: Balance(available: entry.availableAfter, held: entry.heldAfter), charge: .zero),
            from: before)
    }

    private func take(_ entry: EntryTail, from before: Money?) throws -> Int64 {
        guard entry.id == last + 1 else {
            throw StoreFailure.recordRefused("\(EntryID(entry.id)) does not follow \(EntryID(last))")
        }
        last = entry.id
        switch entry.kind {
        case .grant, .adjust, .refund: break
        case .hold: try open(entry.hold, for: entry.held)
        case .extend: try extend(entry, from: before)
        case .settle, .release, .provisional: try close(entry)
        }
        return move(entry)
    }

    /// - Returns: the last entry before it that a statement of its purse shows.
    private func move(_ entry: EntryTail) -> Int64 {
        let number = entry.purse.number
        if purses[number] == nil { purses[number] = OfPurse() }
        guard let (previous, isFirst) = purses[number]?.take(entry.id, isShown: entry.kind.isShown, leaving: entry.balance) else {
            preconditionFailure("a purse that was put there is there")
        }
        if isFirst { unwrittenPurses.append(entry.purse) }
        return previous
    }

    private func open(_ hold: HoldID?, for amount: Money) throws {
        guard let hold, openHolds.updateValue(OpenHold(amount: amount), forKey: hold) == nil else {
            throw StoreFailure.recordRefused("\(hold?.description ?? "no hold") is open already")
        }
        opened.append(hold)
    }

    private func extend(_ entry: EntryTail, from before: Money?) throws {
        guard let hold = entry.hold, let amount = openHolds[hold]?.amount, amount == before else {
            throw StoreFailure.recordRefused(
                "\(entry.hold?.description ?? "no hold") is not open in the store, or not for \(before ?? .zero)")
        }
        openHolds[hold]?.amount = amount + entry.held
    }

    private func close(_ entry: EntryTail) throws {
        guard let hold = entry.hold, let open = openHolds.removeValue(forKey: hold), -entry.held == open.amount else {
            throw StoreFailure.recordRefused(
                "\(entry.hold?.description ?? "no hold") is not open in the store, or not for \(-entry.held)")
        }
        if open.isListed { closed.append(hold) }
        if open.hasProgress { outlived.append(hold) }
    }

    func note(spent total: Money, by key: KeyID) { unwrittenSpent[key] = total }

    /// - Throws: ``StoreFailure/recordRefused(_:)`` when it is not open.
    func note(progressOf hold: HoldID) throws {
        guard openHolds[hold] != nil else { throw StoreFailure.recordRefused("\(hold) is not open in the store") }
        openHolds[hold]?.hasProgress = true
    }

    func note(_ link: ChainLink) { self.link = link }

    // MARK: Writing

    /// Entries that the tables beside them do not know of yet.
    var unwritten: Int64 { last - writtenTo }

    func write(with statements: CommitStatements) throws {
        for purse in unwrittenPurses {
            guard let state = purses[purse.number] else { preconditionFailure("a purse that was touched is there") }
            try statements.put(state, of: purse)
            purses[purse.number]?.wasWritten()
        }
        for (key, total) in unwrittenSpent { try statements.set(spent: total, by: key) }
        for hold in closed { try statements.delete(openHold: hold) }
        for hold in outlived { try statements.delete(progressOf: hold) }
        for hold in opened where openHolds[hold] != nil {
            try statements.insert(openHold: hold)
            openHolds[hold]?.isListed = true
        }
        try statements.set(foldedTo: last)
        unwrittenPurses.removeAll(keepingCapacity: true)
        unwrittenSpent.removeAll(keepingCapacity: true)
        closed.removeAll(keepingCapacity: true)
        outlived.removeAll(keepingCapacity: true)
        opened.removeAll(keepingCapacity: true)
        writtenTo = last
    }
}
