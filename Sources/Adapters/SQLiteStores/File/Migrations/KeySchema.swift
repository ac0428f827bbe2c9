/// Migration 11: what single keys may use, and whether their answers are kept to be given again.
let keySchema = """
    ALTER TABLE keys ADD COLUMN rates TEXT CHECK (rates IS NULL OR json_valid(rates));
    ALTER TABLE keys ADD COLUMN caches INTEGER NOT NULL DEFAULT 0 CHECK (caches IN (0, 1));
    """
