import Units

/// Where a payer is sent, and what the provider calls it.
package struct Checkout: Hashable, Sendable {
    package let session: String
    package let url: String

    package init(session: String, url: String) {
        self.session = session
        self.url = url
    }
}

/// Takes payments for top-ups.
package protocol CheckoutProvider: Sendable {
    var provider: PaymentProvider { get }
    /// Which balances its money adds to: a provider in its test mode pays into test balances alone.
    var book: Book { get }
    /// Opens a checkout for an order. Asking again for the same order opens no second one.
    /// - Parameter page: where the payer comes back to.
    func open(_ order: TopUpOrder, returningTo page: String) async throws(PaymentFailure) -> Checkout
}

/// Why a provider opened no checkout. Nothing was paid.
package struct PaymentFailure: Error, Hashable, Sendable {
    /// For the operator's log; it names no secret.
    package let detail: String
    package init(_ detail: String) { self.detail = detail }
}
