import Commerce
import Units

/// What does not add up.
struct Disagreement: Error { let sentence: String }

/// The books kept a second time, from the durable records alone, in the plainest way and with arithmetic of its own: every
/// number is an `Int128`, every sum is made again. It shares no code with the ledger that wrote them.
struct NaiveBooks {
    struct Book {
        var available: Int128 = 0
        var held: Int128 = 0
        var granted: Int128 = 0
        var charged: Int128 = 0
    }

    struct OpenHold {
        var record: Hold
        var amount: Int128?
        /// What the record says it was extended to; its entry must follow in the same batch.
        var extending: Int128?
        /// The record said that it closed; its entry must follow in the same batch.
        var closing: Hold?
    }

    struct ClosedHold {
        let record: Hold
        let amount: Int128
        let charge: Int128
        let kind: Entry.Kind
        let availableAfter: Int128
    }

    private(set) var epoch: Int64 = 0
    private(set) var books: [Purse: Book] = [:]
    private(set) var openHolds: [HoldID: OpenHold] = [:]
    private(set) var closedHolds: [HoldID: ClosedHold] = [:]
    private(set) var holdsByRequest: [RequestID: HoldID] = [:]
    private(set) var references: [Purse: [String: Int128]] = [:]
    private(set) var entries: Int64 = 0
    private(set) var purses: [Purse] = []
    private var accounts: [String: AccountID] = [:]
    private var keys: [KeyID: KeyRecord] = [:]
    private var spent: [KeyID: Int128] = [:]
    private var heldByKey: [KeyID: Int128] = [:]
    private var prices: [PriceID: PriceVersion] = [:]
    private var newestPrice: [String: PriceID] = [:]

    func account(named name: String) -> AccountID? { accounts[name] }
    func book(_ purse: Purse) -> Book { books[purse] ?? Book() }

    // MARK: Records

    /// Takes one commit, whole.
    mutating func take(_ batch: [LedgerRecord]) throws {
        for record in batch {
            switch record {
            case .epoch(let next, _):
                try agree(next.value == epoch + 1, "epoch \(next.value) follows \(epoch)")
                epoch = next.value
            case .account(let account):
                try agree(accounts[account.name] == nil, "\(account.name) is opened twice")
                accounts[account.name] = account.id
            case .key(let key):
                try agree(keys[key.id] == nil, "\(key.id) is made twice")
                keys[key.id] = key
            case .keyRevoked(let key, let at): keys[key]?.revoked = at
            case .price(let version):
                try agree(prices[version.id] == nil, "\(version.id) is written twice")
                prices[version.id] = version
                newestPrice[version.model] = version.id
            case .holdOpened(let hold): try open(hold)
            case .holdExtended(let hold, let before): try extend(hold.id, from: before, to: hold.amount)
            case .holdChanged(let hold): try change(hold)
            case .entry(let entry): try post(entry)
            case .job, .callback, .named, .answer, .attempt, .topUp, .people: break
            case .keySpent(let key, let total):
                let own = spent[key] ?? 0
                try agree(Int128(total.nanodollars) == own, "\(key) is said to have spent \(total), its charges sum to \(own)")
            }
        }
        try closeBatch()
    }

    private func closeBatch() throws {
        var held: [Purse: Int128] = [:]
        for hold in openHolds.values {
            try agree(hold.closing == nil && hold.extending == nil, "\(hold.record.id) closed or grew without an entry")
            guard let amount = hold.amount else { throw Disagreement(sentence: "\(hold.record.id) was opened without an entry") }
            held[hold.record.purse, default: 0] += amount
        }
        for (purse, book) in books {
            try agree(book.held == held[purse] ?? 0, "\(purse): \(book.held) is held, the open holds sum to \(held[purse] ?? 0)")
            try agree(
                book.available + book.held + book.charged == book.granted,
                "\(purse): \(book.available) + \(book.held) + \(book.charged) is not \(book.granted)")
        }
    }

    private mutating func open(_ hold: Hold) throws {
        try agree(openHolds[hold.id] == nil && closedHolds[hold.id] == nil, "\(hold.id) is opened twice")
        try agree(holdsByRequest[hold.request] == nil, "\(hold.request) has two holds")
        try agree(hold.epoch.value == epoch, "\(hold.id) is of epoch \(hold.epoch.value), it is \(epoch)")
        try agree(
            hold.state == .dispatched && hold.attempts == 1, "\(hold.id) begins as \(hold.state), asked \(hold.attempts) times")
        try agree(newestPrice[hold.model] == hold.price, "\(hold.id) is not made under the price in force")
        guard let key = keys[hold.key] else { throw Disagreement(sentence: "\(hold.id) is of no key") }
        try agree(key.account == hold.account && key.book == hold.book, "\(hold.id) is not of its key's book")
        try agree(key.revoked == nil, "\(hold.id) is of a revoked key")
        openHolds[hold.id] = OpenHold(record: hold)
        holdsByRequest[hold.request] = hold.id
    }

