import Units

/// Replays the ledger entry by entry. It shares no code with the ledger that wrote them, keeps only what is open, and stops
/// at the first thing that does not add up, with both numbers.
struct LedgerAudit {
    private let prices: [Int64: AuditedPrice]
    private let keys: [Int64: AuditedKey]
    private let epochs: Set<Int64>

    private(set) var entries: Int64 = 0
    private(set) var purses: [AuditedPurse: Book] = [:]
    private(set) var openHolds: [Int64: OpenHold] = [:]
    private(set) var spent: [Int64: Int64] = [:]
    private var heldByKey: [Int64: Int64] = [:]
    private var epoch: Int64 = 0

    /// What the entries so far say of one book.
    struct Book: Equatable {
        var available: Int64 = 0
        var held: Int64 = 0
        var lastShown: Int64 = 0
    }

    /// What the entries so far say of a hold that none of them has closed.
    struct OpenHold {
        let purse: AuditedPurse
        let key: Int64
        let price: AuditedPrice
        let epoch: Int64
        /// What it was opened for, and what it is for now.
        let opened: Int64
        var held: Int64
    }

    init(prices: [Int64: AuditedPrice], keys: [Int64: AuditedKey], epochs: Set<Int64>) {
        self.prices = prices
        self.keys = keys
        self.epochs = epochs
    }

    mutating func replay(_ entry: AuditedEntry) throws {
        try follow(entry)
        try balance(entry)
        switch (entry.kind, entry.hold) {
        case ("grant", nil): try grant(entry)
        case ("adjust", nil), ("refund", nil): try takeOut(entry)
        case ("hold", let hold?): try open(hold, by: entry)
        case ("extend", let hold?): try extend(hold, by: entry)
        case ("settle", let hold?), ("release", let hold?), ("provisional", let hold?): try close(hold, by: entry)
        default: throw LedgerDisagreement("\(entry.name) is a \(entry.kind) \(entry.hold == nil ? "without" : "with") a hold")
        }
    }

    // MARK: Every entry

    private mutating func follow(_ entry: AuditedEntry) throws {
        entries += 1
        try agree(entry.id, entries, "\(EntryID(entries)) should come next, but \(entry.name) does")
        guard epochs.contains(entry.epoch), entry.epoch >= epoch else {
            throw LedgerDisagreement("\(entry.name) was written in epoch \(entry.epoch), after epoch \(epoch)")
        }
        epoch = entry.epoch
    }

    private mutating func balance(_ entry: AuditedEntry) throws {
        let sum = [entry.available, entry.held, entry.revenue, entry.granted, entry.writeoff].reduce(Int128(0)) {
            $0 + Int128($1)
        }
        guard sum == 0 else { throw LedgerDisagreement("\(entry.name) sums to \(sum) nanodollars, not to 0") }
        let before = purses[entry.purse] ?? Book()
        try agree(
            entry.previous, before.lastShown,
            "\(entry.name) follows \(EntryID(entry.previous)), the last one of \(entry.purse.name) that a statement shows is "
                + "\(EntryID(before.lastShown))")
        let available = try add(before.available, entry.available, entry.name)
        let held = try add(before.held, entry.held, entry.name)
        try agree(
            entry.availableAfter, available,
            "\(entry.name) says \(usd(entry.availableAfter)) is available after it, the entries give \(usd(available))")
        try agree(
            entry.heldAfter, held, "\(entry.name) says \(usd(entry.heldAfter)) is held after it, the entries give \(usd(held))")
        guard available >= 0, held >= 0 else {
            throw LedgerDisagreement("after \(entry.name) \(entry.purse.name) has \(usd(available)) available, \(usd(held)) held")
        }
        let isShown = entry.kind != "hold" && entry.kind != "extend"
        purses[entry.purse] = Book(available: available, held: held, lastShown: isShown ? entry.id : before.lastShown)
    }

    private func grant(_ entry: AuditedEntry) throws {
        guard entry.available > 0, entry.granted == -entry.available, entry.held == 0, entry.key == nil else {
            throw LedgerDisagreement(
                "\(entry.name) grants \(usd(-entry.granted)), but makes \(usd(entry.available)) available, \(usd(entry.held)) held"
            )
        }
    }

    private func takeOut(_ entry: AuditedEntry) throws {
        guard entry.available < 0, entry.granted == -entry.available, entry.held == 0, entry.key == nil else {
            throw LedgerDisagreement(
                "\(entry.name) takes \(usd(entry.granted)) out, but makes \(usd(entry.available)) available, \(usd(entry.held)) held"
            )
        }
    }

    // MARK: Holds

    private mutating func open(_ hold: Int64, by entry: AuditedEntry) throws {
        try agree(hold, entry.id, "\(entry.name) opens \(HoldID(hold)), which has the number of another entry")
        let key = try owner(of: entry)
        guard entry.available == -entry.held, entry.held >= 0, entry.revenue == 0, entry.granted == 0 else {
            throw LedgerDisagreement(
                "\(entry.name) moves \(usd(entry.available)) out of available and \(usd(entry.held)) into held")
        }
        guard let number = entry.price, let price = prices[number], entry.request != nil, entry.inputFairTokens != nil else {
            throw LedgerDisagreement(
                "\(HoldID(hold)) has no terms: \(entry.price.map { "\(PriceID($0)) is not there" } ?? "it names no price")")
        }
        openHolds[hold] = OpenHold(
            purse: entry.purse, key: key, price: price, epoch: entry.epoch, opened: entry.held, held: entry.held)
        heldByKey[key] = try add(heldByKey[key] ?? 0, entry.held, entry.name)
    }

