import Units

/// Replays the ledger entry by entry. It shares no code with the ledger that wrote them, keeps only what is open, and stops
/// at the first thing that does not add up, with both numbers.
struct LedgerAudit {
    private let prices: [Int64: AuditedPrice]
    private let keys: [Int64: AuditedKey]
    private let epochs: Set<Int64>

    private(set) var entries: Int64 = 0
    private(set) var holds: Int64 = 0
    private(set) var purses: [AuditedPurse: (available: Int64, held: Int64)] = [:]
    private(set) var openHolds: [Int64: OpenHold] = [:]
    private(set) var spent: [Int64: Int64] = [:]
    private var heldByKey: [Int64: Int64] = [:]
    private var epoch: Int64 = 0

    /// What the entries so far say of a hold that none of them has closed.
    struct OpenHold {
        let purse: AuditedPurse
        let state: String
        let epoch: Int64
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
        let before = purses[entry.purse] ?? (0, 0)
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
        purses[entry.purse] = (available, held)
    }

    private func grant(_ entry: AuditedEntry) throws {
        guard entry.available > 0, entry.granted == -entry.available, entry.held == 0, entry.key == nil else {
            throw LedgerDisagreement(
                "\(entry.name) grants \(usd(-entry.granted)), but makes \(usd(entry.available)) available, \(usd(entry.held)) held"
            )
        }
    }

    // MARK: Holds

    private mutating func open(_ hold: AuditedHold, by entry: AuditedEntry) throws {
        holds += 1
        try agree(hold.id, holds, "\(entry.name) opens \(hold.name), but \(HoldID(holds)) comes next")
        try belong(hold, entry)
        guard entry.available == -entry.held, entry.held >= 0, entry.revenue == 0, entry.granted == 0 else {
            throw LedgerDisagreement(
                "\(entry.name) moves \(usd(entry.available)) out of available and \(usd(entry.held)) into held")
        }
        try agree(hold.epoch, entry.epoch, "\(hold.name) is of epoch \(hold.epoch), \(entry.name) of epoch \(entry.epoch)")
        guard let price = prices[hold.price], price.model == hold.model else {
            throw LedgerDisagreement(
                "\(hold.name) is for \(hold.model), but \(PriceID(hold.price)) is for \(prices[hold.price]?.model ?? "nothing")")
        }
        openHolds[hold.id] = OpenHold(purse: hold.purse, state: hold.state, epoch: hold.epoch, held: entry.held)
        heldByKey[hold.key] = try add(heldByKey[hold.key] ?? 0, entry.held, entry.name)
    }

    private mutating func extend(_ hold: AuditedHold, by entry: AuditedEntry) throws {
        guard var open = openHolds[hold.id] else {
            throw LedgerDisagreement(
                "\(entry.name) extends \(hold.name), which \(hold.id > holds ? "was never opened" : "was closed before")")
        }
        try belong(hold, entry)
        guard entry.held > 0, entry.available == -entry.held, entry.revenue == 0, entry.granted == 0 else {
            throw LedgerDisagreement(
                "\(entry.name) moves \(usd(entry.available)) out of available and \(usd(entry.held)) into held")
        }
        try agree(open.epoch, entry.epoch, "\(hold.name) is of epoch \(open.epoch), \(entry.name) of epoch \(entry.epoch)")
        open.held = try add(open.held, entry.held, entry.name)
        openHolds[hold.id] = open
        heldByKey[hold.key] = try add(heldByKey[hold.key] ?? 0, entry.held, entry.name)
        guard isWithinLimit(hold.key) else {
            throw LedgerDisagreement("\(entry.name) extends \(hold.name) beyond the limit of \(KeyID(hold.key))")
        }
    }

    private mutating func close(_ hold: AuditedHold, by entry: AuditedEntry) throws {
        guard let open = openHolds.removeValue(forKey: hold.id) else {
            throw LedgerDisagreement(
                "\(entry.name) closes \(hold.name), which \(hold.id > holds ? "was never opened" : "was closed before")")
        }
        try belong(hold, entry)
        try agree(
            open.held, hold.amount, "\(hold.name) is for \(usd(hold.amount)), but its entries hold \(usd(open.held))")
        let states = ["settle": "settled", "release": "released", "provisional": "provisional"]
        guard states[entry.kind] == hold.state else {
            throw LedgerDisagreement("\(entry.name) is a \(entry.kind), but \(hold.name) is \(hold.state)")
        }
        try agree(
            -entry.held, hold.amount, "\(entry.name) frees \(usd(-entry.held)) of \(hold.name), which is for \(usd(hold.amount))")
        try agree(hold.closed ?? 0, entry.at, "\(hold.name) closed at \(hold.closed ?? 0), but \(entry.name) was at \(entry.at)")
        let paid = try add(hold.amount, -entry.available, entry.name)
        try agree(
            hold.charge ?? 0, paid, "\(hold.name) was charged \(usd(hold.charge ?? 0)), but \(entry.name) took \(usd(paid))")
        heldByKey[hold.key] = try add(heldByKey[hold.key] ?? 0, -hold.amount, entry.name)
        spent[hold.key] = try add(spent[hold.key] ?? 0, paid, entry.name)
        try check(paid: paid, for: hold, by: entry)
    }

    /// The charge follows from the price and the usage, and nothing is written off as long as somebody could pay it.
    private func check(paid: Int64, for hold: AuditedHold, by entry: AuditedEntry) throws {
        let cost = try cost(of: hold, entry)
        let lost = -entry.writeoff
        switch entry.kind {
        case "settle":
            let booked = try add(paid, lost, entry.name)
            try agree(
                booked, cost,
                "\(entry.name) books \(usd(booked)) for \(hold.name), but its usage costs \(usd(cost))"
            )
            guard lost == 0 || (lost > 0 && (entry.availableAfter == 0 || isSpent(hold.key))) else {
                throw LedgerDisagreement("\(entry.name) writes off \(usd(lost)) while \(usd(entry.availableAfter)) is available")
            }
        case "provisional":
            let due = min(cost, hold.amount)
            try agree(
                paid, due,
                "\(entry.name) charges \(usd(paid)) for \(hold.name), but its last checkpoint costs \(usd(due))"
            )
            try agree(lost, 0, "\(entry.name) writes off \(usd(lost)), but a provisional charge writes off nothing")
        default:
            try agree(paid, 0, "\(entry.name) releases \(hold.name), but charges \(usd(paid))")
            try agree(lost, 0, "\(entry.name) releases \(hold.name), but writes off \(usd(lost))")
        }
    }

    private func cost(of hold: AuditedHold, _ entry: AuditedEntry) throws -> Int64 {
        guard entry.kind != "release" else { return 0 }
        guard let prompt = hold.promptTokens, let cached = hold.cachedTokens, let completion = hold.completionTokens,
            prompt >= 0, completion >= 0, (0...prompt).contains(cached),
            let cost = prices[hold.price]?.cost(prompt: prompt, cached: cached, completion: completion)
        else { throw LedgerDisagreement("\(hold.name) is \(hold.state), but has no usage that could be billed") }
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

    private func belong(_ hold: AuditedHold, _ entry: AuditedEntry) throws {
        guard hold.purse == entry.purse, hold.key == entry.key, keys[hold.key]?.purse == hold.purse else {
            throw LedgerDisagreement(
                "\(entry.name) is of \(entry.purse.name), \(hold.name) of \(hold.purse.name), its \(KeyID(hold.key)) of "
                    + (keys[hold.key]?.purse.name ?? "nobody"))
        }
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
