package import Commerce
import GRDB
package import Units

extension SQLiteLedgerStore {
    /// Every movement of one book, in the order of the ledger: grants, charges and releases, then what is still held.
    ///
    /// `balanceAfter` is the running figure of the whole book, whatever part of it is asked for: what the account owned after a
    /// movement, less the open holds once those are listed; so it ends at the available balance.
    /// - Parameters:
    ///   - from: the first moment to list.
    ///   - to: the first moment not to list.
    package func statement(of purse: Purse, from: Instant?, to: Instant?) throws -> [StatementLine] {
        try file.read { db in
            try movements(of: purse, from: from, to: to, in: db) + (try openHolds(of: purse, from: from, to: to, in: db))
        }
    }

    private func movements(of purse: Purse, from: Instant?, to: Instant?, in db: Database) throws -> [StatementLine] {
        let sql = SQLiteLedgerStore.movementsSQL + "WHERE e.at >= ? AND e.at < ? ORDER BY e.id"
        return try movements(sql, try BookWalk.arguments(purse, from, to, db), in: db)
    }

    private static let movementsSQL =
        BookWalk.sql + """
            SELECT e.id, e.at, e.kind, e.available + e.held, e.available_after + e.held_after, e.writeoff, e.note,
                o.request, e.prompt_tokens, e.cached_tokens, e.completion_tokens, e.reasoning_tokens, e.source,
                p.id, p.model, p.input, p.cached_input, p.output, p.since, p.unit
            FROM shown JOIN entries e ON e.id = shown.id LEFT JOIN entries o ON o.id = e.hold LEFT JOIN prices p ON p.id = o.price

            """

    package func movements(of purse: Purse, before entry: EntryID?, limit: Int) throws -> [StatementLine] {
        try file.read { db in
            // The walk goes from the newest to the oldest, so it ends with the page.
            let sql = SQLiteLedgerStore.movementsSQL + "WHERE e.id < ? LIMIT ?"
            let start = try BookWalk.lastShown(of: purse, db)
            return try movements(sql, [start, entry?.value ?? .max, limit], in: db)
        }
    }

    package func openHolds(of purse: Purse) throws -> [StatementLine] {
        try file.read { db in try openHolds(of: purse, from: nil, to: nil, in: db) }
    }

    private func movements(_ sql: String, _ arguments: StatementArguments, in db: Database) throws -> [StatementLine] {
        var lines: [StatementLine] = []
        let cursor = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: arguments)
        while let row = try cursor.next() {
            var columns = Columns(row)
            lines.append(try line(&columns))
        }
        return lines
    }

    private func line(_ columns: inout Columns) throws -> StatementLine {
        let id = EntryID(columns.next())
        let at = columns.instant()
        let kind = try columns.word(Entry.Kind.self, "kind", of: id.description)
        let amount = columns.money()
        let posted = columns.money()
        let writeoff = columns.money()
        let note: String = columns.next()
        let request: String? = columns.optional()
        let isCharge = kind == .settle || kind == .provisional
        return StatementLine(
            id: id, at: at, kind: kind.shown, amount: amount,
            balanceAfter: posted, request: request.map(RequestID.init),
            note: isCharge ? try chargeNote(&columns, charge: -amount, writeoff: -writeoff, remark: note) : note)
    }

    private func chargeNote(_ columns: inout Columns, charge: Money, writeoff: Money, remark: String) throws -> String {
        let usage = Usage(
            promptTokens: columns.next(), cachedTokens: columns.next(), completionTokens: columns.next(),
            reasoningTokens: columns.next())
        let source = try columns.word(UsageSource.self, "source", of: "a charge")
        return ChargeNote(
            price: try columns.priceVersion(), usage: usage, source: source, charge: charge, writeoff: writeoff, remark: remark
        ).description
    }

    private func openHolds(of purse: Purse, from: Instant?, to: Instant?, in db: Database) throws -> [StatementLine] {
        let sql = "SELECT id, opened, amount, request, model, engine FROM holds WHERE id = ?"
        var running = try BookWalk.owned(by: purse, db)
        var lines: [StatementLine] = []
        for hold in try BookWalk.openHolds(of: purse, db) {
            guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [hold.value]) else { continue }
            var columns = Columns(row)
            let id = EntryID(columns.next())
            let opened = columns.instant()
            let amount = columns.money()
            let request = RequestID(columns.next())
            let model: String = columns.next()
            let engine: String = columns.next()
            running -= amount
            guard from.map({ opened >= $0 }) ?? true, to.map({ opened < $0 }) ?? true else { continue }
            lines.append(
                StatementLine(
                    id: id, at: opened, kind: .hold, amount: -amount, balanceAfter: running, request: request,
                    note: "\(model): set aside while \(engine) answers"))
        }
        return lines
    }
}

extension Entry.Kind {
    /// What a statement calls it.
    fileprivate var shown: StatementLine.Kind {
        switch self {
        case .grant: .grant
        case .settle, .provisional: .charge
        case .release: .release
        case .adjust: .adjust
        case .refund: .refund
        case .hold, .extend: .hold
        }
    }
}
