"""Backups: a copy while serving, and what a data directory is restored from."""

import stat
from decimal import Decimal

import pytest


def test_backup_and_restore(fresh, tmp_path):
    fresh.start()
    customer = fresh.customer(live="1.00")
    assert customer.chat().status == 200
    copy = tmp_path / "copy.minitoolai"
    result = fresh.run("backup", copy, *fresh._places())
    assert result.returncode == 0 and copy.exists()
    assert stat.S_IMODE(copy.stat().st_mode) & 0o077 == 0, "a copy of the books is not for everybody"
    assert fresh.run("backup", copy, *fresh._places()).returncode != 0, "nothing is written over"
    balance = customer.balance
    assert customer.chat().status == 200 and customer.balance < balance
    fresh.fails("restore", copy)
    assert fresh.stop() == 0
    fresh.fails("restore", copy)
    fresh.verify()
    fresh.data = fresh.folder / "elsewhere"
    assert fresh.cli("restore", copy)
    fresh.verify()
    fresh.start()
    assert Decimal(fresh.cli("account", "show", customer.name)["balance"]) == balance
    assert customer.chat().status == 200, "the keys of the copy open it"
    assert fresh.stop() == 0


WRONG = {
    "no database": (lambda good: b"not a backup", "is not a SQLite database"),
    "nothing": (lambda good: b"", "is not a SQLite database"),
    "a header alone": (lambda good: b"SQLite format 3\0" + bytes(4096), "is not a SQLite database"),
    "half of it": (lambda good: good[:len(good) // 2], "is damaged"),
    "a page overwritten": (lambda good: good[:4096] + b"\x5a" * 4096 + good[8192:], "is damaged"),
}


@pytest.mark.parametrize("spoil, words", WRONG.values(), ids=WRONG.keys())
def test_what_is_not_a_backup_is_not_restored(fresh, tmp_path, spoil, words):
    copy = tmp_path / "copy"
    fresh.cli("account", "create", "acme")
    fresh.cli("backup", copy)
    bad = tmp_path / "bad"
    bad.write_bytes(spoil(copy.read_bytes()))
    fresh.data = tmp_path / "elsewhere"
    result = fresh.fails("restore", bad)
    assert result.returncode == 1 and result.stderr.startswith(f"error: {bad} ") and words in result.stderr
    assert len(result.stderr.splitlines()) == 1 and "SELECT" not in result.stderr
    assert fresh.fails("restore", tmp_path / "nowhere").returncode == 74
    assert [path.name for path in fresh.data.iterdir()] == ["lock"], "nothing is left of it"
    fresh.start()
    fresh.verify()
