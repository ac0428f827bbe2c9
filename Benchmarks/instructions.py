#!/usr/bin/env python3
"""User-space instructions per request, stream and event under callgrind: a figure that noise does not move.

    instructions.py --server BINARY --tools DIR [--record] [--only request,event] [--top 30]

One server under valgrind; each piece of work is counted between a zeroing and a dump, after as much of the same that is not
counted. Against Benchmarks/results/instructions.json: more than 5 % above it fails. --record writes it anew.

A busy machine only ever adds: what comes apart in time shares fewer reads and commits. So the lowest of several counts is the figure.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from processes import Running
from targets import Server, Upstream

HERE = pathlib.Path(__file__).resolve().parent
BASELINE = HERE / "results/instructions.json"
TOLERANCE = 0.05
COUNTS_MAX = 3
WORK = {
    # name: (what it is, load generator's words, requests that are counted, events of each)
    "request": ("non-stream request, 32 connections", "-c 32 -m mock", 1000, 0),
    "stream": ("3-chunk stream, 32 connections", "-c 32 -m mock-c3 -s", 600, 0),
    # Few at a time and paced, so that each event comes by itself: a server under valgrind is some fifty times slower.
    "event": ("event of a paced 200-chunk stream", "-c 2 -m mock-c200-d5 -s", 8, 200),
    "body": ("request with a body of 100 KB", "-c 8 -m mock -b 100000", 200, 0),
    "tls": ("non-stream request, TLS to the upstream", "-c 32 -m mock-tls", 600, 0),
}


class Counter:
    """A server under callgrind."""

    def __init__(self, running, server_words, folder, tools):
        self.folder, self.tools = folder, tools
        self.server = Server(
            running, *server_words,
            before=["valgrind", "--tool=callgrind", "--fair-sched=yes", f"--callgrind-out-file={folder}/counted"])
        self.server.start()
        self.server.open_account()

    def control(self, word):
        subprocess.run(["callgrind_control", word, str(self.server.process.pid)], check=True, capture_output=True)

    def load(self, words, requests):
        result = subprocess.run(
            [self.tools / "loadgen", "-p", str(self.server.port), "-k", self.server.key, "-t", "110", "-n", str(requests),
             *words.split()], capture_output=True, text=True, check=True)
        row = json.loads(result.stdout)
        if row["errors"] or row["without_done"] or row["requests"] != requests:
            sys.exit(f"not every request was answered: {result.stdout}{result.stderr}")

    def count(self, name):
        """Instructions per unit of work, and the file that says where they went."""
        _, words, requests, events = WORK[name]
        self.load(words, max(64, requests // 4) if not events else 2)
        self.control("--zero")
        self.load(words, requests)
        self.control(f"--dump={name}")
        dump = max(self.folder.glob("counted.*"), key=lambda path: int(path.suffix[1:]))
        total = int(re.search(r"^(?:summary|totals): (\d+)", dump.read_text(), re.MULTILINE)[1])
        return total / (requests * max(1, events)), dump


def costs(dump):
    """What each function took by itself. A line after `calls=` is what the called one took: not counted here."""
    names, spent, function, skip = {}, {}, None, False
    for line in dump.read_text().splitlines():
        if found := re.match(r"c?fn=\((\d+)\)(?: (.*))?", line):
            names.setdefault(found[1], found[2])
            if line.startswith("fn="):
                function = found[1]
        elif line.startswith("calls="):
            skip = True
        elif line[:1].isdigit() or line[:1] in "+-*":
            cost = line.split()[1:]  # none is zero
            if not skip and cost:
                spent[function] = spent.get(function, 0) + int(cost[0])
            skip = False
    return {names[number]: cost for number, cost in spent.items()}


def costliest(dump, units, rows):
    """The functions that the instructions went to, names as Swift writes them."""
    spent = costs(dump)
    names = sorted(spent, key=spent.get, reverse=True)[:rows]
    plain = names
    if shutil.which("swift"):
        plain = subprocess.run(
            ["swift", "demangle", "--simplified"], input="\n".join(names), capture_output=True, text=True,
            check=True).stdout.splitlines()
    whole = sum(spent.values())
    for name, shown in zip(names, plain):
        print(f"{spent[name] / units:12,.0f} {100 * spent[name] / whole:5.1f} %  {shown[:150]}")


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--server", required=True, type=pathlib.Path)
    ask.add_argument("--tools", required=True, type=pathlib.Path)
    ask.add_argument("--only", default=",".join(WORK))
    ask.add_argument("--record", action="store_true", help="write the baseline anew")
    ask.add_argument("--top", type=int, default=0, metavar="N", help="show the N costliest functions")
    words = ask.parse_args()
    only = words.only.split(",")
    if unknown := set(only) - set(WORK):
        ask.error(f"nothing is known of {', '.join(unknown)}; there are {', '.join(WORK)}")
    folder, running, counts = pathlib.Path(tempfile.mkdtemp(prefix="instructions-")), Running(), {}
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    try:
        # valgrind 3.19 cannot read the debug information that the compiler writes; names of functions stay.
        binary = folder / "minitoolai"
        subprocess.run(["strip", "--strip-debug", "-o", binary, words.server.resolve()], check=True)
        counter = Counter(running, (binary, folder, Upstream(running, words.tools, folder)), folder, words.tools)
        for name in only:
            before = baseline.get(name)
            seen = []
            while not seen or len(seen) < COUNTS_MAX and (words.record or before and min(seen) > before * (1 + TOLERANCE)):
                count, dump = counter.count(name)
                seen.append(count)
            counts[name] = min(seen)
            change = f"{100 * (counts[name] / before - 1):+6.1f} % of {before:,}" if before else "no baseline"
            print(f"{name:8s} {counts[name]:12,.0f} instructions per {WORK[name][0]}  {change}"
                  + (f"  (lowest of {', '.join(f'{count:,.0f}' for count in seen)})" if len(seen) > 1 else ""), flush=True)
            if words.top:
                costliest(dump, WORK[name][2] * max(1, WORK[name][3]), words.top)
        counter.server.stop()
    finally:
        running.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    if words.record:
        BASELINE.write_text(json.dumps(baseline | {name: round(count) for name, count in counts.items()}, indent=1) + "\n")
    elif above := [name for name in only if name in baseline and counts[name] > baseline[name] * (1 + TOLERANCE)]:
        sys.exit(f"More than {TOLERANCE:.0%} above the baseline: {', '.join(above)}. See Benchmarks/README.md.")


if __name__ == "__main__":
    main()
