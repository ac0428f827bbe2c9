/// Migration 1. Money is in nanodollars, rates in nanodollars per million tokens, moments in microseconds since 1970 UTC.
///
/// What the ledger promises is written down a second time here, as constraints: a defect of the program then fails a commit
/// instead of a balance.
let ledgerSchema = """
    CREATE TABLE epochs (
        number  INTEGER PRIMARY KEY CHECK (number > 0),
        started INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE accounts (
        id      INTEGER PRIMARY KEY CHECK (id > 0),
        name    TEXT NOT NULL UNIQUE CHECK (name <> ''),
        created INTEGER NOT NULL
    ) STRICT;

    -- A fold over the entries, kept beside them.
    CREATE TABLE balances (
        account   INTEGER NOT NULL REFERENCES accounts,
        book      TEXT NOT NULL CHECK (book IN ('live', 'test')),
        available INTEGER NOT NULL CHECK (available >= 0),
        held      INTEGER NOT NULL CHECK (held >= 0),
        PRIMARY KEY (account, book)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE prices (
        id           INTEGER PRIMARY KEY CHECK (id > 0),
        model        TEXT NOT NULL,
        input        INTEGER NOT NULL CHECK (input BETWEEN 0 AND 1000000000000000),
        cached_input INTEGER CHECK (cached_input BETWEEN 0 AND 1000000000000000),
        output       INTEGER NOT NULL CHECK (output BETWEEN 0 AND 1000000000000000),
        since        INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE keys (
        id             INTEGER PRIMARY KEY CHECK (id > 0),
        account        INTEGER NOT NULL REFERENCES accounts,
        book           TEXT NOT NULL CHECK (book IN ('live', 'test')),
        mac            BLOB NOT NULL UNIQUE CHECK (length(mac) = 32),
        prefix         TEXT NOT NULL,
        label          TEXT NOT NULL,
        models         TEXT CHECK (json_type(models) = 'array'),
        spending_limit INTEGER CHECK (spending_limit >= 0),
        expires        INTEGER,
        created        INTEGER NOT NULL,
        revoked        INTEGER,
        -- A fold over the entries, kept beside them.
        spent          INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0 AND (spending_limit IS NULL OR spent <= spending_limit))
    ) STRICT;

    CREATE TABLE holds (
        id                INTEGER PRIMARY KEY CHECK (id > 0),
        request           TEXT NOT NULL,
        account           INTEGER NOT NULL REFERENCES accounts,
        book              TEXT NOT NULL CHECK (book IN ('live', 'test')),
        key               INTEGER NOT NULL REFERENCES keys,
        price             INTEGER NOT NULL REFERENCES prices,
        model             TEXT NOT NULL,
        amount            INTEGER NOT NULL CHECK (amount >= 0),
        input_fair_tokens INTEGER NOT NULL CHECK (input_fair_tokens >= 0),
        epoch             INTEGER NOT NULL REFERENCES epochs,
        opened            INTEGER NOT NULL,
        state             TEXT NOT NULL CHECK (state IN ('dispatched', 'settled', 'released', 'provisional')),
        attempts          INTEGER NOT NULL CHECK (attempts > 0),
        engine            TEXT NOT NULL,
        accepted          INTEGER NOT NULL CHECK (accepted IN (0, 1)),
        output_tokens     INTEGER NOT NULL CHECK (output_tokens >= 0),
        closed            INTEGER,
        charge            INTEGER CHECK (charge >= 0),
        prompt_tokens     INTEGER CHECK (prompt_tokens BETWEEN 0 AND 2147483648),
        cached_tokens     INTEGER CHECK (cached_tokens BETWEEN 0 AND prompt_tokens),
        completion_tokens INTEGER CHECK (completion_tokens BETWEEN 0 AND 2147483648),
        reasoning_tokens  INTEGER CHECK (reasoning_tokens BETWEEN 0 AND completion_tokens),
        source            TEXT CHECK (source IN ('measured', 'counted', 'provisional')),
        note              TEXT,
        CHECK ((state = 'dispatched') = (closed IS NULL) AND (closed IS NULL) = (charge IS NULL)
            AND (closed IS NULL) = (note IS NULL)),
        CHECK ((state IN ('settled', 'provisional')) = (source IS NOT NULL)
            AND (source IS NULL) = (prompt_tokens IS NULL) AND (source IS NULL) = (cached_tokens IS NULL)
            AND (source IS NULL) = (completion_tokens IS NULL) AND (source IS NULL) = (reasoning_tokens IS NULL)),
        CHECK (state <> 'released' OR charge = 0)
    ) STRICT;

    CREATE INDEX holds_open ON holds (id) WHERE state = 'dispatched';

    CREATE TABLE entries (
        id              INTEGER PRIMARY KEY CHECK (id > 0),
        at              INTEGER NOT NULL,
        epoch           INTEGER NOT NULL REFERENCES epochs,
        kind            TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'settle', 'release', 'provisional')),
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
            ELSE held <= 0 AND revenue >= 0 AND writeoff <= 0 AND granted = 0
            END)
    ) STRICT;

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
    CREATE TRIGGER prices_stay BEFORE UPDATE ON prices BEGIN SELECT RAISE(ABORT, 'a price is never changed'); END;
    CREATE TRIGGER prices_remain BEFORE DELETE ON prices BEGIN SELECT RAISE(ABORT, 'a price is never removed'); END;
    CREATE TRIGGER epochs_stay BEFORE UPDATE ON epochs BEGIN SELECT RAISE(ABORT, 'an epoch is never changed'); END;
    CREATE TRIGGER epochs_remain BEFORE DELETE ON epochs BEGIN SELECT RAISE(ABORT, 'an epoch is never removed'); END;
    CREATE TRIGGER closed_holds_stay BEFORE UPDATE ON holds WHEN OLD.state <> 'dispatched'
    BEGIN SELECT RAISE(ABORT, 'a closed hold is never changed'); END;
    CREATE TRIGGER hold_terms_stay
    BEFORE UPDATE OF id, request, account, book, key, price, model, amount, input_fair_tokens, epoch, opened ON holds
    BEGIN SELECT RAISE(ABORT, 'the terms of a hold are never changed'); END;
    CREATE TRIGGER holds_remain BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'a hold is never removed'); END;
    CREATE TRIGGER key_terms_stay
    BEFORE UPDATE OF id, account, book, mac, models, spending_limit, expires, created ON keys
    BEGIN SELECT RAISE(ABORT, 'the terms of a key are never changed'); END;
    CREATE TRIGGER keys_remain BEFORE DELETE ON keys BEGIN SELECT RAISE(ABORT, 'a key is never removed'); END;
    CREATE TRIGGER accounts_remain BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'an account is never removed'); END;
    CREATE TRIGGER balances_remain BEFORE DELETE ON balances BEGIN SELECT RAISE(ABORT, 'a balance is never removed'); END;
    """
