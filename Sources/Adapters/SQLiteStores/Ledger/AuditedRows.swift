import Units

/// An entry and its hold as the database has them: plain numbers and words, nothing believed.
struct AuditedEntry {
    let id: Int64
    let at: Int64
    let epoch: Int64
    let kind: String
    let purse: AuditedPurse
    let key: Int64?
    let available: Int64
    let held: Int64
    let revenue: Int64
    let granted: Int64
    let writeoff: Int64
    let availableAfter: Int64
    let heldAfter: Int64
    let note: String
    let holdID: Int64?
    let hold: AuditedHold?

    /// Takes the id after which to begin.
    static let sql = """
        SELECT e.id, e.at, e.epoch, e.kind, e.account, e.book, e.key, e.available, e.held, e.revenue, e.granted, e.writeoff,
            e.available_after, e.held_after, e.note, e.hold, h.account, h.book, h.key, h.price, h.model, h.amount, h.input_fair_tokens,
            h.epoch, h.state, h.output_tokens, h.closed, h.charge, h.prompt_tokens, h.cached_tokens, h.completion_tokens
        FROM entries e LEFT JOIN holds h ON h.id = e.hold
        WHERE e.id > ? ORDER BY e.id
        """

    init(_ columns: inout Columns) throws {
        let entry: Int64 = columns.next()
        id = entry
        at = columns.next()
        epoch = columns.next()
        kind = columns.next()
        purse = AuditedPurse(account: columns.next(), book: columns.next())
        key = columns.optional()
        available = columns.next()
        held = columns.next()
        revenue = columns.next()
        granted = columns.next()
        writeoff = columns.next()
        availableAfter = columns.next()
        heldAfter = columns.next()
        note = columns.next()
        holdID = columns.optional()
        hold = try holdID.map { try AuditedHold(id: $0, of: entry, &columns) }
    }

    var name: String { EntryID(id).description }

    /// Its sixteen columns, in the order of the table.
    func write(to row: inout CanonicalRow) {
        row.clear()
        for number in [id, at, epoch] { row.add(number) }
        row.add(kind)
        row.add(purse.account)
        row.add(purse.book)
        row.add(key)
        row.add(holdID)
        for number in [available, held, revenue, granted, writeoff, availableAfter, heldAfter] { row.add(number) }
        row.add(note)
    }
}

struct AuditedPurse: Hashable {
    let account: Int64
    let book: String

    var name: String { "\(AccountID(account)) \(book)" }
}

struct AuditedHold {
    let id: Int64
    let purse: AuditedPurse
    let key: Int64
    let price: Int64
    let model: String
    let amount: Int64
    let inputFairTokens: Int64
    let epoch: Int64
    let state: String
    let outputTokens: Int64
    let closed: Int64?
    let charge: Int64?
    let promptTokens: Int64?
    let cachedTokens: Int64?
    let completionTokens: Int64?

    /// - Throws: ``LedgerDisagreement`` when there is no such hold.
    init(id: Int64, of entry: Int64, _ columns: inout Columns) throws {
        self.id = id
        let account: Int64? = columns.optional()
        guard let account else { throw LedgerDisagreement("\(EntryID(entry)) names \(HoldID(id)), which does not exist") }
        purse = AuditedPurse(account: account, book: columns.next())
        key = columns.next()
        price = columns.next()
        model = columns.next()
        amount = columns.next()
        inputFairTokens = columns.next()
        epoch = columns.next()
        state = columns.next()
        outputTokens = columns.next()
        closed = columns.optional()
        charge = columns.optional()
        promptTokens = columns.optional()
        cachedTokens = columns.optional()
        completionTokens = columns.optional()
    }

    var name: String { HoldID(id).description }
}

struct AuditedKey {
    let purse: AuditedPurse
    let limit: Int64?
    /// What the database says; ``LedgerAudit`` folds its own.
    let spent: Int64
}

struct AuditedPrice {
    let model: String
    let input: Int64
    let cachedInput: Int64?
    let output: Int64

    /// Its own arithmetic, on purpose: `(a + b + c) / 1_000_000`, rounded up, in whole numbers.
    func cost(prompt: Int64, cached: Int64, completion: Int64) -> Int64? {
        let plain = Int128(prompt - cached) * Int128(input)
        let sum = plain + Int128(cached) * Int128(cachedInput ?? input) + Int128(completion) * Int128(output)
        let (whole, part) = sum.quotientAndRemainder(dividingBy: 1_000_000)
        return Int64(exactly: part > 0 ? whole + 1 : whole)
    }
}

/// The first thing that does not add up.
struct LedgerDisagreement: Error {
    let sentence: String
    init(_ sentence: String) { self.sentence = sentence }
}
