import Foundation
import GRDB

/// Migration 2: a chain of hashes over the entries, a link for every commit that has some.
let chainSchema = """
    CREATE TABLE chain (
        batch      INTEGER PRIMARY KEY CHECK (batch > 0),
        -- The batch has the entries after the last of the batch before, up to this one.
        last_entry INTEGER NOT NULL CHECK (last_entry > 0),
        hash       BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT;

    CREATE TRIGGER chain_goes_on BEFORE INSERT ON chain
    WHEN NEW.batch <> (SELECT coalesce(max(batch), 0) + 1 FROM chain)
        OR NEW.last_entry <> (SELECT max(id) FROM entries)
        OR NEW.last_entry <= (SELECT coalesce((SELECT last_entry FROM chain ORDER BY batch DESC LIMIT 1), 0))
    BEGIN SELECT RAISE(ABORT, 'a batch follows the last one and ends with the last entry'); END;
    CREATE TRIGGER chain_stays BEFORE UPDATE ON chain BEGIN SELECT RAISE(ABORT, 'a hash is never changed'); END;
    CREATE TRIGGER chain_remains BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'a hash is never removed'); END;
    """

/// The entries of a ledger that had no chain yet become its first batch.
func chainWhatIsThere(_ db: Database) throws {
    guard let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM entries") else { return }
    var chain = EntryChain(after: EntryChain.origin)
    var canonical = CanonicalRows()
    let cursor = try Row.fetchCursor(db, sql: "SELECT * FROM entries ORDER BY id")
    while let row = try cursor.next() {
        canonical.clear()
        for value in row.databaseValues {
            switch value.storage {
            case .null: canonical.addNulls(1)
            case .int64(let number): canonical.add(number)
            case .string(let text): canonical.add(text)
            case .double, .blob: throw StoreFailure.unreadable(row: "an entry", column: "a column", value: "\(value)")
            }
        }
        chain.append(canonical)
    }
    try db.execute(
        sql: "INSERT INTO chain (batch, last_entry, hash) VALUES (1, ?, ?)", arguments: [last, Data(chain.hash())])
}
