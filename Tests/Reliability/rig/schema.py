"""Takes the second line of defence away: without its own constraints a database believes everything, and the auditor is alone."""

import contextlib
import sqlite3


def without_checks(sql):
    """A table's definition without its CHECK clauses."""
    kept, place = "", 0
    while (start := sql.find("CHECK (", place)) >= 0:
        depth, end = 0, start + len("CHECK ")
        while True:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
            if depth == 0:
                break
        kept += sql[place:start].rstrip().rstrip(",") if sql[:start].rstrip().endswith(",") else sql[place:start]
        place = end
    return kept + sql[place:]


def take_constraints_away(path):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as books:
        for kind, name in books.execute("SELECT type, name FROM sqlite_schema WHERE type = 'trigger' OR sql LIKE 'CREATE UNIQUE INDEX%'").fetchall():
            books.execute(f"DROP {kind} {name}")
        books.execute("PRAGMA writable_schema = ON")
        for name, sql in books.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CHECK%'").fetchall():
            books.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (without_checks(sql), name))
        books.execute(f"PRAGMA schema_version = {books.execute('PRAGMA schema_version').fetchone()[0] + 1}")
        books.execute("PRAGMA writable_schema = OFF")
