/// Migration 7: prices by the character.
///
/// A constraint cannot be changed, so the column is made anew beside the old one.
let speechSchema = """
    DROP TRIGGER prices_stay;
    ALTER TABLE prices RENAME COLUMN unit TO unit_before;
    ALTER TABLE prices ADD COLUMN unit TEXT NOT NULL DEFAULT 'token' CHECK (unit IN ('token', 'image', 'character'));
    UPDATE prices SET unit = unit_before;
    ALTER TABLE prices DROP COLUMN unit_before;
    CREATE TRIGGER prices_stay BEFORE UPDATE ON prices BEGIN SELECT RAISE(ABORT, 'a price is never changed'); END;
    """
