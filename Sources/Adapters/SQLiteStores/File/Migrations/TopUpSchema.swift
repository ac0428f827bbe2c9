import GRDB

/// Migration 8: top-ups, corrections, and the people who sign in.
///
/// Money can now leave a book without having been spent: by an operator's correction (`adjust`), or because a payment was paid back
/// (`refund`). The constraint on an entry's kind cannot be changed, so the table is made anew with the same rows; their bytes are the
/// same, and with them the chain over them. What cannot be taken back any more is a debt; whoever owes has nothing available.
let topUpSchema = """
    DROP TRIGGER chain_goes_on;
    DROP VIEW holds;
    CREATE TABLE all_entries (
        id                INTEGER PRIMARY KEY,
        at                INTEGER NOT NULL,
        epoch             INTEGER NOT NULL,
        kind              TEXT NOT NULL,
        account           INTEGER NOT NULL,
        book              TEXT NOT NULL,
        key               INTEGER,
        hold              INTEGER,
        available         INTEGER NOT NULL,
        held              INTEGER NOT NULL,
        revenue           INTEGER NOT NULL,
        granted           INTEGER NOT NULL,
        writeoff          INTEGER NOT NULL,
        available_after   INTEGER NOT NULL,
        held_after        INTEGER NOT NULL,
        note              TEXT NOT NULL,
        previous          INTEGER NOT NULL,
        request           TEXT,
        price             INTEGER,
        input_fair_tokens INTEGER,
        engine            TEXT,
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
        CHECK (kind = 'hold' OR kind = 'settle' OR kind = 'extend' OR kind = 'release' OR kind = 'provisional' OR kind = 'grant'
            OR kind = 'adjust' OR kind = 'refund'),
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
            AND attempts IS NULL)),
        CHECK ((kind <> 'adjust' AND kind <> 'refund') OR (hold IS NULL AND key IS NULL AND held = 0 AND available < 0
            AND granted = -available AND attempts IS NULL))
    ) STRICT;
    INSERT INTO all_entries SELECT * FROM entries ORDER BY id;
    DROP TABLE entries;
    ALTER TABLE all_entries RENAME TO entries;
    CREATE UNIQUE INDEX one_closing_per_hold ON entries (hold) WHERE attempts IS NOT NULL;
    CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
    CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;

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

    CREATE TABLE codes (
        id       INTEGER PRIMARY KEY CHECK (id > 0),
        mac      BLOB NOT NULL UNIQUE CHECK (length(mac) = 32),
        prefix   TEXT NOT NULL,
        amount   INTEGER NOT NULL CHECK (amount > 0),
        book     TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        created  INTEGER NOT NULL,
        expires  INTEGER,
        revoked  INTEGER,
        account  INTEGER REFERENCES accounts,
        redeemed INTEGER,
        entry    INTEGER UNIQUE REFERENCES entries,
        CHECK ((account IS NULL) = (redeemed IS NULL) AND (account IS NULL) = (entry IS NULL)),
        CHECK (account IS NULL OR revoked IS NULL)
    ) STRICT;
    CREATE TRIGGER codes_end_once BEFORE UPDATE ON codes WHEN OLD.entry IS NOT NULL OR OLD.revoked IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a code is redeemed or revoked once'); END;
    CREATE TRIGGER codes_keep_their_worth BEFORE UPDATE ON codes
    WHEN NEW.mac <> OLD.mac OR NEW.amount <> OLD.amount OR NEW.book <> OLD.book
    BEGIN SELECT RAISE(ABORT, 'a code keeps what it is worth'); END;
    CREATE TRIGGER codes_remain BEFORE DELETE ON codes BEGIN SELECT RAISE(ABORT, 'a code is never removed'); END;

    -- A US cent is ten million nanodollars.
    CREATE TABLE orders (
        id         INTEGER PRIMARY KEY CHECK (id > 0),
        provider   TEXT NOT NULL CHECK (provider = 'stripe' OR provider = 'test'),
        account    INTEGER NOT NULL REFERENCES accounts,
        book       TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        amount     INTEGER NOT NULL CHECK (amount > 0),
        cents      INTEGER NOT NULL,
        created    INTEGER NOT NULL,
        session    TEXT,
        payment    TEXT,
        abandoned  INTEGER NOT NULL DEFAULT 0 CHECK (abandoned BETWEEN 0 AND 1),
        credited   INTEGER UNIQUE REFERENCES entries,
        refunded   INTEGER NOT NULL DEFAULT 0 CHECK (refunded >= 0),
        disputes   TEXT NOT NULL DEFAULT '{}',
        taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back BETWEEN 0 AND amount),
        CHECK (amount = cents * 10000000),
        CHECK (provider = 'stripe' OR book = 'test'),
        CHECK (credited IS NOT NULL OR taken_back = 0)
    ) STRICT;
    CREATE UNIQUE INDEX orders_by_payment ON orders (provider, payment) WHERE payment IS NOT NULL;
    CREATE UNIQUE INDEX orders_by_session ON orders (provider, session) WHERE session IS NOT NULL;
    CREATE TRIGGER orders_keep_their_terms BEFORE UPDATE ON orders
    WHEN NEW.provider <> OLD.provider OR NEW.account <> OLD.account OR NEW.book <> OLD.book OR NEW.amount <> OLD.amount
        OR NEW.cents <> OLD.cents OR NEW.session <> OLD.session OR NEW.payment <> OLD.payment OR NEW.credited <> OLD.credited
        OR (OLD.credited IS NOT NULL AND NEW.credited IS NULL) OR NEW.refunded < OLD.refunded
    BEGIN SELECT RAISE(ABORT, 'an order keeps its terms, and is credited once'); END;
    CREATE TRIGGER orders_remain BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'an order is never removed'); END;

    -- What providers said, as far as it changed something or waits for its order.
    CREATE TABLE notices (
        provider TEXT NOT NULL,
        id       TEXT NOT NULL,
        at       INTEGER NOT NULL,
        "order"  INTEGER REFERENCES orders,
        payment  TEXT,
        news     TEXT NOT NULL,
        PRIMARY KEY (provider, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE debts (
        account INTEGER NOT NULL REFERENCES accounts,
        book    TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        amount  INTEGER NOT NULL CHECK (amount > 0),
        PRIMARY KEY (account, book)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE alerts (
        account   INTEGER PRIMARY KEY REFERENCES accounts,
        threshold INTEGER NOT NULL CHECK (threshold > 0),
        address   TEXT NOT NULL,
        told      INTEGER NOT NULL CHECK (told BETWEEN 0 AND 1)
    ) STRICT;

    CREATE TABLE users (
        id       INTEGER PRIMARY KEY CHECK (id > 0),
        login    TEXT NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 254),
        role     TEXT NOT NULL CHECK (role = 'operator' OR role = 'customer'),
        account  INTEGER NOT NULL REFERENCES accounts,
        created  INTEGER NOT NULL,
        password TEXT,
        disabled INTEGER
    ) STRICT;
    CREATE TABLE sessions (
        id      INTEGER PRIMARY KEY CHECK (id > 0),
        user    INTEGER NOT NULL REFERENCES users,
        mac     BLOB NOT NULL UNIQUE CHECK (length(mac) = 32),
        created INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        agent   TEXT NOT NULL
    ) STRICT;
    CREATE TABLE invitations (
        user    INTEGER PRIMARY KEY REFERENCES users,
        mac     BLOB NOT NULL UNIQUE CHECK (length(mac) = 32),
        expires INTEGER NOT NULL
    ) STRICT;
    """

@Sendable func chainGoesOnAgain(_ db: Database) throws { try db.execute(sql: chainGoesOn) }
