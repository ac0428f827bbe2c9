package import Commerce
package import Units

/// What an operator does: accounts, keys, credits, and questions to the books. The same while the server runs and while it
/// does not; only who carries it out differs.
package struct Administration: Sendable {
    private let ledger: LedgerWriter
    private let store: any LedgerStore
    private let keys: KeyDirectory
    private let mint: KeyMint

    package init(ledger: LedgerWriter, store: any LedgerStore, keys: KeyDirectory, mint: KeyMint) {
        self.ledger = ledger
        self.store = store
        self.keys = keys
        self.mint = mint
    }

    // MARK: Accounts

    package func openAccount(named name: String) async throws(LedgerRejection) -> AccountSummary {
        guard (1...Administration.nameCharactersMax).contains(name.count), name.allSatisfy(\.isPrintable),
            name.first?.isWhitespace == false, name.last?.isWhitespace == false
        else {
            throw .invalid(
                field: "name", expected: "1 to 64 printable characters, the first and last no spaces",
                got: String(name.prefix(80)))
        }
        guard AccountID(text: name) == nil else {
            throw .invalid(field: "name", expected: "a name that does not look like an account's id", got: name)
        }
        switch await ledger.perform(.openAccount(name: name)) {
        case .account(let record): return summary(of: record)
        case .rejected(let rejection): throw rejection
        default: preconditionFailure("an account is opened or rejected")
        }
    }

    private static let nameCharactersMax = 64

    package func accounts() -> [AccountSummary] { ledger.accounts.map(summary) }

    /// - Parameter nameOrID: `acme`, `acc_1` or `1`.
    package func account(_ nameOrID: String) throws(LedgerRejection) -> AccountSummary {
        if let record = ledger.accounts.first(where: { $0.name == nameOrID }) { return summary(of: record) }
        if let record = AccountID(text: nameOrID).flatMap(ledger.account) { return summary(of: record) }
        throw .accountUnknown(nameOrID)
    }

    package func summary(of id: AccountID) -> AccountSummary? { ledger.account(id).map(summary) }

    private func summary(of record: AccountRecord) -> AccountSummary {
        AccountSummary(
            record: record, live: ledger.balance(of: Purse(account: record.id, book: .live)),
            test: ledger.balance(of: Purse(account: record.id, book: .test)))
    }

    // MARK: Keys

    /// Makes a key. Its secret is in what is returned and nowhere else.
    package func createKey(_ wish: KeyWish) async throws(LedgerRejection) -> MintedKey {
        let account = try account(wish.account)
        guard wish.label.count <= 64, wish.label.allSatisfy(\.isPrintable) else {
            throw .invalid(field: "label", expected: "at most 64 printable characters", got: String(wish.label.prefix(80)))
        }
        if let limit = wish.limit, limit < .zero {
            throw .invalid(field: "limit", expected: "an amount of US dollars that is not negative", got: limit.description)
        }
        let secret = mint.secret(for: wish.book)
        let new = NewKey(
            account: account.record.id, book: wish.book, mac: mint.mac(of: secret.utf8).bytes,
            prefix: KeyMint.shownPrefix(of: secret, in: wish.book), label: wish.label, models: wish.models, limit: wish.limit,
            expires: wish.expires, rates: wish.rates, caches: wish.caches)
        switch await ledger.perform(.createKey(new)) {
        case .key(let record):
            keys.put(record)
            return MintedKey(record: record, account: account.record, secret: secret)
        case .rejected(let rejection): throw rejection
        default: preconditionFailure("a key is made or rejected")
        }
    }

    /// Every key, or those of one account, with what each has spent.
    package func keys(of account: String?) throws(LedgerRejection) -> [(record: KeyRecord, spent: Money)] {
        let only: AccountID? = if let account { try self.account(account).record.id } else { nil }
        return keys.all.filter { only == nil || $0.account == only }.map { ($0, ledger.spent(by: $0.id)) }
    }

    /// What a key has spent in all, as of the last commit.
    package func spent(by key: KeyID) -> Money { ledger.spent(by: key) }

    /// - Parameter id: `key_1` or `1`.
    package func revokeKey(_ id: String) async throws(LedgerRejection) -> KeyRecord {
        guard let key = KeyID(text: id) else { throw .keyUnknown(id) }
        switch await ledger.perform(.revokeKey(key)) {
        case .key(let record):
            keys.put(record)
            return record
        case .rejected(let rejection): throw rejection
        default: preconditionFailure("a key is revoked or unknown")
        }
    }

    // MARK: Money

    /// Adds money once for each reference.
    package func grant(
        _ amount: Money, to account: String, book: Book, reference: String
    ) async throws(LedgerRejection) -> (account: AccountSummary, entry: EntryID, repeated: Bool) {
        let account = try self.account(account)
        guard (1...128).contains(reference.count), reference.allSatisfy(\.isPrintable) else {
            throw .invalid(field: "reference", expected: "1 to 128 printable characters", got: String(reference.prefix(140)))
        }
        try refuseTopUpName(reference, field: "reference")
        let purse = Purse(account: account.record.id, book: book)
        switch await ledger.perform(.grant(purse: purse, amount: amount, reference: reference)) {
        case .credited(let entry, _, let repeated): return (summary(of: account.record), entry, repeated)
        case .rejected(let rejection): throw rejection
        default: preconditionFailure("a grant is credited or rejected")
        }
    }

    /// Takes money out once for each reason, never more than is available.
    package func adjust(
        _ amount: Money, of account: String, book: Book, reason: String
    ) async throws(LedgerRejection) -> (account: AccountSummary, entry: EntryID, repeated: Bool) {
        let account = try self.account(account)
        guard (1...128).contains(reason.count), reason.allSatisfy(\.isPrintable) else {
            throw .invalid(field: "reason", expected: "1 to 128 printable characters", got: String(reason.prefix(140)))
        }
        try refuseTopUpName(reason, field: "reason")
        let purse = Purse(account: account.record.id, book: book)
        switch await ledger.perform(.adjust(purse: purse, amount: amount, reference: reason)) {
        case .credited(let entry, _, let repeated): return (summary(of: account.record), entry, repeated)
        case .rejected(let rejection): throw rejection
        default: preconditionFailure("an adjustment is made or rejected")
        }
    }

    /// What codes and orders are credited under is theirs: `code_7`, `order_7`, and whatever begins so.
    private func refuseTopUpName(_ text: String, field: String) throws(LedgerRejection) {
        guard text.prefixMatch(of: /(code|order)_[0-9]/) == nil else {
            throw .invalid(field: field, expected: "a text that does not begin like the id of a code or an order", got: text)
        }
    }

    /// A page of a statement, the newest first.
    package func movements(of purse: Purse, before entry: EntryID?, limit: Int) async throws -> [StatementLine] {
        try store.movements(of: purse, before: entry, limit: limit)
    }

    /// What is held at the moment, and for which request.
    package func openHolds(of purse: Purse) async throws -> [StatementLine] { try store.openHolds(of: purse) }

    package func usageByKey(of purse: Purse, from: Instant?, to: Instant?) async throws -> [KeyUsage] {
        try store.usageByKey(of: purse, from: from, to: to)
    }

    /// Every version of every price, in order of creation.
    package var prices: [PriceVersion] { ledger.prices }

    package func statement(
        of account: String, book: Book, from: Instant?, to: Instant?
    ) async throws -> [StatementLine] {
        try store.statement(of: Purse(account: self.account(account).record.id, book: book), from: from, to: to)
    }

    package func usage(
        of account: String, book: Book, from: Instant?, to: Instant?, model: String?
    ) async throws -> [UsageLine] {
        try store.usage(of: Purse(account: self.account(account).record.id, book: book), from: from, to: to, model: model)
    }

    /// What live keys paid and what engines cost, by day (UTC) and model.
    package func margins(from: Instant?, to: Instant?, model: String?) async throws -> [MarginLine] {
        try store.margins(from: from, to: to, model: model)
    }

    package func verify() async throws -> LedgerVerdict { try store.verify() }

    package func backUp(to path: String) async throws { try store.backUp(to: path) }
}

/// An account and what it holds in both books.
package struct AccountSummary: Hashable, Sendable {
    package let record: AccountRecord
    package let live: Balance
    package let test: Balance
}

/// What a new key shall be.
package struct KeyWish: Sendable {
    /// By name or id.
    package var account: String
    package var book: Book
    package var label: String
    package var models: [String]?
    package var limit: Money?
    package var expires: Instant?
    package var rates: RateLimits?
    package var caches = false

    package init(
        account: String, book: Book, label: String = "", models: [String]? = nil, limit: Money? = nil, expires: Instant? = nil
    ) {
        self.account = account
        self.book = book
        self.label = label
        self.models = models
        self.limit = limit
        self.expires = expires
    }
}

/// A key just made, the only time its secret is known.
package struct MintedKey: Sendable {
    package let record: KeyRecord
    package let account: AccountRecord
    package let secret: String
}

extension Character {
    /// No control characters, which would garble a terminal, a log or a table.
    fileprivate var isPrintable: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }
}
