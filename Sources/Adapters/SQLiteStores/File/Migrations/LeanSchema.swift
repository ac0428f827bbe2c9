/// Migration 4: the same promises, at a third of the cost.
///
/// `x IN (a, b, c)` in a constraint builds a table for every row it is asked of, so constraints say `x = a OR x = b`. What holds for
/// all entries of a commit (no gaps, this epoch) is asked once, when the commit's link of the chain is written; no commit
/// succeeds without one. An entry's account, key and epoch need no lookup of their own: its hold has had them.
let leanSchema = """
    DROP TRIGGER chain_goes_on;

    CREATE TABLE lean_holds (
        id                INTEGER PRIMARY KEY CHECK (id > 0),
        request           TEXT NOT NULL,
        account           INTEGER NOT NULL REFERENCES accounts,
        book              TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        key               INTEGER NOT NULL REFERENCES keys,
        price             INTEGER NOT NULL REFERENCES prices,
        model             TEXT NOT NULL,
        amount            INTEGER NOT NULL CHECK (amount >= 0),
        input_fair_tokens INTEGER NOT NULL CHECK (input_fair_tokens >= 0),
        epoch             INTEGER NOT NULL REFERENCES epochs,
        opened            INTEGER NOT NULL,
        state             TEXT NOT NULL
            CHECK (state = 'settled' OR state = 'dispatched' OR state = 'released' OR state = 'provisional'),
        attempts          INTEGER NOT NULL CHECK (attempts > 0),
        engine            TEXT NOT NULL,
        accepted          INTEGER NOT NULL CHECK (accepted = 0 OR accepted = 1),
        output_tokens     INTEGER NOT NULL CHECK (output_tokens >= 0),
        closed            INTEGER,
        charge            INTEGER CHECK (charge >= 0),
        prompt_tokens     INTEGER CHECK (prompt_tokens BETWEEN 0 AND 2147483648),
        cached_tokens     INTEGER CHECK (cached_tokens BETWEEN 0 AND prompt_tokens),
        completion_tokens INTEGER CHECK (completion_tokens BETWEEN 0 AND 2147483648),
        reasoning_tokens  INTEGER CHECK (reasoning_tokens BETWEEN 0 AND completion_tokens),
        source            TEXT CHECK (source = 'measured' OR source = 'counted' OR source = 'provisional'),
        note              TEXT,
        CHECK ((state = 'dispatched') = (closed IS NULL) AND (closed IS NULL) = (charge IS NULL)
            AND (closed IS NULL) = (note IS NULL)),
        CHECK ((state = 'settled' OR state = 'provisional') = (source IS NOT NULL)
            AND (source IS NULL) = (prompt_tokens IS NULL) AND (source IS NULL) = (cached_tokens IS NULL)
            AND (source IS NULL) = (completion_tokens IS NULL) AND (source IS NULL) = (reasoning_tokens IS NULL)),
        CHECK (state <> 'released' OR charge = 0)
    ) STRICT;

    CREATE TABLE lean_entries (
        id              INTEGER PRIMARY KEY CHECK (id > 0),
        at              INTEGER NOT NULL,
        epoch           INTEGER NOT NULL,
        kind            TEXT NOT NULL CHECK (kind = 'hold' OR kind = 'settle' OR kind = 'extend' OR kind = 'release'
            OR kind = 'provisional' OR kind = 'grant'),
        account         INTEGER NOT NULL,
        book            TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        key             INTEGER,
        hold            INTEGER REFERENCES holds,
        available       INTEGER NOT NULL,
        held            INTEGER NOT NULL,
        revenue         INTEGER NOT NULL,
        granted         INTEGER NOT NULL,
        writeoff        INTEGER NOT NULL,
        available_after INTEGER NOT NULL CHECK (available_after >= 0),
        held_after      INTEGER NOT NULL CHECK (held_after >= 0),
        note            TEXT NOT NULL,
        CHECK (available + held + revenue + granted + writeoff = 0),
        CHECK ((kind = 'grant') = (hold IS NULL) AND (hold IS NULL) = (key IS NULL)),
        CHECK (CASE kind
            WHEN 'grant' THEN available > 0 AND granted = -available
            WHEN 'hold' THEN held >= 0 AND available = -held AND granted = 0 AND revenue = 0
            WHEN 'extend' THEN held > 0 AND available = -held AND granted = 0 AND revenue = 0
            ELSE held <= 0 AND revenue >= 0 AND writeoff <= 0 AND granted = 0
            END)
    ) STRICT;

    INSERT INTO lean_holds SELECT * FROM holds;
    INSERT INTO lean_entries SELECT * FROM entries;
    DROP TABLE entries;
    DROP TABLE holds;
    ALTER TABLE lean_holds RENAME TO holds;
    ALTER TABLE lean_entries RENAME TO entries;

    CREATE INDEX holds_open ON holds (id) WHERE state = 'dispatched';
    CREATE INDEX entries_of_purse ON entries (account, book) WHERE kind <> 'hold' AND kind <> 'extend';
    CREATE UNIQUE INDEX one_grant_per_reference ON entries (account, book, note) WHERE kind = 'grant';
    CREATE UNIQUE INDEX one_opening_per_hold ON entries (hold) WHERE kind = 'hold';
    CREATE UNIQUE INDEX one_closing_per_hold ON entries (hold)
        WHERE kind <> 'hold' AND kind <> 'extend' AND kind <> 'grant';

    CREATE TRIGGER closed_holds_stay BEFORE UPDATE ON holds WHEN OLD.state <> 'dispatched'
    BEGIN SELECT RAISE(ABORT, 'a closed hold is never changed'); END;
    CREATE TRIGGER hold_terms_stay
    BEFORE UPDATE OF id, request, account, book, key, price, model, input_fair_tokens, epoch, opened ON holds
    BEGIN SELECT RAISE(ABORT, 'the terms of a hold are never changed'); END;
    CREATE TRIGGER holds_only_grow BEFORE UPDATE OF amount ON holds WHEN NEW.amount < OLD.amount
    BEGIN SELECT RAISE(ABORT, 'a hold never shrinks'); END;
    CREATE TRIGGER holds_remain BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'a hold is never removed'); END;
    CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
    CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;

    CREATE TRIGGER chain_goes_on BEFORE INSERT ON chain
    WHEN NEW.batch <> (SELECT coalesce(max(batch), 0) + 1 FROM chain)
        OR NEW.last_entry <> (SELECT max(id) FROM entries)
        OR NEW.last_entry <= (SELECT coalesce((SELECT last_entry FROM chain ORDER BY batch DESC LIMIT 1), 0))
    BEGIN SELECT RAISE(ABORT, 'a batch follows the last one and ends with the last entry'); END;
    CREATE TRIGGER chain_leaves_no_gaps BEFORE INSERT ON chain
    WHEN NEW.last_entry - (SELECT coalesce((SELECT last_entry FROM chain ORDER BY batch DESC LIMIT 1), 0)) <>
        (SELECT count(*) FROM entries
            WHERE id > (SELECT coalesce((SELECT last_entry FROM chain ORDER BY batch DESC LIMIT 1), 0)))
    BEGIN SELECT RAISE(ABORT, 'entries are numbered without gaps'); END;
    CREATE TRIGGER chain_is_of_this_epoch BEFORE INSERT ON chain
    WHEN EXISTS (SELECT 1 FROM entries
        WHERE id > (SELECT coalesce((SELECT last_entry FROM chain ORDER BY batch DESC LIMIT 1), 0))
            AND epoch <> (SELECT max(number) FROM epochs))
    BEGIN SELECT RAISE(ABORT, 'an earlier epoch writes no more'); END;
    """
