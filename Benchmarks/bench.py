#!/usr/bin/env python3
"""Several ways to the same upstream, in one run: directly, through nginx, through haproxy, through this server with billing on.

    bench.py --server BINARY --tools DIR [--ledger PROGRAM] [--peers PYTHON] [--rounds 3] [--seconds 4] [--only a,b] [--dry]

Rounds are interleaved, so that a noisy neighbour hits all alike. A whole run without errors writes Benchmarks/results/latest.json
and docs/performance.md.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import cases
import report
from figures import Rows
from processes import Running
from targets import PROXIES, Server, Upstream, direct, litellm, proxy

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


def wishes():
    ask = argparse.ArgumentParser()
    ask.add_argument("--server", required=True, type=pathlib.Path)
    ask.add_argument("--tools", required=True, type=pathlib.Path)
    ask.add_argument("--ledger", type=pathlib.Path, help="the ledger-benchmark program; without it one key instead of 10,000")
    ask.add_argument("--peers", type=pathlib.Path, help="the Python that LiteLLM is installed for")
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--seconds", type=float, default=4, help="of each load")
    ask.add_argument("--sustained", type=float, default=60, help="seconds of the sustained load")
    ask.add_argument("--only", help="these cases: " + ", ".join([*cases.LOADS, *cases.ONCE]) + "; writes nothing")
    ask.add_argument("--targets", default="direct,nginx,haproxy,minitoolai,litellm", help="these ways")
    ask.add_argument("--dry", action="store_true", help="write nothing")
    ask.add_argument("--json", type=pathlib.Path, help="write what was measured to this file as well")
    words = ask.parse_args()
    every = [*cases.LOADS, *cases.ONCE]
    words.cases = words.only.split(",") if words.only else every
    if unknown := [case for case in words.cases if case not in every]:
        ask.error(f"nothing is known of {', '.join(unknown)}; there are {', '.join(every)}")
    if not words.ledger and set(words.cases) & {"start", "writer"}:
        ask.error("start and writer need --ledger")
    words.dry = words.dry or bool(words.only)
    return words


def say(row):
    if "rps" in row:
        print(f"{row['case']:9s} {row['target']:11s} {row['rps']:9,.0f}/s  cpu {report.shown(row['cpu_us_per_request']):>9s} µs/request "
              f"{report.shown(row['cpu_us_per_chunk']):>6s} µs/chunk  p50 {row['latency_us']['p50']:,} p99 {row['latency_us']['p99']:,} µs  "
              f"errors {row['errors']} without [DONE] {row['without_done']}", flush=True)
    else:
        values = {name: value for name, value in row.items() if name not in ("case", "target", "without_done")}
        print(f"{row['case']:9s} {row['target']:11s} {values}", flush=True)


def server_with_books(words, running, folder, upstream):
    binary = words.server.resolve()
    server = Server(running, binary, folder, upstream)
    if words.ledger:
        made = subprocess.run(
            [words.ledger, "books", "--data", server.data, "--keys", "10000"], check=True, capture_output=True, text=True)
        server.key = json.loads(made.stdout)["key"]
    server.start()
    if not words.ledger:
        server.open_account()
    return server


def measure(words, running, folder):
    rows, wanted = [], words.targets.split(",")

    def keep(row, number=0):
        rows.append({"round": number, **row})
        say(row)

    upstream = Upstream(running, words.tools, folder)
    server = server_with_books(words, running, folder, upstream)
    targets = [direct(upstream)]
    targets += [proxy(name, parts, running, folder, upstream) for name, parts in PROXIES.items() if name in wanted]
    targets += [server.target()]
    targets = [target for target in targets if target.name in wanted]
    loadgen = words.tools / "loadgen"
    if "memory" in words.cases:
        for target in targets:
            if target.gauge:
                keep(cases.memory(loadgen, target))
    if words.peers and "litellm" in wanted and set(cases.PEER_CASES) & set(words.cases):
        targets.append(litellm(running, words.peers, folder, upstream))
        cases.warm(loadgen, targets[-1])
    for number in range(words.rounds):
        for case in (case for case in cases.LOADS if case in words.cases):
            for target in targets:
                if case == "tls" and target.tls_port is None or target.name == "litellm" and case not in cases.PEER_CASES:
                    continue
                keep(cases.load(loadgen, target, case, words.seconds), number)
    if "sustained" in words.cases:
        keep(cases.sustained(loadgen, server.target(), server, words.sustained))
    server.cli("ledger", "verify")
    server.stop()
    if "start" in words.cases:
        keep(cases.start(words.ledger, running, server.binary, folder, upstream))
    if "writer" in words.cases:
        keep(cases.writer(words.ledger, folder, words.seconds))
    if "size" in words.cases:
        keep(cases.size(server.binary, folder))
    return rows, [target.name for target in targets]


def main():
    words = wishes()
    # On the disk of the repository: where a temporary directory is in memory, nothing would be durable.
    folder, running = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=words.tools)), Running()
    try:
        rows, targets = measure(words, running, folder)
    finally:
        running.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    counted = HERE / "results/instructions.json"
    if not words.only and counted.exists():
        rows.append({"round": 0, "case": "instructions", "target": "minitoolai", "errors": 0, "without_done": 0,
                     **json.loads(counted.read_text())})
    result = {"date": report.today(), "commit": report.commit(), "machine": report.machine(), "rounds": words.rounds, "rows": rows}
    lines = report.body(Rows(rows), targets, words.cases)
    print("\n" + "\n".join(lines))
    if words.json:
        words.json.write_text(json.dumps(result, indent=1) + "\n")
    if any(row["errors"] or row["without_done"] for row in rows):
        sys.exit("Some requests failed: the figures do not count.")
    if not words.dry:
        (HERE / "results/latest.json").write_text(json.dumps(result, indent=1) + "\n")
        (ROOT / "docs/performance.md").write_text(report.document(lines, words.rounds))


if __name__ == "__main__":
    main()
