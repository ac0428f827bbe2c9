package import Units

/// Who is told when an account's live balance runs low.
package struct BalanceAlert: Hashable, Sendable {
    /// Below it is low.
    package let threshold: Money
    /// Gets one signed POST each time the balance falls below: whoever wants a mail has their mail service called.
    package let address: String
    /// It was told, and the balance has not been above since.
    package internal(set) var isTold: Bool

    package init(threshold: Money, address: String, isTold: Bool = false) {
        self.threshold = threshold
        self.address = address
        self.isTold = isTold
    }
}
