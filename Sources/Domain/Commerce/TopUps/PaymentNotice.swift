package import Units

/// What a payment provider says has happened, once its signature was found to be true.
package struct PaymentNotice: Hashable, Sendable {
    package enum News: Hashable, Sendable {
        /// The money is there.
        case paid(cents: Int64, currency: String)
        /// It will not come: the checkout expired, or a slow payment failed.
        case abandoned
        /// Paid back in all so far.
        case refunded(cents: Int64)
        /// Claimed back by the payer's bank.
        case disputed(String, cents: Int64)
        /// The claim was turned down, and the money is back.
        case disputeWon(String, cents: Int64)
    }

    package let provider: PaymentProvider
    /// The provider's name for this notice: the same one is the same news.
    package let id: String
    /// The order it names itself, where it does.
    package let order: OrderID?
    /// The provider's name for the checkout, where it is about one.
    package let session: String?
    /// The provider's name for the payment, where there is one.
    package let payment: String?
    package let news: News

    package var isPayment: Bool { if case .paid = news { true } else { false } }

    package init(
        provider: PaymentProvider, id: String, order: OrderID?, session: String?, payment: String?, news: News
    ) {
        self.provider = provider
        self.id = id
        self.order = order
        self.session = session
        self.payment = payment
        self.news = news
    }
}

/// A notice as it is kept, with the order it was about.
package struct KeptNotice: Hashable, Sendable {
    package let notice: PaymentNotice
    package let at: Instant
    /// nil: it waits for an order to have its payment.
    package let order: OrderID?

    package init(notice: PaymentNotice, at: Instant, order: OrderID?) {
        self.notice = notice
        self.at = at
        self.order = order
    }
}

/// Why no money came of it.
package enum TopUpRefusal: Error, Hashable, Sendable {
    case codeUnknown
    case codeRedeemed
    case codeRevoked
    case codeExpired(Instant)
    case orderUnknown(String)
    /// The notice is about an order of another provider, amount or currency. Nobody is credited.
    case mismatch(field: String, expected: String, got: String)
}
