"""The database, read once and only read."""

import pathlib
import sqlite3
from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace

TABLES = {"holds": "id", "entries": "id", "prices": "id", "keys": "id", "accounts": "id", "epochs": "number",
          "balances": "account", "chain": "batch", "folded": "one", "open_holds": "hold", "grants": "entry", "jobs": "id",
          "codes": "id", "orders": "id", "debts": "account"}


@dataclass
class Books:
    holds: dict = field(default_factory=dict)
    entries: list = field(default_factory=list)
    prices: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)
    accounts: dict = field(default_factory=dict)
    epochs: list = field(default_factory=list)
    balances: dict = field(default_factory=dict)
    chain: list = field(default_factory=list)
    #: The entry up to which balances, what keys have spent and the list of open holds go.
    folded: int = 0
    open_holds: set = field(default_factory=set)
    grants: list = field(default_factory=list)
    jobs: list = field(default_factory=list)
    codes: list = field(default_factory=list)
    orders: list = field(default_factory=list)
    debts: list = field(default_factory=list)
    triggers: set = field(default_factory=set)
    indices: set = field(default_factory=set)

    @classmethod
    def read(cls, path):
        """Every row, as it is: the types are SQLite's, nothing is converted and nothing skipped."""
        if not pathlib.Path(path).exists():
            raise SystemExit(f"auditor: {path} is not there")
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        connection.execute("BEGIN")
        try:
            rows = {table: _rows(connection, table, order) for table, order in TABLES.items()}
            schema = list(connection.execute("SELECT type, name FROM sqlite_schema"))
        finally:
            connection.close()
        return cls(
            chain=rows["chain"], folded=rows["folded"][0].entry, open_holds={row.hold for row in rows["open_holds"]},
            grants=rows["grants"], jobs=rows["jobs"], codes=rows["codes"], orders=rows["orders"], debts=rows["debts"],
            holds={row.id: row for row in rows["holds"]}, entries=rows["entries"],
            prices={row.id: row for row in rows["prices"]}, keys={row.id: row for row in rows["keys"]},
            accounts={row.id: row for row in rows["accounts"]}, epochs=[row.number for row in rows["epochs"]],
            balances={(row.account, row.book): row for row in rows["balances"]},
            triggers={name for kind, name in schema if kind == "trigger"},
            indices={name for kind, name in schema if kind == "index"})

    def cost(self, price, prompt, cached, completion):
        """Nanodollars for a usage at a price: one exact fraction, rounded up once. Pictures are counted where tokens of answers are."""
        row = self.prices[price]
        cached_input = row.input if row.cached_input is None else row.cached_input
        exact = Fraction((prompt - cached) * row.input + cached * cached_input + completion * row.output, 1_000_000)
        return -((-exact.numerator) // exact.denominator)


def _rows(connection, table, order):
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {order}")
    names = [column[0] for column in cursor.description]
    return [SimpleNamespace(**dict(zip(names, row))) for row in cursor]
