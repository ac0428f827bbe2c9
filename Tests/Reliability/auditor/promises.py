"""What was promised to somebody: grants that were confirmed (I12), balances that were shown (I20), prices and rows that stay."""

import bisect
import hashlib
import json


def check_grants(books, logs, report):
    """I12."""
    entries = {}
    for entry in books.entries:
        if entry.kind in ("grant", "adjust"):
            entries.setdefault((entry.account, entry.book, entry.note), []).append(entry)
    asked = {}
    for grant in logs.grants:
        asked.setdefault((grant["account"], grant["book"], grant["reference"]), []).append(grant)
    for name, grants in asked.items():
        found = entries.get(name, [])
        confirmed = any(grant["confirmed"] for grant in grants)
        report.check("I12", len(found) == 1 or (not found and not confirmed),
                     lambda: f"the grant {name} was {'confirmed' if confirmed else 'asked'} and has {len(found)} entries")
        report.check("I12", all(entry.available == grants[0]["amount"] for entry in found),
                     lambda: f"the grant {name} of {grants[0]['amount']} is booked with {[entry.available for entry in found]}")
    report.check("I12", sorted((row.account, row.book, row.reference, row.entry) for row in books.grants)
                 == sorted((*name, entry.id) for name, found in entries.items() for entry in found),
                 "the references that are kept are not those of the grants")
    for name, found in entries.items():
        report.check("I12", name in asked or not logs.grants, lambda: f"entry {found[0].id} grants {name}, which nobody asked for")


def check_balances(logs, replay, report):
    """I20: each balance that was shown is a state of the fold, no older than what its reader had already been told."""
    told = {}
    for answer in logs.answers.values():
        if answer.done:
            told.setdefault(answer.account, []).append((answer.ended, answer.request))
    closings = {replay.books.holds[hold].request: entry for hold, entry in replay.closing.items()}
    newest = {}
    for account, ends in told.items():
        ends.sort()
        line, last = [], 0
        for at, request in ends:
            last = max(last, closings[request].id if request in closings else 0)
            line.append((at, last))
        newest[account] = line
    for shown in logs.balances:
        states = replay.states[(shown["account"], shown["book"])]
        seen = newest.get(shown["account"], [])
        place = bisect.bisect_left(seen, (shown["asked"], 0))
        least = seen[place - 1][1] if place else 0
        wanted = (shown["available"], shown["held"])
        report.check("I20", any((available, held) == wanted for entry, available, held in reversed(states) if entry >= least)
                     or (not states and wanted == (0, 0)),
                     lambda: f"account {shown['account']} was shown {wanted}, which it never had from entry {least} on")
    for answer in logs.answers.values():
        if answer.balance is not None and answer.request in closings:
            entry = closings[answer.request]
            report.check("I20", answer.balance == entry.available_after,
                         lambda: f"{answer.request} was told a balance of {answer.balance}; entry {entry.id} left {entry.available_after}")


def check_prices_stay(books, logs, report):
    """I16: a price that was once read is the same for ever."""
    for rows in logs.prices:
        for number, model, price, cached, output, since in rows:
            row = books.prices.get(number)
            now = row and (row.model, row.input, row.cached_input, row.output, row.since)
            report.check("I16", now == (model, price, cached, output, since),
                         lambda: f"price {number} was {(model, price, cached, output, since)} and is {now}")


def fingerprint(books, count):
    """SHA-256 over the first `count` entries, every column."""
    digest = hashlib.sha256()
    for entry in books.entries[:count]:
        digest.update(json.dumps({name: value.hex() if isinstance(value, bytes) else value for name, value in vars(entry).items()},
                                 sort_keys=True).encode())
    return digest.hexdigest()


def check_prefix(books, remembered, report):
    """I19: what an earlier audit saw is still there, unchanged, at the beginning."""
    count = remembered["entries"]
    report.check("I19", len(books.entries) >= count and fingerprint(books, count) == remembered["sha256"],
                 lambda: f"the first {count} entries are not those of the earlier audit; there are {len(books.entries)}")