    private mutating func extend(_ hold: Int64, by entry: AuditedEntry) throws {
        var open = try openHold(hold, entry, "extends")
        guard entry.held > 0, entry.available == -entry.held, entry.revenue == 0, entry.granted == 0 else {
            throw LedgerDisagreement(
                "\(entry.name) moves \(usd(entry.available)) out of available and \(usd(entry.held)) into held")
        }
        try agree(open.epoch, entry.epoch, "\(HoldID(hold)) is of epoch \(open.epoch), \(entry.name) of epoch \(entry.epoch)")
        open.held = try add(open.held, entry.held, entry.name)
        openHolds[hold] = open
        heldByKey[open.key] = try add(heldByKey[open.key] ?? 0, entry.held, entry.name)
        guard isWithinLimit(open.key) else {
            throw LedgerDisagreement("\(entry.name) extends \(HoldID(hold)) beyond the limit of \(KeyID(open.key))")
        }
    }

    private mutating func close(_ hold: Int64, by entry: AuditedEntry) throws {
        let open = try openHold(hold, entry, "closes")
        openHolds[hold] = nil
        try agree(
            -entry.held, open.held, "\(entry.name) frees \(usd(-entry.held)) of \(HoldID(hold)), which is for \(usd(open.held))")
        let paid = try add(open.held, -entry.available, entry.name)
        heldByKey[open.key] = try add(heldByKey[open.key] ?? 0, -open.held, entry.name)
        spent[open.key] = try add(spent[open.key] ?? 0, paid, entry.name)
        try check(paid: paid, for: open, by: entry)
    }

    /// The charge follows from the price and the usage, and nothing is written off as long as somebody could pay it.
    private func check(paid: Int64, for open: OpenHold, by entry: AuditedEntry) throws {
        let lost = -entry.writeoff
        switch entry.kind {
        case "settle":
            let cost = try cost(entry, under: open)
            let booked = try add(paid, lost, entry.name)
            try agree(booked, cost, "\(entry.name) books \(usd(booked)), but its usage costs \(usd(cost))")
            guard lost == 0 || (lost > 0 && (entry.availableAfter == 0 || isSpent(open.key))) else {
                throw LedgerDisagreement("\(entry.name) writes off \(usd(lost)) while \(usd(entry.availableAfter)) is available")
            }
        case "provisional":
            let due = min(try cost(entry, under: open), open.held)
            try agree(paid, due, "\(entry.name) charges \(usd(paid)), but its last checkpoint costs \(usd(due))")
            try agree(lost, 0, "\(entry.name) writes off \(usd(lost)), but a provisional charge writes off nothing")
        default:
            try agree(paid, 0, "\(entry.name) releases a hold, but charges \(usd(paid))")
            try agree(lost, 0, "\(entry.name) releases a hold, but writes off \(usd(lost))")
            guard entry.source == nil, entry.promptTokens == nil, entry.completionTokens == nil else {
                throw LedgerDisagreement("\(entry.name) releases a hold, but names a usage")
            }
        }
    }

    private func cost(_ entry: AuditedEntry, under open: OpenHold) throws -> Int64 {
        guard let prompt = entry.promptTokens, let cached = entry.cachedTokens, let completion = entry.completionTokens,
            prompt >= 0, completion >= 0, (0...prompt).contains(cached), entry.source != nil,
            let cost = open.price.cost(prompt: prompt, cached: cached, completion: completion)
        else { throw LedgerDisagreement("\(entry.name) is a \(entry.kind), but has no usage that could be billed") }
        return cost
    }

    private func isSpent(_ key: Int64) -> Bool {
        guard let limit = keys[key]?.limit else { return false }
        return limit <= (spent[key] ?? 0) + (heldByKey[key] ?? 0)
    }

    private func isWithinLimit(_ key: Int64) -> Bool {
        guard let limit = keys[key]?.limit else { return true }
        return (spent[key] ?? 0) + (heldByKey[key] ?? 0) <= limit
    }

    /// The hold that an entry goes on with: it is open, and of the same book and key.
    private func openHold(_ hold: Int64, _ entry: AuditedEntry, _ verb: String) throws -> OpenHold {
        guard let open = openHolds[hold] else {
            throw LedgerDisagreement("\(entry.name) \(verb) \(HoldID(hold)), which is not open")
        }
        let key = try owner(of: entry)
        guard open.purse == entry.purse, open.key == key else {
            throw LedgerDisagreement(
                "\(entry.name) is of \(entry.purse.name) and \(KeyID(key)), \(HoldID(hold)) of \(open.purse.name) and "
                    + "\(KeyID(open.key))")
        }
        return open
    }

    private func owner(of entry: AuditedEntry) throws -> Int64 {
        guard let key = entry.key, keys[key]?.purse == entry.purse else {
            throw LedgerDisagreement(
                "\(entry.name) is of \(entry.purse.name), its key of "
                    + (entry.key.flatMap { keys[$0] }?.purse.name ?? "nobody"))
        }
        return key
    }

    // MARK: Numbers

    private func agree(_ one: Int64, _ other: Int64, _ sentence: @autoclosure () -> String) throws {
        guard one == other else { throw LedgerDisagreement(sentence()) }
    }

    private func add(_ one: Int64, _ other: Int64, _ name: String) throws -> Int64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        guard !overflow else { throw LedgerDisagreement("\(name) adds \(other) to \(one), which is more than can be") }
        return sum
    }

    private func usd(_ nanodollars: Int64) -> String { Money(nanodollars: nanodollars).description }
}
