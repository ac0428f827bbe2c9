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
        contents  BLOB NOT NULL
    ) STRICT;
    CREATE INDEX unfinished_jobs ON jobs (submitted) WHERE NOT is_over;
    CREATE TRIGGER jobs_end_once BEFORE UPDATE ON jobs WHEN OLD.is_over
    BEGIN SELECT RAISE(ABORT, 'a job that is over stays as it is'); END;
    CREATE TRIGGER jobs_keep_their_hold BEFORE UPDATE ON jobs
    WHEN NEW.hold <> OLD.hold OR NEW.account <> OLD.account OR NEW.book <> OLD.book OR NEW.submitted <> OLD.submitted
    BEGIN SELECT RAISE(ABORT, 'a job keeps its hold and its owner'); END;
    """
