package import Commerce
import GRDB
package import Units

extension SQLiteLedgerStore {
    /// What was billed, by the day (UTC) of the settlement and by model.
    /// - Parameters:
    ///   - from: the first moment to count.
    ///   - to: the first moment not to count.
    ///   - model: nil for all.
    package func usage(of purse: Purse, from: Instant?, to: Instant?, model: String?) throws -> [UsageLine] {
        let sql = """
            SELECT e.at / 86400000000 - (e.at % 86400000000 < 0) AS day, h.model, count(*), sum(h.prompt_tokens),
                sum(h.cached_tokens), sum(h.completion_tokens), sum(h.charge)
            FROM entries e JOIN holds h ON h.id = e.hold
            WHERE e.account = ? AND e.book = ? AND e.kind <> 'hold' AND e.kind <> 'extend'
                AND e.kind IN ('settle', 'provisional') AND e.at >= ? AND e.at < ?
                AND (? IS NULL OR h.model = ?)
            GROUP BY day, h.model ORDER BY day, h.model
            """
        let arguments: StatementArguments = [
            purse.account.value, purse.book.rawValue, from?.microseconds ?? Int64.min, to?.microseconds ?? Int64.max, model,
            model,
        ]
        return try file.read { db in
            var lines: [UsageLine] = []
            let cursor = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: arguments)
            while let row = try cursor.next() {
                var columns = Columns(row)
                let day: Int64 = columns.next()
                lines.append(
                    UsageLine(
                        day: String(Instant(seconds: day * 86_400).description.prefix(10)), model: columns.next(),
                        requests: columns.next(), promptTokens: columns.next(), cachedTokens: columns.next(),
                        completionTokens: columns.next(), cost: columns.money()))
            }
            return lines
        }
    }
}
