import Commerce
import Foundation
import GRDB
import Units

extension SQLiteLedgerStore {
    // MARK: Writing

    func write(_ record: TopUpRecord, in db: Database) throws {
        switch record {
        case .code(let code):
            try db.cachedStatement(
                sql: "INSERT INTO codes (id, mac, prefix, amount, book, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                code.id.value, Data(code.mac), code.prefix, code.amount.nanodollars, code.book.rawValue,
                code.created.microseconds, code.expires?.microseconds,
            ])
        case .codeChanged(let code): try update(code, in: db)
        case .order(let order):
            try db.cachedStatement(
                sql: "INSERT INTO orders (id, provider, account, book, amount, cents, created) VALUES (?, ?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                order.id.value, order.provider.rawValue, order.purse.account.value, order.purse.book.rawValue,
                order.amount.nanodollars, order.cents, order.created.microseconds,
            ])
        case .orderChanged(let order, let before): try update(order, from: before, in: db)
        case .notice(let kept): try write(kept, in: db)
        case .alert(let account, let alert): try write(alert, of: account, in: db)
        case .debt(let purse, let amount): try write(debt: amount, of: purse, in: db)
        }
    }

    /// Once, or the commit fails: whatever the ledger believed, the row must have been neither redeemed nor revoked.
    private func update(_ code: RedemptionCode, in db: Database) throws {
        let sql = """
            UPDATE codes SET revoked = ?, account = ?, redeemed = ?, entry = ?
            WHERE id = ? AND entry IS NULL AND revoked IS NULL
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            code.revoked?.microseconds, code.redemption?.account.value, code.redemption?.at.microseconds,
            code.redemption?.entry.value, code.id.value,
        ])
        try requireOneChange(in: db, "\(code.id) is not in the store, or was redeemed or revoked before")
    }

    /// The row must be as the ledger knew it: of this provider and amount, and credited no more than it was.
    private func update(_ order: TopUpOrder, from before: TopUpOrder, in db: Database) throws {
        let sql = """
            UPDATE orders SET session = ?, payment = ?, abandoned = ?, credited = ?, refunded = ?, disputes = ?, taken_back = ?
            WHERE id = ? AND provider = ? AND amount = ? AND credited IS ? AND taken_back = ?
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            order.session, order.payment, order.isAbandoned, order.credited?.value, order.refundedCents,
            try StoredDispute.text(of: order.disputes), order.takenBack.nanodollars,
            order.id.value, order.provider.rawValue, order.amount.nanodollars, before.credited?.value,
            before.takenBack.nanodollars,
        ])
        try requireOneChange(in: db, "\(order.id) is not in the store as it was known")
    }

    /// One that waited gets its order when the payment has one.
    private func write(_ kept: KeptNotice, in db: Database) throws {
        let sql = """
            INSERT INTO notices (provider, id, at, "order", payment, news) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET "order" = coalesce("order", excluded."order")
            """
        try db.cachedStatement(sql: sql).execute(arguments: [
            kept.notice.provider.rawValue, kept.notice.id, kept.at.microseconds, kept.order?.value, kept.notice.payment,
            try StoredNews.text(of: kept.notice.news),
        ])
    }

    private func write(_ alert: BalanceAlert?, of account: AccountID, in db: Database) throws {
        guard let alert else {
            return try db.cachedStatement(sql: "DELETE FROM alerts WHERE account = ?").execute(arguments: [account.value])
        }
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO alerts (account, threshold, address, told) VALUES (?, ?, ?, ?)")
            .execute(arguments: [account.value, alert.threshold.nanodollars, alert.address, alert.isTold])
    }

    private func write(debt: Money, of purse: Purse, in db: Database) throws {
        guard debt > .zero else {
            return try db.cachedStatement(sql: "DELETE FROM debts WHERE account = ? AND book = ?")
                .execute(arguments: [purse.account.value, purse.book.rawValue])
        }
        let sql = """
            INSERT INTO debts (account, book, amount) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = excluded.amount
            """
        try db.cachedStatement(sql: sql)
            .execute(arguments: [purse.account.value, purse.book.rawValue, debt.nanodollars])
    }

    // MARK: Reading

    func topUps(_ db: Database) throws -> TopUpBook {
        let debts = try rows(db, "SELECT account, book, amount FROM debts") { columns in
            (try columns.purse(of: "a debt"), columns.money())
        }
        let alerts = try rows(db, "SELECT account, threshold, address, told FROM alerts") { columns in
            (AccountID(columns.next()), BalanceAlert(threshold: columns.money(), address: columns.next(), isTold: columns.next()))
        }
        return TopUpBook(
            codes: try codes(db), orders: try orders(db), waiting: try waitingNotices(db),
            debts: Dictionary(uniqueKeysWithValues: debts), alerts: Dictionary(uniqueKeysWithValues: alerts))
    }

    private func codes(_ db: Database) throws -> [RedemptionCode] {
        let sql = """
            SELECT id, mac, prefix, amount, book, created, expires, revoked, account, redeemed, entry FROM codes ORDER BY id
            """
        return try rows(db, sql) { columns in
            let id = CodeID(columns.next())
            let mac: Data = columns.next()
            let prefix: String = columns.next()
            let amount = columns.money()
            let book = try columns.word(Book.self, "book", of: id.description)
            let created = columns.instant()
            let expires: Int64? = columns.optional()
            let revoked: Int64? = columns.optional()
            let account: Int64? = columns.optional()
            let redeemed: Int64? = columns.optional()
            let entry: Int64? = columns.optional()
            var redemption: RedemptionCode.Redemption?
            if let account, let redeemed, let entry {
                redemption = RedemptionCode.Redemption(
                    account: AccountID(account), at: Instant(microseconds: redeemed), entry: EntryID(entry))
            }
            return RedemptionCode(
                id: id, mac: [UInt8](mac), prefix: prefix, amount: amount, book: book, created: created,
                expires: expires.map(Instant.init(microseconds:)), revoked: revoked.map(Instant.init(microseconds:)),
                redemption: redemption)
        }
    }

    private func orders(_ db: Database) throws -> [TopUpOrder] {
        let sql = """
            SELECT id, provider, account, book, amount, cents, created, session, payment, abandoned, credited, refunded, disputes,
                taken_back
            FROM orders ORDER BY id
            """
        return try rows(db, sql) { columns in
            let id = OrderID(columns.next())
            let provider = try columns.word(PaymentProvider.self, "provider", of: id.description)
            let purse = try columns.purse(of: id.description)
            let amount = columns.money()
            let cents: Int64 = columns.next()
            let created = columns.instant()
            let session: String? = columns.optional()
            let payment: String? = columns.optional()
            let isAbandoned: Bool = columns.next()
            let credited: Int64? = columns.optional()
            let refunded: Int64 = columns.next()
            let disputes: String = columns.next()
            return TopUpOrder(
                id: id, provider: provider, purse: purse, amount: amount, cents: cents, created: created, session: session,
                payment: payment, isAbandoned: isAbandoned, credited: credited.map(EntryID.init), refundedCents: refunded,
                disputes: try StoredDispute.disputes(in: disputes), takenBack: columns.money())
        }
    }

    private func waitingNotices(_ db: Database) throws -> [PaymentNotice] {
        let sql = "SELECT provider, id, payment, news FROM notices WHERE \"order\" IS NULL ORDER BY at"
        return try rows(db, sql) { columns in
            let provider = try columns.word(PaymentProvider.self, "provider", of: "a notice")
            let id: String = columns.next()
            let payment: String? = columns.optional()
            let news: String = columns.next()
            return PaymentNotice(
                provider: provider, id: id, order: nil, session: nil, payment: payment, news: try StoredNews.news(in: news))
        }
    }

    // MARK: Checking

    /// Codes and orders against the entries that credited them, and what was paid back against what was taken or is owed.
    func compareTopUps(with audit: LedgerAudit, _ db: Database) throws {
        let odd = [
            """
            SELECT c.id, 'code_' || c.id FROM codes c LEFT JOIN entries e ON e.id = c.entry
            WHERE c.entry IS NOT NULL AND (e.kind IS NOT 'grant' OR e.available IS NOT c.amount OR e.account IS NOT c.account
                OR e.book IS NOT c.book OR e.note IS NOT 'code_' || c.id)
            """,
            """
            SELECT o.id, 'order_' || o.id FROM orders o LEFT JOIN entries e ON e.id = o.credited
            WHERE o.credited IS NOT NULL AND (e.kind IS NOT 'grant' OR e.available IS NOT o.amount OR e.account IS NOT o.account
                OR e.book IS NOT o.book OR e.note IS NOT 'order_' || o.id)
            """,
        ]
        for sql in odd {
            if let row = try Row.fetchOne(db, sql: sql + " LIMIT 1") {
                let name: String = row[1]
                throw LedgerDisagreement("\(name) was credited, but not by the entry it names, or for another amount")
            }
        }
        try compareDebts(with: audit, db)
    }

    private func compareDebts(with audit: LedgerAudit, _ db: Database) throws {
        let sql = """
            SELECT account, book, sum(due), sum(owed) FROM (
                SELECT account, book, taken_back AS due, 0 AS owed FROM orders
                UNION ALL SELECT account, book, available, 0 FROM entries WHERE kind = 'refund'
                UNION ALL SELECT account, book, available, 0 FROM entries WHERE kind = 'grant' AND note GLOB 'order_[0-9]* returned (*'
                UNION ALL SELECT account, book, -amount, amount FROM debts)
            GROUP BY account, book HAVING sum(due) <> 0 OR sum(owed) <> 0
            """
        for row in try Row.fetchAll(db, sql: sql) {
            let purse = AuditedPurse(account: row[0], book: row[1])
            let difference: Int64 = row[2]
            guard difference == 0 else {
                throw LedgerDisagreement(
                    "what was paid back to payers of \(purse.name) differs from what was taken by \(usd(difference))")
            }
            let available = audit.purses[purse]?.available ?? 0
            guard available == 0 else {
                throw LedgerDisagreement("\(purse.name) owes \(usd(row[3])), but has \(usd(available)) available")
            }
        }
    }
}

