package import Units

/// What can be asked of the ledger. Each command is decided by ``Ledger/step(_:at:)`` alone, in the order the writer takes them.
package enum LedgerCommand: Sendable {
    case openAccount(name: String)
    /// Adds money. The same reference twice for one account and book adds it once.
    case grant(purse: Purse, amount: Money, reference: String)
    case createKey(NewKey)
    case revokeKey(KeyID)
    /// Puts a price in force; the price already in force changes nothing.
    case setPrice(model: String, price: ModelPrice)
    /// Sets money aside and records the intent to ask `engine`, in one.
    case hold(HoldRequest)
    /// The same for a request that its caller named, and keeps the name, in one.
    case holdNamed(HoldRequest, Submission)
    /// Keeps what was answered to a named request, sealed.
    case keepAnswer(HoldID, [UInt8])
    /// Sets money aside for a job that outlives the process, and keeps the job, in one.
    case openJob(HoldRequest, SealedJob)
    /// What has become of a job whose hold stays open.
    case noteJob(HoldID, SealedJob)
    /// Ends a job: settles its hold for so many units, or releases it where `units` is nil, and keeps how it ended, in one.
    case closeJob(HoldID, units: Int?, note: String, SealedJob)
    /// How far it has come with telling a job's end.
    case noteCallback(CallbackStanding)
    /// Another engine is about to be asked under the same hold.
    case dispatch(HoldID, engine: String)
    /// What an engine cost the operator. Meant to come before what settles or releases the hold.
    case noteAttempt(ProviderAttempt)
    /// The engine was heard to accept.
    case accept(HoldID)
    /// Output tokens delivered so far; never falls.
    case progress(HoldID, outputTokens: Int)
    /// Sets more aside for an answer under way: what so many output tokens cost, or as much of it as a fair share is.
    case extend(HoldID, outputTokens: Int)
    case settle(HoldID, usage: Usage, source: UsageSource, note: String)
    /// Nothing is billed.
    case release(HoldID, reason: String)
    /// Closes a hold that an earlier epoch left open.
    case recover(HoldID)
    /// Takes money out of a book, never more than is available. The same reference twice takes it once.
    case adjust(purse: Purse, amount: Money, reference: String)
    case topUp(TopUpCommand)
    case people(PeopleCommand)
}

extension LedgerCommand {
    /// New business: what is refused first when there is no room or no time for more. Everything else finishes what was begun.
    package var beginsSomething: Bool {
        switch self {
        case .hold, .holdNamed, .openJob: true
        default: false
        }
    }
}

package struct NewKey: Sendable {
    package var account: AccountID
    package var book: Book
    package var mac: [UInt8]
    package var prefix: String
    package var label: String
    package var models: [String]?
    package var limit: Money?
    package var expires: Instant?
    package var rates: RateLimits?
    package var caches: Bool

    package init(
        account: AccountID, book: Book, mac: [UInt8], prefix: String, label: String = "", models: [String]? = nil,
        limit: Money? = nil, expires: Instant? = nil, rates: RateLimits? = nil, caches: Bool = false
    ) {
        self.rates = rates
        self.caches = caches
        self.account = account
        self.book = book
        self.mac = mac
        self.prefix = prefix
        self.label = label
        self.models = models
        self.limit = limit
        self.expires = expires
    }
}

package struct HoldRequest: Sendable {
    package var request: RequestID
    package var key: KeyID
    package var quote: Quote
    package var engine: String

    package init(request: RequestID, key: KeyID, quote: Quote, engine: String) {
        self.request = request
        self.key = key
        self.quote = quote
        self.engine = engine
    }
}

/// What became of a command.
package enum LedgerOutcome: Sendable {
    case account(AccountRecord)
    /// `repeated`: the reference was known, nothing moved, and the entry is the first one's.
    case credited(entry: EntryID, balance: Balance, repeated: Bool)
    case key(KeyRecord)
    case price(PriceVersion)
    case held(HeldFunds)
    /// What the hold is for now.
    case extended(to: Money)
    case closed(Receipt)
    case codes([RedemptionCode])
    case redeemed(RedemptionCode, balance: Balance)
    case order(TopUpOrder)
    case user(UserRecord)
    /// Noted; nothing to say.
    case noted
    case refused(Refusal)
    /// An administrative request that cannot be done: the sentence says why.
    case rejected(LedgerRejection)
    /// The hold is not in a state that allows it: it was closed before, or belongs to another epoch. Nothing changed.
    case stale
}

package struct HeldFunds: Hashable, Sendable {
    package let hold: HoldID
    package let amount: Money
    /// The output cap per choice the hold pays for.
    package let outputCap: Int

    package init(hold: HoldID, amount: Money, outputCap: Int) {
        self.hold = hold
        self.amount = amount
        self.outputCap = outputCap
    }
}

/// What a request cost in the end.
package struct Receipt: Hashable, Sendable {
    package let hold: HoldID
    package let charge: Money
    /// What the house bears because the usage cost more than the hold and the balance together.
    package let writeoff: Money
    package let usage: Usage?
    package let source: UsageSource?
    package let balance: Balance

    package init(hold: HoldID, charge: Money, writeoff: Money, usage: Usage?, source: UsageSource?, balance: Balance) {
        self.hold = hold
        self.charge = charge
        self.writeoff = writeoff
        self.usage = usage
        self.source = source
        self.balance = balance
    }
}

package enum LedgerRejection: Error, Hashable, Sendable {
    /// A field that no record can be made of, in words for whoever typed it.
    case invalid(field: String, expected: String, got: String)
    case accountNameTaken(String)
    case accountUnknown(String)
    case keyUnknown(String)
    /// A grant must be above zero and leave a balance that fits.
    case amountOutOfRange(Money)
    /// The reference was used before, for another amount.
    case referenceTaken(String, amount: Money)
    /// An adjustment takes no more than there is.
    case moreThanAvailable(Money, available: Money)
    case topUp(TopUpRefusal)
    case people(PeopleRejection)
}
