package import Units

package struct AccountRecord: Hashable, Sendable {
    package let id: AccountID
    package let name: String
    package let created: Instant

    package init(id: AccountID, name: String, created: Instant) {
        self.id = id
        self.name = name
        self.created = created
    }
}

/// What one book of an account holds. Neither part is ever negative.
package struct Balance: Hashable, Sendable {
    /// Free to be held.
    package var available: Money
    /// Set aside for requests under way.
    package var held: Money

    package init(available: Money, held: Money) {
        self.available = available
        self.held = held
    }

    package static let zero = Balance(available: .zero, held: .zero)

    /// What the account owns: available and held together.
    package var posted: Money { available + held }
}

/// An account and one of its books.
package struct Purse: Hashable, Sendable {
    package let account: AccountID
    package let book: Book

    package init(account: AccountID, book: Book) {
        self.account = account
        self.book = book
    }

    /// Both in one number, by which books are kept.
    package var number: Int64 { account.value * 2 + (book == .live ? 0 : 1) }

    init(number: Int64) { self.init(account: AccountID(number / 2), book: number % 2 == 0 ? .live : .test) }

    package func hash(into hasher: inout Hasher) { hasher.combine(number) }
}
