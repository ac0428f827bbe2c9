import Units

/// An entry as the database has it: plain numbers and words, nothing believed.
struct AuditedEntry {
    let id: Int64
    let at: Int64
    let epoch: Int64
    let kind: String
    let purse: AuditedPurse
    let key: Int64?
    /// The entry that opened the hold it is of; its own id when it opens one.
    let hold: Int64?
    let available: Int64
    let held: Int64
    let revenue: Int64
    let granted: Int64
    let writeoff: Int64
    let availableAfter: Int64
    let heldAfter: Int64
    let note: String
    let previous: Int64
    // Of an opening.
    let request: String?
    let price: Int64?
    let inputFairTokens: Int64?
    // Of an opening or a closing.
    let engine: String?
    // Of a closing.
    let attempts: Int64?
    let accepted: Int64?
    let outputTokens: Int64?
    let promptTokens: Int64?
    let cachedTokens: Int64?
    let completionTokens: Int64?
    let reasoningTokens: Int64?
    let source: String?

    /// Takes the id after which to begin.
    static let sql = """
        SELECT id, at, epoch, kind, account, book, key, hold, available, held, revenue, granted, writeoff, available_after,
            held_after, note, previous, request, price, input_fair_tokens, engine, attempts, accepted, output_tokens,
            prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, source
        FROM entries WHERE id > ? ORDER BY id
        """

    init(_ columns: inout Columns) {
        id = columns.next()
        at = columns.next()
        epoch = columns.next()
        kind = columns.next()
        purse = AuditedPurse(account: columns.next(), book: columns.next())
        key = columns.optional()
        hold = columns.optional()
        available = columns.next()
        held = columns.next()
        revenue = columns.next()
        granted = columns.next()
        writeoff = columns.next()
        availableAfter = columns.next()
        heldAfter = columns.next()
        note = columns.next()
        previous = columns.next()
        request = columns.optional()
        price = columns.optional()
        inputFairTokens = columns.optional()
        engine = columns.optional()
        attempts = columns.optional()
        accepted = columns.optional()
        outputTokens = columns.optional()
        promptTokens = columns.optional()
        cachedTokens = columns.optional()
        completionTokens = columns.optional()
        reasoningTokens = columns.optional()
        source = columns.optional()
    }

    var name: String { EntryID(id).description }

    /// Its twenty-nine columns, in the order of the table.
    func write(to row: inout CanonicalRows) {
        row.clear()
        for number in [id, at, epoch] { row.add(number) }
        row.add(kind)
        row.add(purse.account)
        row.add(purse.book)
        row.add(key)
        row.add(hold)
        for number in [available, held, revenue, granted, writeoff, availableAfter, heldAfter] { row.add(number) }
        row.add(note)
        row.add(previous)
        row.add(request)
        row.add(price)
        row.add(inputFairTokens)
        row.add(engine)
        let closing = [
            attempts, accepted, outputTokens, promptTokens, cachedTokens, completionTokens, reasoningTokens,
        ]
        for number in closing { row.add(number) }
        row.add(source)
    }
}

struct AuditedPurse: Hashable {
    let account: Int64
    let book: String

    var name: String { "\(AccountID(account)) \(book)" }
}

struct AuditedKey {
    let purse: AuditedPurse
    let limit: Int64?
    /// What the database says; ``LedgerAudit`` folds its own.
    let spent: Int64
}

struct AuditedPrice {
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
