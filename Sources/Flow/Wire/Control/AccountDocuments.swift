/// `account create`, `account show`. Amounts are decimal US dollars.
package struct AccountDocument: Codable, Hashable, Sendable {
    package let id: String
    package let name: String
    package let balance: String
    package let held: String
    package let testBalance: String
    package let testHeld: String
    package let created: String

    package init(
        id: String, name: String, balance: String, held: String, testBalance: String, testHeld: String, created: String
    ) {
        self.id = id
        self.name = name
        self.balance = balance
        self.held = held
        self.testBalance = testBalance
        self.testHeld = testHeld
        self.created = created
    }
}

/// `account list`.
package struct AccountsDocument: Codable, Hashable, Sendable {
    package let accounts: [AccountDocument]

    package init(accounts: [AccountDocument]) { self.accounts = accounts }
}

/// `credit grant`: the balances afterwards, and the entry that says so.
package struct GrantDocument: Codable, Hashable, Sendable {
    /// The account's name.
    package let account: String
    package let accountId: String
    package let balance: String
    package let testBalance: String
    package let entry: String
    /// The reference was known: nothing moved, and the entry is the first one's.
    package let repeated: Bool

    package init(account: String, accountId: String, balance: String, testBalance: String, entry: String, repeated: Bool) {
        self.account = account
        self.accountId = accountId
        self.balance = balance
        self.testBalance = testBalance
        self.entry = entry
        self.repeated = repeated
    }
}
