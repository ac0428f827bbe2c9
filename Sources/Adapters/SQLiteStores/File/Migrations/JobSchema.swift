/// Migration 6: jobs that outlive the process, and prices of other things than tokens.
///
/// A job is kept in the commit that opens its hold and in the one that closes it; the ledger does not look into its contents.
let jobSchema = """
    ALTER TABLE prices ADD COLUMN unit TEXT NOT NULL DEFAULT 'token' CHECK (unit = 'token' OR unit = 'image');

    CREATE TABLE jobs (
        id        INTEGER PRIMARY KEY CHECK (id > 0),
        hold      INTEGER NOT NULL UNIQUE REFERENCES entries,
        account   INTEGER NOT NULL REFERENCES accounts,
        book      TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        submitted INTEGER NOT NULL,
        is_over   INTEGER NOT NULL CHECK (is_over BETWEEN 0 AND 1),
        contents  BLOB NOT NULL,
        idempotency_key TEXT CHECK (length(idempotency_key) BETWEEN 1 AND 255),
        body_hash BLOB CHECK (length(body_hash) = 32),
        CHECK ((idempotency_key IS NULL) = (body_hash IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX submissions ON jobs (account, book, idempotency_key) WHERE idempotency_key IS NOT NULL;
    CREATE INDEX unfinished_jobs ON jobs (submitted) WHERE NOT is_over;
    CREATE TRIGGER jobs_end_once BEFORE UPDATE OF id, is_over, contents ON jobs WHEN OLD.is_over
    BEGIN SELECT RAISE(ABORT, 'a job that is over stays as it is'); END;
    CREATE TRIGGER jobs_keep_their_hold BEFORE UPDATE ON jobs
    WHEN NEW.hold <> OLD.hold OR NEW.account <> OLD.account OR NEW.book <> OLD.book OR NEW.submitted <> OLD.submitted
    BEGIN SELECT RAISE(ABORT, 'a job keeps its hold and its owner'); END;
    CREATE TRIGGER jobs_are_named_once BEFORE UPDATE OF idempotency_key, body_hash ON jobs WHEN NEW.idempotency_key IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a job is named when it is submitted'); END;

    -- Jobs that are over, and whose end is still to be told: see the row's job for where.
    CREATE TABLE callbacks (
        job      INTEGER PRIMARY KEY REFERENCES jobs,
        account  INTEGER NOT NULL REFERENCES accounts,
        attempts INTEGER NOT NULL CHECK (attempts >= 0),
        due      INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX callbacks_by_time ON callbacks (due, account);
    CREATE INDEX callbacks_by_account ON callbacks (account);
    """
