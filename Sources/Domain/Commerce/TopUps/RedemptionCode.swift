package import Units

/// A voucher for money: whoever shows the code first has its amount, once. The code itself is known to nobody but its holder.
package struct RedemptionCode: Hashable, Sendable {
    package let id: CodeID
    /// HMAC-SHA256 of the code, 32 bytes: see docs/decisions.
    package let mac: [UInt8]
    /// The first characters of it, to tell codes apart.
    package let prefix: String
    package let amount: Money
    /// Which balance it adds to.
    package let book: Book
    package let created: Instant
    package let expires: Instant?
    package internal(set) var revoked: Instant?
    package internal(set) var redemption: Redemption?

    /// Who had it, and the entry that credited it.
    package struct Redemption: Hashable, Sendable {
        package let account: AccountID
        package let at: Instant
        package let entry: EntryID

        package init(account: AccountID, at: Instant, entry: EntryID) {
            self.account = account
            self.at = at
            self.entry = entry
        }
    }

    package init(
        id: CodeID, mac: [UInt8], prefix: String, amount: Money, book: Book, created: Instant, expires: Instant?,
        revoked: Instant? = nil, redemption: Redemption? = nil
    ) {
        self.id = id
        self.mac = mac
        self.prefix = prefix
        self.amount = amount
        self.book = book
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.redemption = redemption
    }

    package enum State: String, Hashable, Sendable { case valid, redeemed, revoked, expired }

    package func state(at now: Instant) -> State {
        switch refusal(at: now) {
        case .codeRedeemed: .redeemed
        case .codeRevoked: .revoked
        case .codeExpired: .expired
        default: .valid
        }
    }

    /// Why it is worth nothing at `now`; nil: it can be redeemed.
    func refusal(at now: Instant) -> TopUpRefusal? {
        if redemption != nil { return .codeRedeemed }
        if revoked != nil { return .codeRevoked }
        if let expires, expires <= now { return .codeExpired(expires) }
        return nil
    }
}

/// A code to be made: the caller knows it, the ledger only its MAC.
package struct NewCode: Hashable, Sendable {
    package let mac: [UInt8]
    package let prefix: String

    package init(mac: [UInt8], prefix: String) {
        self.mac = mac
        self.prefix = prefix
    }
}
