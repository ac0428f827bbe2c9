import Foundation
import GRDB

/// Migration 5: entries say everything, and are the only thing that is written of a request's money.
///
/// The terms of a hold stand in the entry that opens it and its end in the entry that closes it, so nothing that is about money is
/// ever changed, and the chain of hashes covers all of it. What can be folded from the entries (balances, what keys have spent,
/// which holds are open) is brought up to date now and then instead of in every commit: `folded` says up to which entry. See
/// docs/decisions/0019-entries-say-everything.md.
let entrySchema = """
    DROP TRIGGER chain_goes_on;
    DROP TRIGGER chain_leaves_no_gaps;
    DROP TRIGGER chain_is_of_this_epoch;
    DROP TRIGGER chain_remains;

    -- Few constraints that are asked of every row, and of each kind what it must be, each by itself, so that SQLite leaves at the first
    -- word that differs (what is NULL passes a comparison, so it is asked for). What they leave out (that a hold was opened, by whom,
    -- at which price) the program asks before it writes and the audit afterwards.
    CREATE TABLE full_entries (
        id                INTEGER PRIMARY KEY,
        at                INTEGER NOT NULL,
        epoch             INTEGER NOT NULL,
        kind              TEXT NOT NULL,
        account           INTEGER NOT NULL,
        book              TEXT NOT NULL,
        key               INTEGER,
        -- The entry that opened the hold: its own id in that entry.
        hold              INTEGER,
        available         INTEGER NOT NULL,
        held              INTEGER NOT NULL,
        revenue           INTEGER NOT NULL,
        granted           INTEGER NOT NULL,
        writeoff          INTEGER NOT NULL,
        available_after   INTEGER NOT NULL,
        held_after        INTEGER NOT NULL,
        note              TEXT NOT NULL,
        -- The last entry before this one that a statement of the same account and book shows, 0 for none: the way through a
        -- book from its end to its beginning, without an index that every commit would touch all over.
        previous          INTEGER NOT NULL,
        -- Of a hold's opening.
        request           TEXT,
        price             INTEGER,
        input_fair_tokens INTEGER,
        -- Of its opening, and as it was when it closed.
        engine            TEXT,
        -- Of its closing.
        attempts          INTEGER,
        accepted          INTEGER,
        output_tokens     INTEGER,
        prompt_tokens     INTEGER,
        cached_tokens     INTEGER,
        completion_tokens INTEGER,
        reasoning_tokens  INTEGER,
        source            TEXT,
        CHECK (available + held + revenue + granted + writeoff = 0),
        CHECK (available_after >= 0),
        CHECK (held_after >= 0),
        CHECK (previous < id),
        CHECK (kind = 'hold' OR kind = 'settle' OR kind = 'extend' OR kind = 'release' OR kind = 'provisional' OR kind = 'grant'),
        CHECK (kind <> 'hold' OR (hold IS NOT NULL AND hold = id AND key IS NOT NULL AND held >= 0 AND available = -held
            AND revenue = 0 AND granted = 0 AND attempts IS NULL AND price IS NOT NULL AND input_fair_tokens IS NOT NULL
            AND request IS NOT NULL AND engine IS NOT NULL)),
        CHECK (kind <> 'settle' OR (hold IS NOT NULL AND hold < id AND key IS NOT NULL AND held <= 0 AND revenue >= 0
            AND writeoff <= 0 AND granted = 0 AND attempts IS NOT NULL AND source IS NOT NULL AND reasoning_tokens IS NOT NULL
            AND cached_tokens >= 0 AND cached_tokens <= prompt_tokens AND reasoning_tokens >= 0
            AND reasoning_tokens <= completion_tokens)),
        CHECK (kind <> 'extend' OR (hold IS NOT NULL AND hold < id AND key IS NOT NULL AND held > 0 AND available = -held
            AND revenue = 0 AND granted = 0 AND attempts IS NULL)),
        CHECK (kind <> 'release' OR (hold IS NOT NULL AND hold < id AND key IS NOT NULL AND held <= 0 AND revenue = 0
            AND writeoff = 0 AND granted = 0 AND attempts IS NOT NULL AND source IS NULL)),
        CHECK (kind <> 'provisional' OR (hold IS NOT NULL AND hold < id AND key IS NOT NULL AND held <= 0 AND revenue >= 0
            AND writeoff = 0 AND granted = 0 AND attempts IS NOT NULL AND source IS NOT NULL AND reasoning_tokens IS NOT NULL
            AND cached_tokens >= 0 AND cached_tokens <= prompt_tokens AND reasoning_tokens >= 0
            AND reasoning_tokens <= completion_tokens)),
        CHECK (kind <> 'grant' OR (hold IS NULL AND key IS NULL AND held = 0 AND available > 0 AND granted = -available
            AND attempts IS NULL))
    ) STRICT;

    INSERT INTO full_entries
    SELECT e.id, e.at, e.epoch, e.kind, e.account, e.book, e.key, o.id, e.available, e.held, e.revenue, e.granted, e.writeoff,
        e.available_after, e.held_after, e.note,
        coalesce(max(CASE WHEN e.kind <> 'hold' AND e.kind <> 'extend' THEN e.id END) OVER (
            PARTITION BY e.account, e.book ORDER BY e.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0),
        CASE WHEN e.kind = 'hold' THEN h.request END, CASE WHEN e.kind = 'hold' THEN h.price END,
        CASE WHEN e.kind = 'hold' THEN h.input_fair_tokens END, CASE WHEN e.kind <> 'extend' THEN h.engine END,
        c.attempts, c.accepted, c.output_tokens, c.prompt_tokens, c.cached_tokens, c.completion_tokens, c.reasoning_tokens,
        c.source
    FROM entries e
        LEFT JOIN entries o ON o.hold = e.hold AND o.kind = 'hold'
        LEFT JOIN holds h ON h.id = e.hold
        LEFT JOIN holds c ON c.id = e.hold AND e.kind <> 'hold' AND e.kind <> 'extend'
    ORDER BY e.id;

    -- What has become of an open hold: as of the last commit, and gone some time after it is closed.
    CREATE TABLE progress (
        hold          INTEGER PRIMARY KEY REFERENCES entries,
        amount        INTEGER NOT NULL CHECK (amount >= 0),
        attempts      INTEGER NOT NULL CHECK (attempts > 0),
        engine        TEXT NOT NULL,
        accepted      INTEGER NOT NULL CHECK (accepted BETWEEN 0 AND 1),
        output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0)
    ) STRICT;
    INSERT INTO progress
    SELECT o.id, h.amount, h.attempts, h.engine, h.accepted, h.output_tokens
    FROM holds h JOIN entries o ON o.hold = h.id AND o.kind = 'hold' WHERE h.state = 'dispatched';

    -- Everything below is as of this entry.
    CREATE TABLE folded (
        one   INTEGER PRIMARY KEY CHECK (one = 1),
        entry INTEGER NOT NULL CHECK (entry >= 0)
    ) STRICT;
    INSERT INTO folded SELECT 1, coalesce(max(id), 0) FROM entries;
    CREATE TABLE open_holds (hold INTEGER PRIMARY KEY REFERENCES entries) STRICT;
    INSERT INTO open_holds SELECT hold FROM progress;

    DROP TABLE entries;
    DROP TABLE holds;
    ALTER TABLE full_entries RENAME TO entries;
    ALTER TABLE balances ADD COLUMN last_shown INTEGER NOT NULL DEFAULT 0 CHECK (last_shown >= 0);
    UPDATE balances SET last_shown = coalesce((
        SELECT max(id) FROM entries e
        WHERE e.account = balances.account AND e.book = balances.book AND e.kind <> 'hold' AND e.kind <> 'extend'), 0);

    CREATE UNIQUE INDEX one_closing_per_hold ON entries (hold) WHERE attempts IS NOT NULL;
    -- The reference of every grant: a table of its own, so that other entries need not be asked whether they are one.
    CREATE TABLE grants (
        account   INTEGER NOT NULL REFERENCES accounts,
        book      TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        reference TEXT NOT NULL,
        entry     INTEGER NOT NULL UNIQUE REFERENCES entries,
        PRIMARY KEY (account, book, reference)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO grants SELECT account, book, note, id FROM entries WHERE kind = 'grant';
    CREATE TRIGGER grants_stay BEFORE UPDATE ON grants BEGIN SELECT RAISE(ABORT, 'a reference is never changed'); END;
    CREATE TRIGGER grants_remain BEFORE DELETE ON grants BEGIN SELECT RAISE(ABORT, 'a reference is never removed'); END;

    CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
    CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;
    CREATE TRIGGER fold_goes_on BEFORE UPDATE ON folded WHEN NEW.entry < OLD.entry
    BEGIN SELECT RAISE(ABORT, 'what was folded stays folded'); END;
    CREATE TRIGGER fold_remains BEFORE DELETE ON folded BEGIN SELECT RAISE(ABORT, 'what was folded stays folded'); END;

    -- A hold as one row, for those who look: nothing is stored here.
    CREATE VIEW holds AS
    SELECT o.id, o.request, o.account, o.book, o.key, o.price, p.model,
        coalesce(-c.held, g.amount, o.held) AS amount, o.input_fair_tokens, o.epoch, o.at AS opened,
        CASE c.kind WHEN 'settle' THEN 'settled' WHEN 'release' THEN 'released' WHEN 'provisional' THEN 'provisional'
            ELSE 'dispatched' END AS state,
        coalesce(c.attempts, g.attempts, 1) AS attempts, coalesce(c.engine, g.engine, o.engine) AS engine,
        coalesce(c.accepted, g.accepted, 0) AS accepted, coalesce(c.output_tokens, g.output_tokens, 0) AS output_tokens,
        c.at AS closed, c.revenue + c.writeoff AS charge, c.prompt_tokens, c.cached_tokens, c.completion_tokens,
        c.reasoning_tokens, c.source, c.note
    FROM entries o
        LEFT JOIN entries c ON c.hold = o.id AND c.attempts IS NOT NULL
        LEFT JOIN progress g ON g.hold = o.id
        LEFT JOIN prices p ON p.id = o.price
    WHERE o.kind = 'hold';
    """

/// The entries have other bytes than before, so all of them become the first batch of a new chain.
@Sendable func chainMovedEntries(_ db: Database) throws {
    try db.execute(sql: "DELETE FROM chain")
    try chainWhatIsThere(db)
    try db.execute(sql: chainTriggers)
}

/// What holds for all entries of a commit is asked once, when its link is written; no commit of entries succeeds without one. That they
/// are numbered without gaps is looked after by whoever writes them, since to count them here would cost as much as to write them.
private let chainTriggers = """
    CREATE TRIGGER chain_remains BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'a hash is never removed'); END;

    """ + chainGoesOn

let chainGoesOn = """
    CREATE TRIGGER chain_goes_on BEFORE INSERT ON chain
    WHEN (NEW.batch > 1 AND NOT EXISTS (SELECT 1 FROM chain WHERE batch = NEW.batch - 1 AND last_entry < NEW.last_entry))
        OR NEW.last_entry <> (SELECT max(id) FROM entries)
        OR (SELECT epoch FROM entries WHERE id = NEW.last_entry) <> (SELECT max(number) FROM epochs)
    BEGIN SELECT RAISE(ABORT, 'a batch follows the last one, ends with the last entry, and an earlier epoch writes no more'); END;
    """