/// A dispute as it lies in its order's row.
private struct StoredDispute: Codable {
    let cents: Int64
    let won: Bool

    static func text(of disputes: [String: TopUpOrder.Dispute]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let stored = disputes.mapValues { StoredDispute(cents: $0.cents, won: $0.isWon) }
        return String(decoding: try encoder.encode(stored), as: UTF8.self)
    }

    static func disputes(in text: String) throws -> [String: TopUpOrder.Dispute] {
        try JSONDecoder().decode([String: StoredDispute].self, from: Data(text.utf8))
            .mapValues { TopUpOrder.Dispute(cents: $0.cents, isWon: $0.won) }
    }
}

/// A piece of news as it lies in its notice's row.
private struct StoredNews: Codable {
    enum Kind: String, Codable { case paid, abandoned, refunded, disputed, disputeWon }

    let kind: Kind
    var cents: Int64?
    var currency: String?
    var dispute: String?

    static func text(of news: PaymentNotice.News) throws -> String {
        let stored: StoredNews =
            switch news {
            case .paid(let cents, let currency): StoredNews(kind: .paid, cents: cents, currency: currency)
            case .abandoned: StoredNews(kind: .abandoned)
            case .refunded(let cents): StoredNews(kind: .refunded, cents: cents)
            case .disputed(let dispute, let cents): StoredNews(kind: .disputed, cents: cents, dispute: dispute)
            case .disputeWon(let dispute, let cents): StoredNews(kind: .disputeWon, cents: cents, dispute: dispute)
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(stored), as: UTF8.self)
    }

    static func news(in text: String) throws -> PaymentNotice.News {
        let stored = try JSONDecoder().decode(StoredNews.self, from: Data(text.utf8))
        return switch stored.kind {
        case .paid: .paid(cents: stored.cents ?? 0, currency: stored.currency ?? "")
        case .abandoned: .abandoned
        case .refunded: .refunded(cents: stored.cents ?? 0)
        case .disputed: .disputed(stored.dispute ?? "", cents: stored.cents ?? 0)
        case .disputeWon: .disputeWon(stored.dispute ?? "", cents: stored.cents ?? 0)
        }
    }
}
