package import Units

/// Who takes the money of a top-up.
package enum PaymentProvider: String, Hashable, Sendable {
    case stripe
    /// The built-in payment page, for the test balance alone.
    case test
}

/// A top-up with a payment provider, from the moment somebody was sent there. What it credits was fixed then.
///
/// What the provider reports only ever adds to it, and the same report adds nothing twice, so that reports may come any number of
/// times and in any order and lead to the same end.
package struct TopUpOrder: Hashable, Sendable {
    package let id: OrderID
    package let provider: PaymentProvider
    package let purse: Purse
    package let amount: Money
    /// What the provider is asked for, in US cents.
    package let cents: Int64
    package let created: Instant
    /// The provider's name for the checkout.
    package internal(set) var session: String?
    /// The provider's name for the payment, once there is one.
    package internal(set) var payment: String?
    /// The checkout ended without a payment.
    package internal(set) var isAbandoned = false
    /// The entry that credited it.
    package internal(set) var credited: EntryID?
    /// Paid back in all, in US cents.
    package internal(set) var refundedCents: Int64 = 0
    /// By the provider's name for each.
    package internal(set) var disputes: [String: Dispute] = [:]
    /// What has been taken out of the balance again, or is owed.
    package internal(set) var takenBack = Money.zero

    package struct Dispute: Hashable, Sendable {
        package let cents: Int64
        /// The money came back: it is final.
        package var isWon: Bool

        package init(cents: Int64, isWon: Bool) {
            self.cents = cents
            self.isWon = isWon
        }
    }

    package enum State: String, Hashable, Sendable {
        case pending, paid, abandoned, refunded
    }

    package init(
        id: OrderID, provider: PaymentProvider, purse: Purse, amount: Money, cents: Int64, created: Instant,
        session: String? = nil, payment: String? = nil, isAbandoned: Bool = false, credited: EntryID? = nil,
        refundedCents: Int64 = 0, disputes: [String: Dispute] = [:], takenBack: Money = .zero
    ) {
        self.id = id
        self.provider = provider
        self.purse = purse
        self.amount = amount
        self.cents = cents
        self.created = created
        self.session = session
        self.payment = payment
        self.isAbandoned = isAbandoned
        self.credited = credited
        self.refundedCents = refundedCents
        self.disputes = disputes
        self.takenBack = takenBack
    }

    package var state: State {
        if credited != nil { return takenBack == amount ? .refunded : .paid }
        return isAbandoned ? .abandoned : .pending
    }

    /// What must have been taken back by now: refunds and what is disputed, never more than was credited.
    var due: Money {
        let disputed = disputes.values.filter { !$0.isWon }.reduce(Int64(0)) { $0 + $1.cents }
        let cents = refundedCents + disputed
        return cents >= self.cents ? amount : Money(nanodollars: cents * TopUpOrder.nanodollarsPerCent)
    }

    package static let nanodollarsPerCent = Money.nanodollarsPerDollar / 100

    /// The cents of an amount; nil when it is no whole number of them.
    package static func cents(of amount: Money) -> Int64? {
        let (cents, rest) = amount.nanodollars.quotientAndRemainder(dividingBy: nanodollarsPerCent)
        return rest == 0 ? cents : nil
    }
}
