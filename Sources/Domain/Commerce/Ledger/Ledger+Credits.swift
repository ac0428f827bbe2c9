package import Units

/// Money given in and taken out by name: each name moves money once.
extension Ledger {
    mutating func grant(_ amount: Money, to purse: Purse, reference: String, at now: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        guard accounts[purse.account] != nil else { return .rejected(.accountUnknown(purse.account.description)) }
        let balance = balance(of: purse)
        if let known = credit(of: purse, reference) {
            guard known.amount == amount else {
                return .rejected(.referenceTaken(reference, amount: known.amount))
            }
            return .credited(entry: known.entry, balance: balance, repeated: true)
        }
        guard amount > .zero, let posted = balance.posted.adding(amount), posted <= Ledger.balanceMax else {
            return .rejected(.amountOutOfRange(amount))
        }
        let entry = post(.grant, purse, available: amount, grant: -amount, note: reference, at: now)
        remember(LedgerImage.Credit(purse: purse, reference: reference, entry: entry.id, amount: amount))
        records.append(.entry(entry))
        collectDebt(of: purse, at: now, into: &records)
        return .credited(entry: entry.id, balance: self.balance(of: purse), repeated: false)
    }

    /// What moved under a reference before, if anything did.
    func credit(of purse: Purse, _ reference: String) -> LedgerImage.Credit? {
        credits[CreditName(purse: purse, reference: reference)]
    }

    mutating func remember(_ credit: LedgerImage.Credit) {
        credits[CreditName(purse: credit.purse, reference: credit.reference)] = credit
    }

    /// The most one book may hold: $1,000,000,000. Sums of a few such amounts still fit ``Money``.
    package static let balanceMax = Money(nanodollars: 1_000_000_000 * Money.nanodollarsPerDollar)

    /// Takes money out, never more than is available. The same reference twice takes it once.
    mutating func adjust(_ amount: Money, of purse: Purse, reference: String, at now: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        guard accounts[purse.account] != nil else { return .rejected(.accountUnknown(purse.account.description)) }
        guard amount > .zero else { return .rejected(.amountOutOfRange(amount)) }
        if let known = credit(of: purse, reference) {
            guard known.amount == -amount else { return .rejected(.referenceTaken(reference, amount: known.amount)) }
            return .credited(entry: known.entry, balance: balance(of: purse), repeated: true)
        }
        let available = balance(of: purse).available
        guard amount <= available else { return .rejected(.moreThanAvailable(amount, available: available)) }
        let entry = post(.adjust, purse, available: -amount, grant: amount, note: reference, at: now)
        remember(LedgerImage.Credit(purse: purse, reference: reference, entry: entry.id, amount: -amount))
        records.append(.entry(entry))
        return .credited(entry: entry.id, balance: balance(of: purse), repeated: false)
    }
}