    private mutating func extend(_ id: HoldID, from before: Money, to amount: Money) throws {
        guard let open = openHolds[id], open.closing == nil, open.extending == nil else {
            throw Disagreement(sentence: "\(id) grows, but is not open")
        }
        try agree(open.record.epoch.value == epoch, "\(id) of epoch \(open.record.epoch.value) grows in epoch \(epoch)")
        try agree(open.amount == Int128(before.nanodollars), "\(id) grows from \(before), it is for \(open.amount ?? -1)")
        openHolds[id]?.extending = Int128(amount.nanodollars)
    }

    private mutating func change(_ hold: Hold) throws {
        guard var open = openHolds[hold.id], open.closing == nil, open.extending == nil else {
            throw Disagreement(sentence: "\(hold.id) changes, but is not open")
        }
        let before = open.record
        try agree(
            before.request == hold.request && before.purse == hold.purse && before.key == hold.key && before.price == hold.price
                && before.inputFairTokens == hold.inputFairTokens && before.epoch == hold.epoch,
            "\(hold.id) changes what never changes")
        try agree(Int128(hold.amount.nanodollars) == open.amount ?? -1, "\(hold.id) changes its amount to \(hold.amount)")
        try agree(hold.attempts >= before.attempts, "\(hold.id) was asked \(before.attempts) times, now \(hold.attempts)")
        try agree(hold.outputTokens >= before.outputTokens, "\(hold.id) forgets output")
        if hold.state.isOpen {
            try agree(hold.epoch.value == epoch, "\(hold.id) of epoch \(hold.epoch.value) moves in epoch \(epoch)")
            open.record = hold
        } else {
            open.closing = hold
        }
        openHolds[hold.id] = open
    }

    // MARK: Entries

    private mutating func post(_ entry: Entry) throws {
        let name = "\(entry.id), a \(entry.kind.rawValue),"
        switch entry.kind {
        case .grant: try grant(entry, name)
        case .adjust, .refund: throw Disagreement(sentence: "\(name) is asked for by nobody here")
        case .hold: try hold(entry, name)
        case .extend: try extend(entry, name)
        case .settle, .release, .provisional: try close(entry, name)
        }
        entries += 1
        try agree(entry.id.value == entries, "\(name) comes as number \(entries)")
        try agree(entry.epoch.value == epoch, "\(name) is of epoch \(entry.epoch.value), it is \(epoch)")
        let parts = [entry.available, entry.held, entry.revenue, entry.grant, entry.writeoff].map { Int128($0.nanodollars) }
        try agree(parts.reduce(0, +) == 0, "\(name) sums to \(parts.reduce(0, +))")

        let purse = Purse(account: entry.account, book: entry.book)
        if books[purse] == nil { purses.append(purse) }
        var book = books[purse] ?? Book()
        book.available += parts[0]
        book.held += parts[1]
        try agree(book.available >= 0, "\(name) leaves \(book.available) of \(purse)")
        try agree(book.held >= 0, "\(name) leaves \(book.held) held of \(purse)")
        try agree(
            Int128(entry.availableAfter.nanodollars) == book.available && Int128(entry.heldAfter.nanodollars) == book.held,
            "\(name) says it leaves \(entry.availableAfter) and \(entry.heldAfter), it leaves \(book.available) and \(book.held)")
        books[purse] = book
    }

    private mutating func grant(_ entry: Entry, _ name: String) throws {
        let purse = Purse(account: entry.account, book: entry.book)
        try agree(entry.hold == nil && entry.available > .zero && entry.held == .zero, "\(name) adds nothing")
        try agree(references[purse]?[entry.note] == nil, "\(name) credits \(entry.note) again")
        references[purse, default: [:]][entry.note] = Int128(entry.available.nanodollars)
        books[purse, default: Book()].granted += Int128(entry.available.nanodollars)
        if !purses.contains(purse) { purses.append(purse) }
    }

    private mutating func hold(_ entry: Entry, _ name: String) throws {
        guard let id = entry.hold, let open = openHolds[id], open.amount == nil else {
            throw Disagreement(sentence: "\(name) opens no hold, or one that was opened")
        }
        let amount = Int128(entry.held.nanodollars)
        try agree(amount >= 0 && entry.revenue == .zero && entry.writeoff == .zero, "\(name) does more than hold")
        try agree(amount == Int128(open.record.amount.nanodollars), "\(name) holds \(amount), not \(open.record.amount)")
        openHolds[id]?.amount = amount
        heldByKey[open.record.key, default: 0] += amount
        try withinLimit(open.record.key, name)
    }

