package import Commerce
package import Units

/// The commands that wait to be decided, in the order they came. It knows no thread: whoever keeps it guards it.
package struct LedgerInbox: Sendable {
    /// About a second of work: see ``expect(commandsPerSecond:)``.
    private var commandsMax: Int
    private var items: [LedgerAsk] = []
    /// Before here all were taken; they are let go of when it is many.
    private var start = 0
    private static let takenMax = 4096
    /// Room made when a batch is taken, where nobody waits, instead of while commands are added.
    private static let roomItems = 64
    package private(set) var isClosed = false
    private var isStopped = false
    /// Nothing new is begun until there is room again.
    package var isHindered = false

    /// - Parameter commandsMax: beyond so many waiting commands nothing new is begun.
    package init(commandsMax: Int) { self.commandsMax = commandsMax }

    package var isEmpty: Bool { count == 0 }
    var count: Int { items.count - start }
    package var isAdmitting: Bool { !isStopped && !isHindered }

    /// What the writer was seen to carry out when it had much to do. From here a second of it may wait, no more.
    package mutating func expect(commandsPerSecond: Int) {
        commandsMax = min(max(commandsPerSecond, Limits.inboxCommandsLeast), Limits.inboxCommandsMost)
    }

    /// - Returns: why the command is not taken; nothing comes of it then.
    package mutating func add(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) -> Refusal? {
        add(LedgerAsk(command, then: then))
    }

    mutating func add(_ item: LedgerAsk) -> Refusal? {
        if item.command.beginsSomething {
            guard !isStopped else { return .notAdmitting }
            guard !isHindered, count < commandsMax else { return .busy }
        }
        precondition(!isClosed, "the ledger is asked nothing after it closed")
        items.append(item)
        return nil
    }

    /// What is only noted is left out when there is no room for it.
    package mutating func note(_ command: LedgerCommand) {
        guard !isClosed, count < commandsMax else { return }
        items.append(LedgerAsk(command, then: nil))
    }

    /// The first `count` of them.
    package mutating func take(_ count: Int = .max) -> [LedgerAsk] {
        guard self.count > count else {
            var all: [LedgerAsk] = []
            swap(&all, &items)
            items.reserveCapacity(LedgerInbox.roomItems)
            if start > 0 { all.removeFirst(start) }
            start = 0
            return all
        }
        let taken = Array(items[start..<start + count])
        start += count
        if start >= LedgerInbox.takenMax {
            items.removeFirst(start)
            start = 0
        }
        return taken
    }

    package mutating func stopAdmitting() { isStopped = true }
    package mutating func close() { isClosed = true }
}

/// Commands decided together: what must be durable, and what is then told to whom.
package struct LedgerBatch: Sendable {
    package private(set) var records: [LedgerRecord] = []
    /// With what came of each.
    let asks: [LedgerAsk]

    package init(_ asks: [LedgerAsk], decidedBy ledger: inout Ledger, at now: Instant) {
        self.asks = asks
        records.reserveCapacity(asks.count * 3)
        for ask in asks { ask.decide(ledger.step(ask.command, at: now, into: &records)) }
    }

    /// Tells every asker. To be called once, when ``records`` are durable.
    package func tell() {
        var start = 0
        while start < asks.count {
            let tray = asks[start].tray
            // Those of one loop go there together.
            let end = asks[start...].firstIndex { $0.tray !== tray } ?? asks.count
            if let tray { tray.put(asks[start..<end]) } else { for ask in asks[start..<end] { ask.tell() } }
            start = end
        }
    }
}

/// What others may read without waiting, as of the last commit.
package struct PublishedBooks: Sendable {
    package private(set) var accounts: [AccountID: AccountRecord]
    /// By ``Purse/number``.
    private var books: Numbered<Balance>
    private var spent: Numbered<Money>
    package private(set) var topUps: TopUpBook
    package private(set) var people: People
    /// Every version of every price, in order of creation.
    package private(set) var prices: [PriceVersion]

    package init(_ ledger: Ledger) {
        books = Numbered(ledger.balances.map { ($0.number, $1) })
        accounts = ledger.accounts
        spent = Numbered(ledger.spent.map { ($0.value, $1) })
        topUps = ledger.topUps
        people = ledger.people
        prices = ledger.prices
    }

    package func balance(of purse: Purse) -> Balance { books[purse.number] ?? .zero }

    /// What a key has spent in all.
    package func spent(by key: KeyID) -> Money { spent[key.value] ?? .zero }

    package mutating func publish(_ records: [LedgerRecord]) {
        for record in records {
            switch record {
            case .entry(let entry):
                let purse = Purse(account: entry.account, book: entry.book)
                books[purse.number] = Balance(available: entry.availableAfter, held: entry.heldAfter)
            case .account(let account): accounts[account.id] = account
            case .keySpent(let key, let total): spent[key.value] = total
            case .topUp(let record): topUps.apply(record)
            case .people(let record): people.apply(record)
            case .price(let version): prices.append(version)
            default: break
            }
        }
    }
}
