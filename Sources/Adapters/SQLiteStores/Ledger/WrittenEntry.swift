import Commerce
import Units

/// An entry as a row: the movement, and what it says of its hold.
struct WrittenEntry {
    /// What stands beside the movement, by its kind.
    enum About {
        case grant
        /// Money taken out of a book that was not spent.
        case debit
        /// The terms of the hold it opens.
        case opening(Hold)
        /// It says all by itself.
        case extending
        /// How its hold ended.
        case closing(Hold)
    }

    let entry: Entry
    let about: About
    /// The last entry before it that a statement of its purse shows; 0: none.
    let previous: Int64

    /// Its columns, in the order of the table.
    func write(to rows: inout CanonicalRows) {
        rows.add(entry.id.value)
        rows.add(entry.at.microseconds)
        rows.add(entry.epoch.value)
        rows.add(entry.kind.word)
        rows.add(entry.account.value)
        rows.add(entry.book.word)
        rows.add(entry.key?.value)
        rows.add(entry.hold?.value)
        rows.add(entry.available.nanodollars)
        rows.add(entry.held.nanodollars)
        rows.add(entry.revenue.nanodollars)
        rows.add(entry.grant.nanodollars)
        rows.add(entry.writeoff.nanodollars)
        rows.add(entry.availableAfter.nanodollars)
        rows.add(entry.heldAfter.nanodollars)
        rows.add(entry.note)
        rows.add(previous)
        switch about {
        case .grant, .debit, .extending: rows.addNulls(12)
        case .opening(let hold):
            rows.add(hold.request.description)
            rows.add(hold.price.value)
            rows.add(Int64(hold.inputFairTokens))
            rows.add(hold.engine)
            rows.addNulls(8)
        case .closing(let hold):
            rows.addNulls(3)
            rows.add(hold.engine)
            rows.add(Int64(hold.attempts))
            rows.add(hold.accepted ? 1 : 0)
            rows.add(Int64(hold.outputTokens))
            if let usage = hold.closing?.usage, let source = hold.closing?.source {
                rows.add(Int64(usage.promptTokens))
                rows.add(Int64(usage.cachedTokens))
                rows.add(Int64(usage.completionTokens))
                rows.add(Int64(usage.reasoningTokens))
                rows.add(source.word)
            } else {
                rows.addNulls(5)
            }
        }
    }
}

extension Entry.Kind {
    /// The raw value where it need not be copied.
    var word: StaticString {
        switch self {
        case .grant: "grant"
        case .hold: "hold"
        case .extend: "extend"
        case .settle: "settle"
        case .release: "release"
        case .provisional: "provisional"
        case .adjust: "adjust"
        case .refund: "refund"
        }
    }

    /// A statement shows it.
    var isShown: Bool { self != .hold && self != .extend }
}

extension Book {
    var word: StaticString { self == .live ? "live" : "test" }
}

extension UsageSource {
    var word: StaticString {
        switch self {
        case .measured: "measured"
        case .counted: "counted"
        case .provisional: "provisional"
        }
    }
}
