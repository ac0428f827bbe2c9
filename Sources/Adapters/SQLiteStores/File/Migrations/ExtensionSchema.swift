/// Migration 3: a hold may grow while it is open, each time with an entry of kind `extend`.
///
/// A table's constraints cannot be altered, so the entries move to a new table; what guards them comes along unchanged.
let extensionSchema = """
    DROP TRIGGER IF EXISTS hold_terms_stay;
    CREATE TRIGGER hold_terms_stay
    BEFORE UPDATE OF id, request, account, book, key, price, model, input_fair_tokens, epoch, opened ON holds
    BEGIN SELECT RAISE(ABORT, 'the terms of a hold are never changed'); END;
    CREATE TRIGGER holds_only_grow BEFORE UPDATE OF amount ON holds WHEN NEW.amount < OLD.amount
    BEGIN SELECT RAISE(ABORT, 'a hold never shrinks'); END;

    CREATE TABLE entries_that_extend (
        id              INTEGER PRIMARY KEY CHECK (id > 0),
        at              INTEGER NOT NULL,
        epoch           INTEGER NOT NULL REFERENCES epochs,
        kind            TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'extend', 'settle', 'release', 'provisional')),
        account         INTEGER NOT NULL REFERENCES accounts,
        book            TEXT NOT NULL CHECK (book IN ('live', 'test')),
        key             INTEGER REFERENCES keys,
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

    DROP TRIGGER IF EXISTS chain_goes_on;
    INSERT INTO entries_that_extend SELECT * FROM entries;
    DROP TABLE entries;
    ALTER TABLE entries_that_extend RENAME TO entries;

    CREATE INDEX entries_of_purse ON entries (account, book);
    CREATE UNIQUE INDEX one_grant_per_reference ON entries (account, book, note) WHERE kind = 'grant';
    CREATE UNIQUE INDEX one_opening_per_hold ON entries (hold) WHERE kind = 'hold';
    CREATE UNIQUE INDEX one_closing_per_hold ON entries (hold) WHERE kind IN ('settle', 'release', 'provisional');

    CREATE TRIGGER entries_have_no_gaps BEFORE INSERT ON entries
    WHEN NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM entries)
    BEGIN SELECT RAISE(ABORT, 'entries are numbered without gaps'); END;

    CREATE TRIGGER entries_of_this_epoch BEFORE INSERT ON entries
    WHEN NEW.epoch <> (SELECT max(number) FROM epochs)
    BEGIN SELECT RAISE(ABORT, 'an earlier epoch writes no more'); END;

    CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
    CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;

    CREATE TRIGGER chain_goes_on BEFORE INSERT ON chain
    WHEN NEW.batch <> (SELECT coalesce(max(batch), 0) + 1 FROM chain)
        OR NEW.last_entry <> (SELECT max(id) FROM entries)
        OR NEW.last_entry <= (SELECT coalesce((SELECT last_entry FROM chain ORDER BY batch DESC LIMIT 1), 0))
    BEGIN SELECT RAISE(ABORT, 'a batch follows the last one and ends with the last entry'); END;
    """
