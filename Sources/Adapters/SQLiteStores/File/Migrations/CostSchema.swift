/// Migration 10: what each asking of an engine cost the operator.
///
/// It stands beside the money of customers, which nothing here can change.
let costSchema = """
    CREATE TABLE attempts (
        hold              INTEGER NOT NULL REFERENCES entries,
        number            INTEGER NOT NULL CHECK (number > 0),
        at                INTEGER NOT NULL,
        engine            TEXT NOT NULL,
        model             TEXT NOT NULL,
        outcome           TEXT NOT NULL CHECK (outcome IN ('answered', 'broke_off', 'failed', 'unknown')),
        prompt_tokens     INTEGER CHECK (prompt_tokens BETWEEN 0 AND 2147483648),
        cached_tokens     INTEGER CHECK (cached_tokens BETWEEN 0 AND prompt_tokens),
        completion_tokens INTEGER CHECK (completion_tokens BETWEEN 0 AND 2147483648),
        cost              INTEGER CHECK (cost >= 0),
        PRIMARY KEY (hold, number),
        CHECK ((prompt_tokens IS NULL) = (cached_tokens IS NULL) AND (prompt_tokens IS NULL) = (completion_tokens IS NULL))
    ) STRICT, WITHOUT ROWID;
    """
