import GRDB
import TestKit
import Units

@testable import SQLiteStores

/// A ledger as an earlier version of the schema had it, filled with what a play left.
struct OldLedger {
    private let scratch: Scratch
    var path: String { scratch.database }

    /// - Parameter schema: the number of the last migration that was there, 1 to 4.
    init(of play: LedgerPlay<SQLiteStage>, schema: Int) throws {
        scratch = try Scratch()
        let old = try DatabaseQueue(path: scratch.database)
        try old.writeWithoutTransaction { db in
            try Migration.bringUpToDate(db, path: scratch.database, migrations: Array(Migration.all.prefix(schema)))
            try db.execute(sql: "ATTACH ? AS new", arguments: [play.stage.path])
            let triggers = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER " + (trigger[0] as String)) }
            try db.execute(sql: OldLedger.filling + (schema > 1 ? "INSERT INTO main.chain SELECT * FROM new.chain;" : ""))
            try db.execute(sql: "DETACH new")
            for trigger in triggers { try db.execute(sql: trigger[1]) }
        }
        try old.close()
    }

    /// Holds were numbered by themselves.
    private static let filling = """
        INSERT INTO main.epochs SELECT * FROM new.epochs;
        INSERT INTO main.accounts SELECT * FROM new.accounts;
        INSERT INTO main.prices SELECT id, model, input, cached_input, output, since FROM new.prices;
        INSERT INTO main.keys
        SELECT id, account, book, mac, prefix, label, models, spending_limit, expires, created, revoked, spent FROM new.keys;
        INSERT INTO main.balances SELECT account, book, available, held FROM new.balances;
        INSERT INTO main.holds
        SELECT row_number() OVER (ORDER BY id), request, account, book, key, price, model, amount, input_fair_tokens, epoch,
            opened, state, attempts, engine, accepted, output_tokens, closed, charge, prompt_tokens, cached_tokens,
            completion_tokens, reasoning_tokens, source, note
        FROM new.holds;
        INSERT INTO main.entries
        SELECT id, at, epoch, kind, account, book, key, (SELECT count(*) FROM new.holds h WHERE h.id <= e.hold AND e.hold > 0),
            available, held, revenue, granted, writeoff, available_after, held_after, note
        FROM new.entries e WHERE hold > 0;
        INSERT INTO main.entries
        SELECT id, at, epoch, kind, account, book, key, hold, available, held, revenue, granted, writeoff, available_after,
            held_after, note
        FROM new.entries WHERE hold IS NULL;
        """
}
