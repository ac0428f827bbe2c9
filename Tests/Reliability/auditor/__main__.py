"""`python -m auditor --database FILE [--upstream LOG] [--clients LOG]`: exit 0 when nothing disagrees, 1 when something does."""

import argparse
import json
import pathlib
import sys
import time

from . import audit
from .promises import fingerprint
from .books import Books


def main():
    parser = argparse.ArgumentParser(prog="auditor", description=__doc__)
    parser.add_argument("--database", required=True, help="the ledger; it is only read")
    parser.add_argument("--upstream", help="the upstream's log")
    parser.add_argument("--clients", help="the callers' log")
    parser.add_argument("--at-rest", action="store_true", help="nothing is being served: an open hold is a violation")
    parser.add_argument("--clock-jumps", action="store_true", help="the wall clock was moved: moments say nothing")
    parser.add_argument("--lax-schema", action="store_true", help="the database's own constraints were taken away on purpose")
    parser.add_argument("--earlier", type=pathlib.Path, help="what an earlier audit remembered: still a prefix?")
    parser.add_argument("--remember", type=pathlib.Path, help="where to write what a later audit compares with")
    parser.add_argument("--pictures", help="the folder in which pictures lie: what was charged is looked for there")
    parser.add_argument("--keep-seconds", type=int, help="how long pictures are kept; without it, for ever")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    earlier = json.loads(options.earlier.read_text()) if options.earlier else None
    report = audit(
        options.database, options.upstream, options.clients, at_rest=options.at_rest, clock_jumps=options.clock_jumps,
        strict_schema=not options.lax_schema, earlier=earlier,
        pictures=options.pictures, keep_seconds=options.keep_seconds, now=time.time())
    if options.remember:
        books = Books.read(options.database)
        options.remember.write_text(json.dumps({"entries": len(books.entries), "sha256": fingerprint(books, len(books.entries))}))
    print(json.dumps(report.document(), indent=1) if options.json else "\n".join(report.lines()))
    sys.exit(1 if report.violations else 0)


main()
