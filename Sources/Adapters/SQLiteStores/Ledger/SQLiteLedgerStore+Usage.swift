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
        let sql =
            BookWalk.sql + """
                SELECT e.at / 86400000000 - (e.at % 86400000000 < 0) AS day, p.model, count(*),
                    sum(iif(p.unit = 'token', e.prompt_tokens, 0)), sum(e.cached_tokens),
                    sum(iif(p.unit = 'token', e.completion_tokens, 0)), sum(iif(p.unit = 'image', e.completion_tokens, 0)),
                    sum(iif(p.unit = 'character', e.prompt_tokens, 0)), sum(e.revenue + e.writeoff)
                FROM shown JOIN entries e ON e.id = shown.id JOIN entries o ON o.id = e.hold JOIN prices p ON p.id = o.price
                WHERE e.source IS NOT NULL AND e.at >= ? AND e.at < ? AND (? IS NULL OR p.model = ?)
                GROUP BY day, p.model ORDER BY day, p.model
                """
        return try file.read { db in
            var lines: [UsageLine] = []
            let arguments = try BookWalk.arguments(purse, from, to, db) + [model, model]
            let cursor = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: arguments)
            while let row = try cursor.next() {
                var columns = Columns(row)
                lines.append(
                    UsageLine(
                        day: columns.day(), model: columns.next(),
                        requests: columns.next(), promptTokens: columns.next(), cachedTokens: columns.next(),
                        completionTokens: columns.next(), images: columns.next(), characters: columns.next(),
                        cost: columns.money()))
            }
            return lines
        }
    }

    package func used(since: Instant) throws -> [DayUse] {
        let sql = """
            SELECT e.key, e.account, e.book, p.model, count(*),
                sum(iif(p.unit = 'token', e.prompt_tokens + e.completion_tokens, 0)), sum(e.revenue + e.writeoff)
            FROM entries e JOIN entries o ON o.id = e.hold JOIN prices p ON p.id = o.price
            WHERE e.source IS NOT NULL AND e.at >= ? GROUP BY e.key, e.account, e.book, p.model
            """
        return try file.read { db in
            try Row.fetchAll(db, sql: sql, arguments: [since.microseconds]).map { row in
                var columns = Columns(row)
                let key = KeyID(columns.next())
                let purse = try columns.purse(of: "what \(key) has used")
                return DayUse(
                    key: key, account: purse.account, book: purse.book, model: columns.next(), requests: columns.next(),
                    use: RateUse(tokens: columns.next(), spend: columns.money()))
            }
        }
    }

    package func usageByKey(of purse: Purse, from: Instant?, to: Instant?) throws -> [KeyUsage] {
        let sql =
            BookWalk.sql + """
                SELECT e.key, count(*), sum(e.revenue + e.writeoff) FROM shown JOIN entries e ON e.id = shown.id
                WHERE e.source IS NOT NULL AND e.at >= ? AND e.at < ? GROUP BY e.key ORDER BY 3 DESC, 1
                """
        return try file.read { db in
            let arguments = try BookWalk.arguments(purse, from, to, db)
            return try Row.fetchAll(try db.cachedStatement(sql: sql), arguments: arguments).map { row in
                var columns = Columns(row)
                return KeyUsage(key: KeyID(columns.next()), requests: columns.next(), cost: columns.money())
            }
        }
    }
}
