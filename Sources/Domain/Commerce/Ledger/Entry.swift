package import Units

/// One journal of the ledger, never changed once written: how much moved between the customer's `available` and `held`, our
/// `revenue`, `grant` (money given in) and `writeoff` (money we bear). The five always sum to zero.
package struct Entry: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case grant, hold, settle, release
        /// More set aside for a hold that is open.
        case extend
        /// A settlement decided by recovery after a crash.
        case provisional
        /// An operator takes money out of a book, with a reason.
        case adjust
        /// A payment provider has taken a payment back, in part or whole.
        case refund
    }

    package let id: EntryID
    package let at: Instant
    package let epoch: Epoch
    package let kind: Kind
    package let account: AccountID
    package let book: Book
    package let key: KeyID?
    package let hold: HoldID?
    package let available: Money
    package let held: Money
    package let revenue: Money
    package let grant: Money
    package let writeoff: Money
    package let availableAfter: Money
    package let heldAfter: Money
    /// A grant's or an adjustment's reference, a release's reason, what was refunded.
    package let note: String

    package init(
        id: EntryID, at: Instant, epoch: Epoch, kind: Kind, account: AccountID, book: Book, key: KeyID?, hold: HoldID?,
        available: Money, held: Money, revenue: Money, grant: Money, writeoff: Money, availableAfter: Money, heldAfter: Money,
        note: String
    ) {
        self.id = id
        self.at = at
        self.epoch = epoch
        self.kind = kind
        self.account = account
        self.book = book
        self.key = key
        self.hold = hold
        self.available = available
        self.held = held
        self.revenue = revenue
        self.grant = grant
        self.writeoff = writeoff
        self.availableAfter = availableAfter
        self.heldAfter = heldAfter
        self.note = note
    }

    package var sum: Money { available + held + revenue + grant + writeoff }
}