    private mutating func extend(_ entry: Entry, _ name: String) throws {
        guard let id = entry.hold, let open = openHolds[id], let before = open.amount, let amount = open.extending else {
            throw Disagreement(sentence: "\(name) extends no hold that is open")
        }
        let more = Int128(entry.held.nanodollars)
        try agree(more > 0 && entry.revenue == .zero && entry.writeoff == .zero, "\(name) does more than hold")
        try agree(before + more == amount, "\(name) holds \(more) more than \(before), not \(amount)")
        openHolds[id]?.amount = amount
        openHolds[id]?.extending = nil
        heldByKey[open.record.key, default: 0] += more
        try withinLimit(open.record.key, name)
    }

    private mutating func close(_ entry: Entry, _ name: String) throws {
        guard let id = entry.hold, let open = openHolds[id], let record = open.closing, let amount = open.amount else {
            throw Disagreement(
                sentence: "\(name) closes \(entry.hold?.description ?? "nothing"), which is closed or never opened")
        }
        let charge = Int128(entry.revenue.nanodollars) + Int128(entry.writeoff.nanodollars)
        let due = try due(open, record, entry, amount, name)
        try agree(charge == due.charge, "\(name) charges \(charge) for \(id), due is \(due.charge)")
        try agree(
            -Int128(entry.writeoff.nanodollars) == due.writeoff, "\(name) writes off \(entry.writeoff), not \(due.writeoff)")
        try agree(Int128(entry.held.nanodollars) == -amount, "\(name) frees \(entry.held) of \(amount)")
        openHolds[id] = nil
        heldByKey[record.key, default: 0] -= amount
        spent[record.key, default: 0] += charge
        books[record.purse, default: Book()].charged += charge
        closedHolds[id] = ClosedHold(
            record: record, amount: amount, charge: charge, kind: entry.kind,
            availableAfter: Int128(entry.availableAfter.nanodollars))
        try withinLimit(record.key, name)
    }

    private func due(
        _ open: OpenHold, _ record: Hold, _ entry: Entry, _ amount: Int128, _ name: String
    ) throws -> (charge: Int128, writeoff: Int128) {
        guard let closing = record.closing else { throw Disagreement(sentence: "\(name) closes without saying how") }
        switch entry.kind {
        case .release:
            try agree(closing.usage == nil && record.state == .released, "\(name) releases what was used")
            if record.epoch.value < epoch {
                try agree(!open.record.accepted, "\(name) gives back what an engine had begun to answer")
            }
            return (0, 0)
        case .settle:
            guard let usage = closing.usage else { throw Disagreement(sentence: "\(name) settles no usage") }
            try agree(record.epoch.value == epoch, "\(name) settles what is another life's")
            let cost = try cost(usage, record.price, name)
            let charge = min(cost, amount + free(record))
            return (charge, cost - charge)
        case .provisional:
            let usage = Usage(promptTokens: open.record.inputFairTokens, completionTokens: open.record.outputTokens)
            try agree(record.epoch.value < epoch && open.record.accepted, "\(name) is for a life that is not over, or not begun")
            try agree(closing.usage == usage, "\(name) bills another usage than the last checkpoint's")
            return (min(try cost(usage, record.price, name), amount), 0)
        default: throw Disagreement(sentence: "\(name) closes nothing")
        }
    }

    /// What so much would cost under an open hold, and what is held.
    func paid(_ id: HoldID, prompt: Int, output: Int) -> (cost: Int128, held: Int128)? {
        guard let open = openHolds[id], let held = open.amount else { return nil }
        let usage = Usage(promptTokens: prompt, completionTokens: output)
        return (try? cost(usage, open.record.price, "")).map { ($0, held) }
    }

    /// What is free for an overrun: the balance, as far as the key's limit goes.
    private func free(_ hold: Hold) -> Int128 {
        let available = book(hold.purse).available
        guard let limit = keys[hold.key]?.limit else { return available }
        return min(available, max(0, Int128(limit.nanodollars) - (spent[hold.key] ?? 0) - (heldByKey[hold.key] ?? 0)))
    }

    private func cost(_ usage: Usage, _ price: PriceID, _ name: String) throws -> Int128 {
        guard let price = prices[price]?.price else { throw Disagreement(sentence: "\(name) is priced by nothing") }
        let input = Int128(price.input.nanodollarsPerMillion)
        let cached = Int128((price.cachedInput ?? price.input).nanodollarsPerMillion)
        let total =
            Int128(usage.promptTokens - usage.cachedTokens) * input + Int128(usage.cachedTokens) * cached
            + Int128(usage.completionTokens) * Int128(price.output.nanodollarsPerMillion)
        return total / 1_000_000 + (total % 1_000_000 == 0 ? 0 : 1)
    }

    private func withinLimit(_ key: KeyID, _ name: String) throws {
        guard let limit = keys[key]?.limit else { return }
        let used = (spent[key] ?? 0) + (heldByKey[key] ?? 0)
        try agree(used <= Int128(limit.nanodollars), "\(name) brings \(key) to \(used), its limit is \(limit)")
    }

    private func agree(_ holds: Bool, _ sentence: @autoclosure () -> String) throws {
        if !holds { throw Disagreement(sentence: sentence()) }
    }
}
