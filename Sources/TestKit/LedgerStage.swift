package import Commerce
import Units

/// Where a ledger is played: keeps what it records, and gives all of it back after a crash.
package protocol LedgerStage {
    mutating func keep(_ records: [LedgerRecord]) throws
    /// What a new process finds.
    mutating func reopen() throws -> LedgerImage
}

/// A ledger's records, kept in memory and folded only when somebody asks: shows that the records alone tell everything.
package struct LedgerMemory: LedgerStage {
    private var records: [LedgerRecord] = []

    package init() {}

    package mutating func keep(_ records: [LedgerRecord]) { self.records += records }

    package func reopen() -> LedgerImage {
        var image = LedgerImage.empty
        var open: [HoldID: Hold] = [:]
        for record in records { fold(record, into: &image, &open) }
        image.openHolds = open.values.sorted { $0.id < $1.id }
        return image
    }

    private func fold(_ record: LedgerRecord, into image: inout LedgerImage, _ open: inout [HoldID: Hold]) {
        switch record {
        case .epoch(let epoch, _): image.epoch = epoch
        case .account(let account): image.accounts.append(account)
        case .key(let key): image.keys.append(key)
        case .keyRevoked(let key, let at):
            for index in image.keys.indices where image.keys[index].id == key { image.keys[index].revoked = at }
        case .price(let version): image.prices.append(version)
        case .entry(let entry): fold(entry, into: &image)
        case .holdOpened(let hold): open[hold.id] = hold
        case .holdExtended(let hold, _): open[hold.id] = hold
        case .holdChanged(let hold): open[hold.id] = hold.state.isOpen ? hold : nil
        case .job(let job, let hold):
            if job.isOver { image.jobHolds.remove(hold) } else { image.jobHolds.insert(hold) }
        case .callback, .named, .answer, .attempt: break
        case .topUp(let record): image.topUps.apply(record)
        case .people(let record): image.people.apply(record)
        case .keySpent(let key, let total): image.spent[key] = total
        }
    }

    private func fold(_ entry: Entry, into image: inout LedgerImage) {
        let purse = Purse(account: entry.account, book: entry.book)
        image.balances[purse] = Balance(available: entry.availableAfter, held: entry.heldAfter)
        image.lastEntry = entry.id
        if entry.kind == .grant || entry.kind == .adjust {
            image.credits.append(
                LedgerImage.Credit(purse: purse, reference: entry.note, entry: entry.id, amount: entry.available))
        }
    }
}
