package import Units

/// The whole of the money, as a value: accounts, keys, prices, open holds. It does no I/O, knows no clock and waits for nobody;
/// whoever owns it makes the records of each step durable before telling anyone the outcome.
package struct Ledger: Sendable {
    package let epoch: Epoch
    package private(set) var accounts: [AccountID: AccountRecord]
    package private(set) var balances: [Purse: Balance]
    package private(set) var keys: [KeyID: KeyRecord]
    package private(set) var openHolds: [HoldID: Hold]
    package private(set) var prices: [PriceID: PriceVersion]
    package private(set) var spent: [KeyID: Money]
    /// Commands that found their hold already closed or not theirs; each is a lost race, not an error.
    package private(set) var staleCommands = 0

    private var heldByKey: [KeyID: Money]
    private var currentPrices: [String: PriceID]
    private var names: [String: AccountID]
    private var credits: [CreditName: LedgerImage.Credit]
    private var lastAccount: Int64
    private var lastKey: Int64
    private var lastPrice: Int64
    private var lastEntry: EntryID

    private struct CreditName: Hashable { let purse: Purse, reference: String }

    /// The ledger as `image` left it, serving as `epoch`.
    package init(_ image: LedgerImage, epoch: Epoch) {
        self.epoch = epoch
        accounts = Dictionary(uniqueKeysWithValues: image.accounts.map { ($0.id, $0) })
        balances = image.balances
        keys = Dictionary(uniqueKeysWithValues: image.keys.map { ($0.id, $0) })
        openHolds = Dictionary(uniqueKeysWithValues: image.openHolds.map { ($0.id, $0) })
        prices = Dictionary(uniqueKeysWithValues: image.prices.map { ($0.id, $0) })
        spent = image.spent
        heldByKey = Dictionary(image.openHolds.map { ($0.key, $0.amount) }, uniquingKeysWith: +)
        currentPrices = PriceList(image.prices).versions.mapValues(\.id)
        names = Dictionary(uniqueKeysWithValues: image.accounts.map { ($0.name, $0.id) })
        credits = Dictionary(
            uniqueKeysWithValues: image.credits.map { (CreditName(purse: $0.purse, reference: $0.reference), $0) })
        lastAccount = image.accounts.map(\.id.value).max() ?? 0
        lastKey = image.keys.map(\.id.value).max() ?? 0
        lastPrice = image.prices.map(\.id.value).max() ?? 0
        lastEntry = image.lastEntry
    }

    package func balance(of purse: Purse) -> Balance { balances[purse] ?? .zero }

    package func account(named name: String) -> AccountRecord? { names[name].flatMap { accounts[$0] } }

    /// Decides one command and applies it to the state. The records come in the order in which they must be written;
    /// a command that changes nothing leaves none.
    package mutating func step(_ command: LedgerCommand, at now: Instant) -> (outcome: LedgerOutcome, records: [LedgerRecord]) {
        switch command {
        case .openAccount(let name): openAccount(name, at: now)
        case .grant(let purse, let amount, let reference): grant(amount, to: purse, reference: reference, at: now)
        case .createKey(let new): createKey(new, at: now)
        case .revokeKey(let id): revokeKey(id, at: now)
        case .setPrice(let model, let price): setPrice(price, of: model, at: now)
        case .hold(let request): hold(request, at: now)
        case .dispatch(let id, let engine):
            advance(id) {
                $0.attempts += 1
                $0.engine = engine
                $0.accepted = false
            }
        case .accept(let id): advance(id) { $0.accepted = true }
        case .progress(let id, let tokens): advance(id) { $0.note(outputTokens: tokens) }
        case .extend(let id, let tokens): extend(id, by: tokens, at: now)
        case .settle(let id, let usage, let source, let note):
            settle(id, usage: usage, source: source, note: note, at: now)
        case .release(let id, let reason): release(id, reason: reason, at: now)
        case .recover(let id): recover(id, at: now)
        }
    }

    package typealias Step = (outcome: LedgerOutcome, records: [LedgerRecord])

    // MARK: Accounts, keys, prices

    private mutating func openAccount(_ name: String, at now: Instant) -> Step {
        guard names[name] == nil else { return (.rejected(.accountNameTaken(name)), []) }
        lastAccount += 1
        let record = AccountRecord(id: AccountID(lastAccount), name: name, created: now)
        accounts[record.id] = record
        names[name] = record.id
        return (.account(record), [.account(record)])
    }

    private mutating func grant(_ amount: Money, to purse: Purse, reference: String, at now: Instant) -> Step {
        guard accounts[purse.account] != nil else { return (.rejected(.accountUnknown(purse.account.description)), []) }
        let name = CreditName(purse: purse, reference: reference)
        let balance = balance(of: purse)
        if let known = credits[name] {
            guard known.amount == amount else {
                return (.rejected(.referenceTaken(reference, amount: known.amount)), [])
            }
            return (.credited(entry: known.entry, balance: balance, repeated: true), [])
        }
        guard amount > .zero, let posted = balance.posted.adding(amount), posted <= Ledger.balanceMax else {
            return (.rejected(.amountOutOfRange(amount)), [])
        }
        let entry = post(.grant, purse, available: amount, grant: -amount, note: reference, at: now)
        credits[name] = LedgerImage.Credit(purse: purse, reference: reference, entry: entry.id, amount: amount)
        return (.credited(entry: entry.id, balance: self.balance(of: purse), repeated: false), [.entry(entry)])
    }

    /// The most one book may hold: $1,000,000,000. Sums of a few such amounts still fit ``Money``.
    package static let balanceMax = Money(nanodollars: 1_000_000_000 * Money.nanodollarsPerDollar)

    private mutating func createKey(_ new: NewKey, at now: Instant) -> Step {
        guard accounts[new.account] != nil else { return (.rejected(.accountUnknown(new.account.description)), []) }
        if let limit = new.limit, limit < .zero {
            let expected = "an amount of US dollars that is not negative"
            return (.rejected(.invalid(field: "limit", expected: expected, got: limit.description)), [])
        }
        lastKey += 1
        let record = KeyRecord(
            id: KeyID(lastKey), account: new.account, book: new.book, mac: new.mac, prefix: new.prefix, label: new.label,
            models: new.models, limit: new.limit, expires: new.expires, created: now)
        keys[record.id] = record
        return (.key(record), [.key(record)])
    }

    private mutating func revokeKey(_ id: KeyID, at now: Instant) -> Step {
        guard var record = keys[id] else { return (.rejected(.keyUnknown(id.description)), []) }
        guard record.revoked == nil else { return (.key(record), []) }
        record.revoked = now
        keys[id] = record
        return (.key(record), [.keyRevoked(id, at: now)])
    }

    private mutating func setPrice(_ price: ChatPrice, of model: String, at now: Instant) -> Step {
        if let current = currentPrices[model].flatMap({ prices[$0] }), current.price == price { return (.price(current), []) }
        lastPrice += 1
        let version = PriceVersion(id: PriceID(lastPrice), model: model, price: price, since: now)
        prices[version.id] = version
        currentPrices[model] = version.id
        return (.price(version), [.price(version)])
    }

    // MARK: Holds

    private mutating func hold(_ request: HoldRequest, at now: Instant) -> Step {
        guard let key = keys[request.key] else { return (.refused(.unknownKey), []) }
        if let refusal = key.refusal(at: now) { return (.refused(refusal), []) }
        precondition(prices[request.quote.price.id] == request.quote.price, "a quote names a price the ledger knows")
        guard request.quote.bound != nil, let least = request.quote.least else { return (.refused(.notPriceable), []) }

        let purse = Purse(account: key.account, book: key.book)
        let available = balance(of: purse).available
        let left = self.left(of: key)
        guard let afforded = request.quote.afforded(by: min(available, left ?? available)) else {
            if let left, left < available { return (.refused(.keyLimitReached(needed: least, left: left)), []) }
            return (.refused(.insufficientBalance(needed: least, available: available)), [])
        }

        let hold = Hold(
            id: HoldID(openedBy: EntryID(lastEntry.value + 1)), request: request.request, account: key.account, book: key.book, key: key.id,
            price: request.quote.price.id, model: request.quote.price.model, amount: afforded.hold,
            inputFairTokens: request.quote.inputFairTokens, epoch: epoch, opened: now, state: .dispatched, attempts: 1,
            engine: request.engine, accepted: false, outputTokens: 0, closing: nil)
        let entry = post(.hold, purse, key: key.id, hold: hold.id, available: -hold.amount, held: hold.amount, at: now)
        openHolds[hold.id] = hold
        heldByKey[key.id, default: .zero] += hold.amount
        let funds = HeldFunds(hold: hold.id, amount: hold.amount, outputCap: afforded.outputCap)
        return (.held(funds), [.holdOpened(hold), .entry(entry)])
    }

    /// More for an answer under way, never above the key's limit. A key that was revoked or has expired since keeps what it began.
    private mutating func extend(_ id: HoldID, by outputTokens: Int, at now: Instant) -> Step {
        guard let hold = openHold(id) else { return stale() }
        guard let rate = prices[hold.price]?.price.output else { preconditionFailure("a hold's price is never forgotten") }
        let available = balance(of: hold.purse).available
        let left = keys[hold.key].flatMap(left(of:))
        guard let more = Tranche.extension(by: outputTokens, at: rate, from: min(available, left ?? available)) else {
            let needed = Tranche.least(at: rate)
            if let left, left < available { return (.refused(.keyLimitReached(needed: needed, left: left)), []) }
            return (.refused(.insufficientBalance(needed: needed, available: available)), [])
        }
        guard more > .zero else { return (.extended(to: hold.amount), []) }

        var extended = hold
        extended.amount += more
        let entry = post(.extend, hold.purse, key: hold.key, hold: id, available: -more, held: more, at: now)
        openHolds[id] = extended
        heldByKey[hold.key, default: .zero] += more
        return (.extended(to: extended.amount), [.holdExtended(extended, from: hold.amount), .entry(entry)])
    }

    private mutating func advance(_ id: HoldID, _ change: (inout Hold) -> Void) -> Step {
        guard let before = openHold(id) else { return stale() }
        var hold = before
        change(&hold)
        guard hold != before else { return (.noted, []) }
        openHolds[id] = hold
        return (.noted, [.holdChanged(hold)])
    }

    private mutating func settle(
        _ id: HoldID, usage: Usage, source: UsageSource, note: String, at now: Instant
    ) -> Step {
        guard let hold = openHold(id) else { return stale() }
        guard usage.isPlausible else {
            let reason = "the engine's report made no sense; billed what was delivered at the last checkpoint"
            return close(
                hold, as: .settled, usage: hold.delivered, source: .counted,
                note: note.isEmpty ? reason : "\(note); \(reason)", at: now)
        }
        return close(hold, as: .settled, usage: usage, source: source, note: note, at: now)
    }

    private mutating func release(_ id: HoldID, reason: String, at now: Instant) -> Step {
        guard let hold = openHold(id) else { return stale() }
        return close(hold, as: .released, usage: nil, source: nil, note: reason, at: now)
    }

    /// The rule for work whose process died: nothing was heard of the engine, nothing is charged; an answer had begun, then the
    /// fair estimate of the prompt and the output delivered at the last checkpoint, never above the hold.
    private mutating func recover(_ id: HoldID, at now: Instant) -> Step {
        guard let hold = openHolds[id], hold.epoch < epoch else { return stale() }
        guard hold.accepted else {
            return close(
                hold, as: .released, usage: nil, source: nil, note: "the server stopped before an answer had begun", at: now)
        }
        return close(
            hold, as: .provisional, usage: hold.delivered, source: .provisional,
            note: "the server stopped in mid-answer; billed what was delivered at the last checkpoint", at: now)
    }

    private mutating func close(
        _ hold: Hold, as state: Hold.State, usage: Usage?, source: UsageSource?, note: String, at now: Instant
    ) -> Step {
        let cost = usage.map { self.cost(of: $0, under: hold) } ?? .zero
        let charge = min(cost, state == .provisional ? hold.amount : most(for: hold))
        // What a provisional settlement leaves out is a guess that was cut short, not a loss that is known.
        let writeoff = state == .provisional ? .zero : cost - charge

        var closed = hold
        closed.state = state
        closed.closing = Hold.Closing(at: now, charge: charge, usage: usage, source: source, note: note)
        openHolds[hold.id] = nil
        heldByKey[hold.key, default: .zero] -= hold.amount
        if heldByKey[hold.key] == .zero { heldByKey[hold.key] = nil }

        let entry = post(
            state.entryKind, hold.purse, key: hold.key, hold: hold.id, available: hold.amount - charge, held: -hold.amount,
            revenue: charge + writeoff, writeoff: -writeoff, note: note, at: now)
        var records: [LedgerRecord] = [.holdChanged(closed), .entry(entry)]
        if charge > .zero {
            let total = spent[hold.key, default: .zero] + charge
            spent[hold.key] = total
            records.append(.keySpent(hold.key, total))
        }
        let receipt = Receipt(
            hold: hold.id, charge: charge, writeoff: writeoff, usage: usage, source: source, balance: balance(of: hold.purse))
        return (.closed(receipt), records)
    }

    private func cost(of usage: Usage, under hold: Hold) -> Money {
        guard let price = prices[hold.price], let cost = price.price.charge(for: usage) else {
            preconditionFailure("a hold's price is never forgotten, and plausible usage has a cost")
        }
        return cost
    }

    /// What a settlement may take: the hold, then what is free in the balance, as far as the key's own limit lets it.
    private func most(for hold: Hold) -> Money {
        let available = balance(of: hold.purse).available
        return hold.amount + min(available, keys[hold.key].flatMap(left(of:)) ?? available)
    }

    /// What a key may still set aside under its own limit; nil when it has none.
    private func left(of key: KeyRecord) -> Money? {
        key.limit.map { max(.zero, $0 - spent[key.id, default: .zero] - heldByKey[key.id, default: .zero]) }
    }

    /// An open hold of this epoch: no other may be moved but by recovery.
    private func openHold(_ id: HoldID) -> Hold? {
        guard let hold = openHolds[id], hold.epoch == epoch else { return nil }
        return hold
    }

    private mutating func stale() -> Step {
        staleCommands += 1
        return (.stale, [])
    }

    // MARK: Entries

    private mutating func post(
        _ kind: Entry.Kind, _ purse: Purse, key: KeyID? = nil, hold: HoldID? = nil, available: Money, held: Money = .zero,
        revenue: Money = .zero, grant: Money = .zero, writeoff: Money = .zero, note: String = "", at now: Instant
    ) -> Entry {
        let before = balance(of: purse)
        let after = Balance(available: before.available + available, held: before.held + held)
        precondition(after.available >= .zero, "a balance is never negative")
        precondition(after.held >= .zero, "what is held is never negative")
        lastEntry = EntryID(lastEntry.value + 1)
        let entry = Entry(
            id: lastEntry, at: now, epoch: epoch, kind: kind, account: purse.account, book: purse.book, key: key, hold: hold,
            available: available, held: held, revenue: revenue, grant: grant, writeoff: writeoff,
            availableAfter: after.available, heldAfter: after.held, note: note)
        precondition(entry.sum == .zero, "every journal sums to zero")
        balances[purse] = after
        return entry
    }
}

extension Hold.State {
    fileprivate var entryKind: Entry.Kind {
        switch self {
        case .settled: .settle
        case .released: .release
        case .provisional: .provisional
        case .dispatched: preconditionFailure("an open hold has no closing entry")
        }
    }
}
