/// Migration 9: paid requests by the names their callers gave them, and what was answered.
///
/// What became of the money is not here but with the hold: a name cannot say that something else was paid than was.
let nameSchema = """
    CREATE TABLE named_requests (
        account   INTEGER NOT NULL REFERENCES accounts,
        book      TEXT NOT NULL CHECK (book = 'live' OR book = 'test'),
        idempotency_key TEXT NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 255),
        body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
        hold      INTEGER NOT NULL UNIQUE REFERENCES entries,
        at        INTEGER NOT NULL,
        answer    BLOB,
        PRIMARY KEY (account, book, idempotency_key)
    ) STRICT;
    CREATE INDEX named_requests_by_time ON named_requests (at);
    CREATE TRIGGER named_requests_keep_their_answer BEFORE UPDATE OF answer ON named_requests WHEN OLD.answer IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'an answer that was kept is not replaced'); END;
    """
