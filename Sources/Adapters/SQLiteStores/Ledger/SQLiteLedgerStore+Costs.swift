package import Commerce
import GRDB
package import Units

extension SQLiteLedgerStore {
    package func margins(from: Instant?, to: Instant?, model: String?) throws -> [MarginLine] {
        let income = """
            SELECT e.at / 86400000000 - (e.at % 86400000000 < 0) AS day, p.model, count(*), sum(a.cost IS NULL), sum(e.revenue + e.writeoff),
                sum(iif(a.prompt_tokens IS NULL, 0, e.prompt_tokens + e.completion_tokens)),
                sum(ifnull(a.prompt_tokens + a.completion_tokens, 0))
            FROM entries e JOIN entries o ON o.id = e.hold JOIN prices p ON p.id = o.price
                LEFT JOIN attempts a ON a.hold = e.hold AND a.number = (
                    SELECT max(number) FROM attempts WHERE hold = e.hold AND outcome IN ('answered', 'broke_off'))
            WHERE e.source IS NOT NULL AND e.book = 'live' AND e.at >= ? AND e.at < ? AND (? IS NULL OR p.model = ?)
            GROUP BY day, p.model
            """
        let costs = """
            SELECT a.at / 86400000000 - (a.at % 86400000000 < 0) AS day, p.model, count(*), sum(a.outcome <> 'answered'), sum(ifnull(a.cost, 0))
            FROM attempts a JOIN entries o ON o.id = a.hold JOIN prices p ON p.id = o.price
            WHERE o.book = 'live' AND a.at >= ? AND a.at < ? AND (? IS NULL OR p.model = ?)
            GROUP BY day, p.model
            """
        let arguments: StatementArguments = [from?.microseconds ?? .min, to?.microseconds ?? .max, model, model]
        return try file.read { db in
            MarginLine.merged(
                try Row.fetchAll(try db.cachedStatement(sql: income), arguments: arguments).map { row in
                    var columns = Columns(row)
                    return MarginLine(
                        day: columns.day(), model: columns.next(), requests: columns.next(), requestsWithoutCost: columns.next(),
                        charged: columns.money(), billedUnits: columns.next(), reportedUnits: columns.next())
                },
                try Row.fetchAll(try db.cachedStatement(sql: costs), arguments: arguments).map { row in
                    var columns = Columns(row)
                    return MarginLine(
                        day: columns.day(), model: columns.next(), attempts: columns.next(), attemptsFailed: columns.next(),
                        cost: columns.money())
                })
        }
    }
}
