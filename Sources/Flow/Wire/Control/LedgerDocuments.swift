/// `ledger verify`: `{"ok":true,"entries":n,"accounts":n}`, or `{"ok":false,"disagreement":"…"}`.
package struct VerdictDocument: Codable, Hashable, Sendable {
    package let ok: Bool
    package let entries: Int?
    package let accounts: Int?
    package let disagreement: String?

    package init(entries: Int, accounts: Int) {
        ok = true
        self.entries = entries
        self.accounts = accounts
        disagreement = nil
    }

    package init(disagreement: String) {
        ok = false
        entries = nil
        accounts = nil
        self.disagreement = disagreement
    }
}

/// `ledger statement`: every movement of one book, oldest first.
package struct StatementDocument: Codable, Hashable, Sendable {
    package struct Entry: Codable, Hashable, Sendable {
        package let id: String
        package let at: String
        /// `grant`, `charge`, `release`, or `hold` for what is still open.
        package let kind: String
        /// Decimal US dollars: positive in, negative out.
        package let amount: String
        package let balanceAfter: String
        /// null where no request was the reason.
        package let request: String?
        /// The reason, and for a charge its arithmetic.
        package let note: String

        package init(
            id: String, at: String, kind: String, amount: String, balanceAfter: String, request: String?, note: String
        ) {
            self.id = id
            self.at = at
            self.kind = kind
            self.amount = amount
            self.balanceAfter = balanceAfter
            self.request = request
            self.note = note
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(at, forKey: .at)
            try container.encode(kind, forKey: .kind)
            try container.encode(amount, forKey: .amount)
            try container.encode(balanceAfter, forKey: .balanceAfter)
            try container.encode(request, forKey: .request)
            try container.encode(note, forKey: .note)
        }
    }

    package let account: String
    package let accountId: String
    /// `live` or `test`.
    package let mode: String
    package let entries: [Entry]

    package init(account: String, accountId: String, mode: String, entries: [Entry]) {
        self.account = account
        self.accountId = accountId
        self.mode = mode
        self.entries = entries
    }
}

/// `usage`: settled requests by day (UTC) and model.
package struct UsageDocument: Codable, Hashable, Sendable {
    package struct Line: Codable, Hashable, Sendable {
        package let day: String
        package let model: String
        package let requests: Int
        package let promptTokens: Int
        package let cachedTokens: Int
        package let completionTokens: Int
        package let images: Int
        package let characters: Int
        package let cost: String

        package init(
            day: String, model: String, requests: Int, promptTokens: Int, cachedTokens: Int, completionTokens: Int, images: Int,
            characters: Int,
            cost: String
        ) {
            self.day = day
            self.model = model
            self.requests = requests
            self.promptTokens = promptTokens
            self.cachedTokens = cachedTokens
            self.completionTokens = completionTokens
            self.images = images
            self.characters = characters
            self.cost = cost
        }
    }

    package let account: String
    package let accountId: String
    package let mode: String
    package let usage: [Line]
    package let cost: String

    package init(account: String, accountId: String, mode: String, usage: [Line], cost: String) {
        self.account = account
        self.accountId = accountId
        self.mode = mode
        self.usage = usage
        self.cost = cost
    }
}
