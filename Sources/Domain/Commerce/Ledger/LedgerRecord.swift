package import Units

/// What a step leaves for the store: written in order, in one transaction with the rest of its batch. What happens to a hold's money comes
/// before the entry that moves it.
package indirect enum LedgerRecord: Sendable {
    case epoch(Epoch, at: Instant)
    case account(AccountRecord)
    case key(KeyRecord)
    case keyRevoked(KeyID, at: Instant)
    case price(PriceVersion)
    /// Also sets the cached balance of the entry's account and book to what it says comes after.
    case entry(Entry)
    case holdOpened(Hold)
    /// The hold's amount grew; its entry says by how much.
    case holdExtended(Hold, from: Money)
    /// The hold's progress fields or its closing changed.
    case holdChanged(Hold)
    /// A job as it is now. One that is new comes right behind the entry of its hold.
    case job(SealedJob, hold: HoldID)
    case callback(CallbackStanding)
    /// Comes right behind the entry of its hold.
    case named(NamedRequest)
    /// What was answered to a named request.
    case answer([UInt8], hold: HoldID)
    case attempt(ProviderAttempt, at: Instant)
    case topUp(TopUpRecord)
    case people(PeopleRecord)
    /// What a key has spent in all, after this batch.
    case keySpent(KeyID, Money)
}

/// Everything the ledger keeps in memory, as it was at the last commit.
package struct LedgerImage: Sendable {
    package struct Credit: Hashable, Sendable {
        package let purse: Purse
        package let reference: String
        package let entry: EntryID
        package let amount: Money

        package init(purse: Purse, reference: String, entry: EntryID, amount: Money) {
            self.purse = purse
            self.reference = reference
            self.entry = entry
            self.amount = amount
        }
    }

    package var epoch: Epoch
    package var accounts: [AccountRecord]
    package var balances: [Purse: Balance]
    package var keys: [KeyRecord]
    package var spent: [KeyID: Money]
    package var prices: [PriceVersion]
    package var openHolds: [Hold]
    /// Of the open holds those that belong to jobs which are not over.
    package var jobHolds: Set<HoldID>
    package var credits: [Credit]
    package var lastEntry: EntryID
    package var topUps: TopUpBook
    package var people: People

    package init(
        epoch: Epoch, accounts: [AccountRecord], balances: [Purse: Balance], keys: [KeyRecord], spent: [KeyID: Money],
        prices: [PriceVersion], openHolds: [Hold], jobHolds: Set<HoldID> = [], credits: [Credit], lastEntry: EntryID,
        topUps: TopUpBook = TopUpBook(), people: People = People()
    ) {
        self.epoch = epoch
        self.accounts = accounts
        self.balances = balances
        self.keys = keys
        self.spent = spent
        self.prices = prices
        self.openHolds = openHolds
        self.jobHolds = jobHolds
        self.credits = credits
        self.lastEntry = lastEntry
        self.topUps = topUps
        self.people = people
    }

    package static let empty = LedgerImage(
        epoch: Epoch(0), accounts: [], balances: [:], keys: [], spent: [:], prices: [], openHolds: [], credits: [],
        lastEntry: EntryID(0))
}
