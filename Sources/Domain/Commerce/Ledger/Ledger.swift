package import Units

/// The whole of the money, as a value: accounts, keys, prices, open holds. It does no I/O, knows no clock and waits for nobody;
/// whoever owns it makes the records of each step durable before telling anyone the outcome.
package struct Ledger: Sendable {
    package let epoch: Epoch
    package private(set) var accounts: [AccountID: AccountRecord]
    /// All but those that pay for jobs.
    package internal(set) var openHolds: [HoldID: Hold]
    var jobHolds: [HoldID: JobHold] = [:]
    package internal(set) var topUps: TopUpBook
    package internal(set) var people: People
    /// Commands that found their hold already closed or not theirs; each is a lost race, not an error.
    package private(set) var staleCommands = 0

    /// By ``Purse/number``.
    private var books: Numbered<Balance>
    private(set) var keyStates: Numbered<KeyState>
    private var priceVersions: Numbered<PriceVersion>
    private var currentPrices: [String: PriceID]
    private var names: [String: AccountID]
    var credits: [CreditName: LedgerImage.Credit]
    private var lastAccount: Int64
    private var lastKey: Int64
    private var lastPrice: Int64
    private var lastEntry: EntryID

    struct CreditName: Hashable { let purse: Purse, reference: String }

    struct KeyState: Sendable {
        var record: KeyRecord
        /// What its open holds set aside, and what it has paid in all.
        var held = Money.zero
        var spent = Money.zero

        var purse: Purse { Purse(account: record.account, book: record.book) }

        /// What it may still set aside under its own limit; nil when it has none.
        var left: Money? { record.limit.map { max(.zero, $0 - spent - held) } }
    }

    /// The ledger as `image` left it, serving as `epoch`.
    package init(_ image: LedgerImage, epoch: Epoch) {
        self.epoch = epoch
        accounts = Dictionary(uniqueKeysWithValues: image.accounts.map { ($0.id, $0) })
        books = Numbered(image.balances.map { ($0.number, $1) })
        keyStates = Numbered(
            image.keys.map { ($0.id.value, KeyState(record: $0, spent: image.spent[$0.id] ?? .zero)) })
        openHolds = Dictionary(uniqueKeysWithValues: image.openHolds.map { ($0.id, $0) })
        priceVersions = Numbered(image.prices.map { ($0.id.value, $0) })
        currentPrices = PriceList(image.prices).versions.mapValues(\.id)
        names = Dictionary(uniqueKeysWithValues: image.accounts.map { ($0.name, $0.id) })
        credits = Dictionary(
            uniqueKeysWithValues: image.credits.map { (CreditName(purse: $0.purse, reference: $0.reference), $0) })
        lastAccount = image.accounts.map(\.id.value).max() ?? 0
        lastKey = image.keys.map(\.id.value).max() ?? 0
        lastPrice = image.prices.map(\.id.value).max() ?? 0
        lastEntry = image.lastEntry
        topUps = image.topUps
        people = image.people
        for hold in image.openHolds { keyStates[hold.key.value]?.held += hold.amount }
        // Jobs go on, and nothing of their money changes.
        for hold in image.jobHolds where openHolds[hold] != nil { adopt(hold) }
    }

    package func balance(of purse: Purse) -> Balance { books[purse.number] ?? .zero }

    /// Every book that money ever moved in.
    package var balances: [Purse: Balance] {
        Dictionary(uniqueKeysWithValues: books.pairs.map { (Purse(number: $0), $1) })
    }

    /// In order of creation.
    package var keys: [KeyRecord] { keyStates.pairs.map(\.1.record) }

    /// What keys have paid in all, those that have.
    package var spent: [KeyID: Money] {
        Dictionary(uniqueKeysWithValues: keyStates.pairs.filter { $1.spent > .zero }.map { (KeyID($0), $1.spent) })
    }

    /// Every version of every price, in order of creation.
    package var prices: [PriceVersion] { priceVersions.pairs.map(\.1) }

    package func price(_ id: PriceID) -> PriceVersion? { priceVersions[id.value] }

    package func account(named name: String) -> AccountRecord? { names[name].flatMap { accounts[$0] } }

    /// Decides one command and applies it to the state. The records come in the order in which they must be written;
    /// a command that changes nothing leaves none.
    package mutating func step(_ command: LedgerCommand, at now: Instant) -> (outcome: LedgerOutcome, records: [LedgerRecord]) {
        var records: [LedgerRecord] = []
        let outcome = step(command, at: now, into: &records)
        return (outcome, records)
    }

    /// The same, for many commands that are written together.
    package mutating func step(
        _ command: LedgerCommand, at now: Instant, into records: inout [LedgerRecord]
    ) -> LedgerOutcome {
        switch command {
        case .openAccount(let name): openAccount(name, at: now, into: &records)
        case .grant(let purse, let amount, let reference):
            grant(amount, to: purse, reference: reference, at: now, into: &records)
        case .createKey(let new): createKey(new, at: now, into: &records)
        case .revokeKey(let id): revokeKey(id, at: now, into: &records)
        case .setPrice(let model, let price): setPrice(price, of: model, at: now, into: &records)
        case .hold(let request): hold(request, at: now, into: &records)
        case .holdNamed(let request, let submission): holdNamed(request, submission, at: now, into: &records)
        case .keepAnswer(let id, let answer): keep(answer, of: id, into: &records)
        case .dispatch(let id, let engine):
            advance(id, into: &records) {
                $0.attempts += 1
                $0.engine = engine
                $0.accepted = false
            }
        case .noteAttempt(let attempt): note(attempt, at: now, into: &records)
        case .accept(let id): advance(id, into: &records) { $0.accepted = true }
        case .progress(let id, let tokens): advance(id, into: &records) { $0.note(outputTokens: tokens) }
        case .extend(let id, let tokens): extend(id, by: tokens, at: now, into: &records)
        case .settle(let id, let usage, let source, let note):
            if let hold = openHold(id) {
                settle(hold, usage: usage, source: source, note: note, at: now, into: &records)
            } else {
                stale()
            }
        case .release(let id, let reason):
            if let hold = openHold(id) { release(hold, reason: reason, at: now, into: &records) } else { stale() }
        case .recover(let id): recover(id, at: now, into: &records)
        case .openJob(let request, let job): openJob(job, request, at: now, into: &records)
        case .noteJob(let id, let job): noteJob(job, id, into: &records)
        case .closeJob(let id, let units, let note, let job):
            closeJob(job, id, units: units, note: note, at: now, into: &records)
        case .noteCallback(let standing): noteCallback(standing, into: &records)
        case .adjust(let purse, let amount, let reference):
            adjust(amount, of: purse, reference: reference, at: now, into: &records)
        case .topUp(let command): step(command, at: now, into: &records)
        case .people(let command): step(command, at: now, into: &records)
        }
    }

    typealias Records = [LedgerRecord]

    // MARK: Accounts, keys, prices

    private mutating func openAccount(_ name: String, at now: Instant, into records: inout Records) -> LedgerOutcome {
        guard names[name] == nil else { return .rejected(.accountNameTaken(name)) }
        lastAccount += 1
        let record = AccountRecord(id: AccountID(lastAccount), name: name, created: now)
        accounts[record.id] = record
        names[name] = record.id
        records.append(.account(record))
        return .account(record)
    }

    private mutating func createKey(_ new: NewKey, at now: Instant, into records: inout Records) -> LedgerOutcome {
        guard accounts[new.account] != nil else { return .rejected(.accountUnknown(new.account.description)) }
        if let limit = new.limit, limit < .zero {
            let expected = "an amount of US dollars that is not negative"
            return .rejected(.invalid(field: "limit", expected: expected, got: limit.description))
        }
        lastKey += 1
        let record = KeyRecord(
            id: KeyID(lastKey), account: new.account, book: new.book, mac: new.mac, prefix: new.prefix, label: new.label,
            models: new.models, limit: new.limit, expires: new.expires, created: now, rates: new.rates, caches: new.caches)
        keyStates[record.id.value] = KeyState(record: record)
        records.append(.key(record))
        return .key(record)
    }

    private mutating func revokeKey(_ id: KeyID, at now: Instant, into records: inout Records) -> LedgerOutcome {
        guard var record = keyStates[id.value]?.record else { return .rejected(.keyUnknown(id.description)) }
        guard record.revoked == nil else { return .key(record) }
        record.revoked = now
        keyStates[id.value]?.record = record
        records.append(.keyRevoked(id, at: now))
        return .key(record)
    }

    private mutating func setPrice(_ price: ModelPrice, of model: String, at now: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        if let current = currentPrices[model].flatMap({ self.price($0) }), current.price == price { return .price(current) }
        lastPrice += 1
        let version = PriceVersion(id: PriceID(lastPrice), model: model, price: price, since: now)
        priceVersions[version.id.value] = version
        currentPrices[model] = version.id
        records.append(.price(version))
        return .price(version)
    }

    // MARK: Holds

    mutating func hold(_ request: HoldRequest, at now: Instant, into records: inout Records) -> LedgerOutcome {
        guard let key = keyStates[request.key.value] else { return .refused(.unknownKey) }
        if let refusal = key.record.refusal(at: now) { return .refused(refusal) }
        precondition(price(request.quote.price.id) == request.quote.price, "a quote names a price the ledger knows")
        guard request.quote.bound != nil, let least = request.quote.least else { return .refused(.notPriceable) }

        let purse = key.purse
        let available = balance(of: purse).available
        guard let afforded = request.quote.afforded(by: min(available, key.left ?? available)) else {
            if let left = key.left, left < available { return .refused(.keyLimitReached(needed: least, left: left)) }
            return .refused(.insufficientBalance(needed: least, available: available))
        }

        let hold = Hold(
            id: HoldID(openedBy: EntryID(lastEntry.value + 1)), request: request.request, account: purse.account,
            book: purse.book, key: request.key, price: request.quote.price.id, model: request.quote.price.model,
            amount: afforded.hold,
            inputFairTokens: request.quote.inputFairTokens, epoch: epoch, opened: now, state: .dispatched, attempts: 1,
            engine: request.engine, accepted: false, outputTokens: 0, closing: nil)
        let entry = post(.hold, purse, key: request.key, hold: hold.id, available: -hold.amount, held: hold.amount, at: now)
        openHolds[hold.id] = hold
        keyStates[request.key.value]?.held += hold.amount
        let funds = HeldFunds(hold: hold.id, amount: hold.amount, outputCap: afforded.outputCap)
        records.append(.holdOpened(hold))
        records.append(.entry(entry))
        return .held(funds)
    }

    /// More for an answer under way, never above the key's limit. A key that was revoked or has expired since keeps what it began.
    private mutating func extend(_ id: HoldID, by outputTokens: Int, at now: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        guard let hold = openHold(id) else { return stale() }
        guard let rate = price(hold.price)?.price.output else { preconditionFailure("a hold's price is never forgotten") }
        let available = balance(of: hold.purse).available
        let left = keyStates[hold.key.value]?.left
        guard let more = Tranche.extension(by: outputTokens, at: rate, from: min(available, left ?? available)) else {
            let needed = Tranche.least(at: rate)
            if let left, left < available { return .refused(.keyLimitReached(needed: needed, left: left)) }
            return .refused(.insufficientBalance(needed: needed, available: available))
        }
        guard more > .zero else { return .extended(to: hold.amount) }

        var extended = hold
        extended.amount += more
        let entry = post(.extend, hold.purse, key: hold.key, hold: id, available: -more, held: more, at: now)
        openHolds[id] = extended
        keyStates[hold.key.value]?.held += more
        records.append(.holdExtended(extended, from: hold.amount))
        records.append(.entry(entry))
        return .extended(to: extended.amount)
    }

    private mutating func advance(
        _ id: HoldID, into records: inout Records, _ change: (inout Hold) -> Void
    ) -> LedgerOutcome {
        guard let before = openHold(id) else { return stale() }
        var hold = before
        change(&hold)
        guard hold != before else { return .noted }
        openHolds[id] = hold
        records.append(.holdChanged(hold))
        return .noted
    }

    private func note(_ attempt: ProviderAttempt, at now: Instant, into records: inout Records) -> LedgerOutcome {
        records.append(.attempt(attempt, at: now))
        return .noted
    }

    mutating func settle(
        _ hold: Hold, usage: Usage, source: UsageSource, note: String, at now: Instant, into records: inout Records
    ) -> LedgerOutcome {
        guard usage.isPlausible else {
            let reason = "the engine's report made no sense; billed what was delivered at the last checkpoint"
            return close(
                hold, as: .settled, usage: hold.delivered, source: .counted,
                note: note.isEmpty ? reason : "\(note); \(reason)", at: now, into: &records)
        }
        return close(hold, as: .settled, usage: usage, source: source, note: note, at: now, into: &records)
    }

    mutating func release(_ hold: Hold, reason: String, at now: Instant, into records: inout Records) -> LedgerOutcome {
        close(hold, as: .released, usage: nil, source: nil, note: reason, at: now, into: &records)
    }

    /// The rule for work whose process died: nothing was heard of the engine, nothing is charged; an answer had begun, then the
    /// fair estimate of the prompt and the output delivered at the last checkpoint, never above the hold.
    private mutating func recover(_ id: HoldID, at now: Instant, into records: inout Records) -> LedgerOutcome {
        guard let hold = openHolds[id], hold.epoch < epoch else { return stale() }
        guard hold.accepted else {
            return close(
                hold, as: .released, usage: nil, source: nil, note: "the server stopped before an answer had begun", at: now,
                into: &records)
        }
        return close(
            hold, as: .provisional, usage: hold.delivered, source: .provisional,
            note: "the server stopped in mid-answer; billed what was delivered at the last checkpoint", at: now,
            into: &records)
    }

    // MARK: The end of a hold

    private mutating func close(
        _ hold: Hold, as state: Hold.State, usage: Usage?, source: UsageSource?, note: String, at now: Instant,
        into records: inout Records
    ) -> LedgerOutcome {
        let cost = usage.map { self.cost(of: $0, under: hold) } ?? .zero
        let charge = min(cost, state == .provisional ? hold.amount : most(for: hold))
        // What a provisional settlement leaves out is a guess that was cut short, not a loss that is known.
        let writeoff = state == .provisional ? .zero : cost - charge

        var closed = hold
        closed.state = state
        closed.closing = Hold.Closing(at: now, charge: charge, usage: usage, source: source, note: note)
        openHolds[hold.id] = nil
        keyStates[hold.key.value]?.held -= hold.amount

        let entry = post(
            state.entryKind, hold.purse, key: hold.key, hold: hold.id, available: hold.amount - charge, held: -hold.amount,
            revenue: charge + writeoff, writeoff: -writeoff, note: note, at: now)
        records.append(.holdChanged(closed))
        records.append(.entry(entry))
        if charge > .zero { records.append(.keySpent(hold.key, pay(charge, by: hold.key))) }
        if !topUps.debts.isEmpty { collectDebt(of: hold.purse, at: now, into: &records) }
        return .closed(
            Receipt(
                hold: hold.id, charge: charge, writeoff: writeoff, usage: usage, source: source,
                balance: balance(of: hold.purse)))
    }

    /// - Returns: what the key has paid in all.
    private mutating func pay(_ charge: Money, by key: KeyID) -> Money {
        guard let before = keyStates[key.value]?.spent else { preconditionFailure("a hold's key is never forgotten") }
        keyStates[key.value]?.spent = before + charge
        return before + charge
    }

    private func cost(of usage: Usage, under hold: Hold) -> Money {
        guard let price = price(hold.price), let cost = price.price.charge(for: usage) else {
            preconditionFailure("a hold's price is never forgotten, and plausible usage has a cost")
        }
        return cost
    }

    /// What a settlement may take: the hold, then what is free in the balance, as far as the key's own limit lets it.
    private func most(for hold: Hold) -> Money {
        let available = balance(of: hold.purse).available
        return hold.amount + min(available, keyStates[hold.key.value]?.left ?? available)
    }

    /// An open hold of this epoch: no other may be moved but by recovery.
    private func openHold(_ id: HoldID) -> Hold? {
        guard let hold = openHolds[id], hold.epoch == epoch else { return nil }
        return hold
    }

    mutating func stale() -> LedgerOutcome {
        staleCommands += 1
        return .stale
    }

    // MARK: Entries

    mutating func post(
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
        books[purse.number] = after
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
