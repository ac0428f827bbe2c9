import Commerce
import GRDB
import Units

/// Reads the columns of a row from left to right, in the order in which its SQL names them.
struct Columns {
    private let row: Row
    private var index = 0

    init(_ row: Row) { self.row = row }

    mutating func next<Value: DatabaseValueConvertible & StatementColumnConvertible>() -> Value {
        defer { index += 1 }
        return row[index]
    }

    /// nil: the column is NULL.
    mutating func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>() -> Value? {
        defer { index += 1 }
        return row[index]
    }

    mutating func money() -> Money { Money(nanodollars: next()) }

    mutating func instant() -> Instant { Instant(microseconds: next()) }

    /// A count of days since 1970, as `2026-11-22`.
    mutating func day() -> String {
        let day: Int64 = next()
        return String(Instant(seconds: day * 86_400).description.prefix(10))
    }

    mutating func rate(of row: @autoclosure () -> String) throws -> Rate {
        let value: Int64 = next()
        guard let rate = Rate(nanodollarsPerMillion: value) else {
            throw StoreFailure.unreadable(row: row(), column: "a rate", value: String(value))
        }
        return rate
    }

    mutating func optionalRate(of row: @autoclosure () -> String) throws -> Rate? {
        let value: Int64? = optional()
        guard let value else { return nil }
        guard let rate = Rate(nanodollarsPerMillion: value) else {
            throw StoreFailure.unreadable(row: row(), column: "a rate", value: String(value))
        }
        return rate
    }

    /// `account, book`.
    mutating func purse(of row: @autoclosure () -> String) throws -> Purse {
        Purse(account: AccountID(next()), book: try word(Book.self, "book", of: row()))
    }

    /// A word of a closed list.
    mutating func word<Word: RawRepresentable<String>>(_ type: Word.Type, _ column: String, of row: @autoclosure () -> String)
        throws -> Word
    {
        let text: String = next()
        guard let word = Word(rawValue: text) else { throw StoreFailure.unreadable(row: row(), column: column, value: text) }
        return word
    }

    /// `price.id, price.model, price.input, price.cached_input, price.output, price.since, price.unit`.
    mutating func priceVersion() throws -> PriceVersion {
        let id = PriceID(next())
        let model: String = next()
        let input = try rate(of: id.description)
        let cachedInput = try optionalRate(of: id.description)
        let output = try rate(of: id.description)
        let since = instant()
        let unit = try word(ModelPrice.Unit.self, "unit", of: id.description)
        return PriceVersion(
            id: id, model: model, price: ModelPrice(input: input, cachedInput: cachedInput, output: output, unit: unit),
            since: since)
    }
}
