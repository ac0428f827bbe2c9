package import Commerce
package import Units

/// The commands that wait to be decided, in the order they came. It knows no thread: whoever keeps it guards it.
package struct LedgerInbox: Sendable {
    package struct Item: Sendable {
        let command: LedgerCommand
        let then: (@Sendable (LedgerOutcome) -> Void)?
    }

    private let commandsMax: Int
    private var items: [Item] = []
    package private(set) var isClosed = false
    package private(set) var isAdmitting = true

    /// - Parameter commandsMax: beyond so many waiting commands nothing new is begun.
    package init(commandsMax: Int) { self.commandsMax = commandsMax }

    package var isEmpty: Bool { items.isEmpty }

    /// - Returns: why the command is not taken; nothing comes of it then.
    package mutating func add(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) -> Refusal? {
        if case .hold = command {
            guard isAdmitting else { return .notAdmitting }
            guard items.count < commandsMax else { return .busy }
        }
        precondition(!isClosed, "the ledger is asked nothing after it closed")
        items.append(Item(command: command, then: then))
        return nil
    }

    /// What is only noted is left out when there is no room for it.
    package mutating func note(_ command: LedgerCommand) {
        guard !isClosed, items.count < commandsMax else { return }
        items.append(Item(command: command, then: nil))
    }

    package mutating func take() -> [Item] {
        defer { items = [] }
        return items
    }

    package mutating func stopAdmitting() { isAdmitting = false }
    package mutating func close() { isClosed = true }
}

/// Commands decided together: what must be durable, and what is then told to whom.
package struct LedgerBatch: Sendable {
    package private(set) var records: [LedgerRecord] = []
    private let items: [LedgerInbox.Item]
    private var outcomes: [LedgerOutcome] = []

    package init(_ items: [LedgerInbox.Item], decidedBy ledger: inout Ledger, at now: Instant) {
        self.items = items
        records.reserveCapacity(items.count * 3)
        outcomes.reserveCapacity(items.count)
        for item in items {
            let step = ledger.step(item.command, at: now)
            records.append(contentsOf: step.records)
            outcomes.append(step.outcome)
        }
    }

    /// Tells every asker. To be called once, when ``records`` are durable.
    package func tell() {
        for (item, outcome) in zip(items, outcomes) { item.then?(outcome) }
    }
}

/// What others may read without waiting, as of the last commit.
package struct PublishedBooks: Sendable {
    package private(set) var balances: [Purse: Balance]
    package private(set) var accounts: [AccountID: AccountRecord]
    package private(set) var spent: [KeyID: Money]

    package init(_ ledger: Ledger) {
        balances = ledger.balances
        accounts = ledger.accounts
        spent = ledger.spent
    }

    package mutating func publish(_ records: [LedgerRecord]) {
        for record in records {
            switch record {
            case .entry(let entry):
                let purse = Purse(account: entry.account, book: entry.book)
                balances[purse] = Balance(available: entry.availableAfter, held: entry.heldAfter)
            case .account(let account): accounts[account.id] = account
            case .keySpent(let key, let total): spent[key] = total
            default: break
            }
        }
    }
}
