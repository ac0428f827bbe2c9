package import Units

/// Money set aside for one request, from before its first upstream byte until it is settled or released, exactly once.
package struct Hold: Hashable, Sendable {
    package enum State: String, Sendable {
        /// The intent to ask an engine is durable; nothing is known of the outcome.
        case dispatched
        case settled
        case released
        /// Closed by recovery with the last checkpoint.
        case provisional

        package var isOpen: Bool { self == .dispatched }
    }

    package let id: HoldID
    package let request: RequestID
    package let account: AccountID
    package let book: Book
    package let key: KeyID
    package let price: PriceID
    package let model: String
    /// The fair estimate of the prompt, charged when nothing better is ever learnt.
    package let inputFairTokens: Int
    /// Whose work it is: the epoch that opened it, or took it over.
    package internal(set) var epoch: Epoch
    package let opened: Instant

    package var state: State
    /// What is set aside; it grows by extensions and never shrinks.
    package var amount: Money
    /// How many engines were asked, and the last one's name.
    package var attempts: Int
    package var engine: String
    /// The engine was heard to accept: from here recovery charges instead of releasing.
    package var accepted: Bool
    /// Output tokens delivered at the last checkpoint.
    package var outputTokens: Int
    package var closing: Closing?

    package init(
        id: HoldID, request: RequestID, account: AccountID, book: Book, key: KeyID, price: PriceID, model: String, amount: Money,
        inputFairTokens: Int, epoch: Epoch, opened: Instant, state: State, attempts: Int, engine: String, accepted: Bool,
        outputTokens: Int, closing: Closing?
    ) {
        self.id = id
        self.request = request
        self.account = account
        self.book = book
        self.key = key
        self.price = price
        self.model = model
        self.amount = amount
        self.inputFairTokens = inputFairTokens
        self.epoch = epoch
        self.opened = opened
        self.state = state
        self.attempts = attempts
        self.engine = engine
        self.accepted = accepted
        self.outputTokens = outputTokens
        self.closing = closing
    }

    package var purse: Purse { Purse(account: account, book: book) }

    /// What is known to have been delivered when nothing better is ever learnt.
    package var delivered: Usage { Usage(promptTokens: inputFairTokens, completionTokens: outputTokens) }

    /// Output was seen, so the engine had accepted. The count never falls, and stays one that can be billed.
    mutating func note(outputTokens count: Int) {
        outputTokens = max(outputTokens, min(count, Rate.quantityMax))
        if outputTokens > 0 { accepted = true }
    }

    /// How a hold ended.
    package struct Closing: Hashable, Sendable {
        package let at: Instant
        /// What the customer paid.
        package let charge: Money
        /// nil when released.
        package let usage: Usage?
        package let source: UsageSource?
        package let note: String

        package init(at: Instant, charge: Money, usage: Usage?, source: UsageSource?, note: String) {
            self.at = at
            self.charge = charge
            self.usage = usage
            self.source = source
            self.note = note
        }
    }
}
