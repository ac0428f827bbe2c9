#!/usr/bin/env python3
"""Three ways to the same upstream, in one run: directly, through nginx, through this server with billing on.

    bench.py --server .build/release/minitoolai --tools DIR [--rounds 3] [--seconds 4] [--cases a,b]

Rounds are interleaved, so that a noisy neighbour hits all alike. CPU is that of the gateway's process and its children, from
/proc, divided by requests and by chunks. Writes Benchmarks/results/latest.json and docs/performance.md.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MODELS = ("mock", "mock-c3", "mock-c200", "mock-c200-d5", "mock-c200-d50")
CASES = {
    # name: (what it is, load generator's words, whether its length is --seconds)
    "json": ("non-stream, 32 connections", "-c 32 -m mock -w 500", True),
    "json-500": ("non-stream, 500 requests/s", "-c 64 -r 500 -m mock -w 100", True),
    "sse3": ("3-chunk streams, 32 at a time", "-c 32 -m mock-c3 -s -w 200", True),
    "sse200": ("200-chunk streams, 32 at a time", "-c 32 -m mock-c200 -s", True),
    "sse200-paced": ("200-chunk streams, 64 at a time, a chunk each 5 ms", "-c 64 -n 320 -t 30 -m mock-c200-d5 -s", False),
    "sse200-1000": ("200-chunk streams, 1,000 at a time, a chunk each 50 ms", "-c 1000 -n 1000 -t 60 -m mock-c200-d50 -s", False),
}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port, seconds=10):
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class Process:
    """A process and its children, as /proc counts them."""

    def __init__(self, pid):
        self.pid = pid

    def family(self):
        children = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    fields = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                    children.setdefault(int(fields[1]), []).append(int(entry))
        found, todo = [], [self.pid]
        while todo:
            found.append(todo.pop())
            todo += children.get(found[-1], [])
        return found

    def usage(self):
        """CPU seconds and resident bytes."""
        cpu = resident = 0
        for pid in self.family():
            with contextlib.suppress(OSError):
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                cpu += int(fields[11]) + int(fields[12])
                resident += int(fields[21]) * PAGE
        return cpu / TICKS, resident


class Target:
    def __init__(self, name, port, key="none", pid=None):
        self.name, self.port, self.key, self.process = name, port, key, Process(pid) if pid else None


class Server:
    """This server on one loop, as nginx on one worker; its ledger on disk, one customer with a live key."""

    def __init__(self, binary, folder, upstream):
        self.binary, self.folder = binary, folder
        price = {"input": 0.15, "output": 0.60}
        models = {name: {"kind": "chat", "price": price, "routes": [{"engine": "mock", "model": name}]} for name in MODELS}
        engine = {"kind": "openai", "base_url": f"http://127.0.0.1:{upstream}/v1", "api_key": "none"}
        self.config = folder / "config.yaml"
        self.config.write_text(json.dumps({"server": {"loops": 1}, "engines": {"mock": engine}, "models": models}))
        self.process = subprocess.Popen(
            [binary, "serve", "--port", "0", *self.places()], cwd=folder, stdout=subprocess.PIPE, text=True,
            stderr=open(folder / "server.log", "w"))
        ready = next((line for line in self.process.stdout if line.startswith("ready ")), None)
        if ready is None:
            sys.exit((folder / "server.log").read_text())
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.port = int(ready.strip().rsplit(":", 1)[1])
        self.cli("account", "create", "bench")
        self.cli("credit", "grant", "--account", "bench", "--amount", "1000000", "--reference", "bench")
        self.key = self.cli("key", "create", "--account", "bench")["key"]

    def places(self):
        return ["--data", str(self.folder / "data"), "--config", str(self.config)]

    def cli(self, *words):
        result = subprocess.run([self.binary, *words, *self.places(), "--json"], cwd=self.folder, capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"minitoolai {' '.join(words)}: {result.stderr}")
        return json.loads(result.stdout)


def measure(loadgen, target, case, seconds):
    words = CASES[case][1].split() + (["-t", str(seconds)] if CASES[case][2] else [])
    peak, over = [0], threading.Event()

    def watch():
        while target.process and not over.wait(0.2):
            peak[0] = max(peak[0], target.process.usage()[1])

    before = target.process.usage() if target.process else (0, 0)
    watcher = threading.Thread(target=watch)
    watcher.start()
    result = subprocess.run(
        [loadgen, "-p", str(target.port), "-k", target.key, *words], capture_output=True, text=True, timeout=200)
    over.set()
    watcher.join()
    after = target.process.usage() if target.process else (0, 0)
    if result.returncode or result.stderr:
        print(f"  {target.name} {case}: {result.stderr.strip()}", file=sys.stderr)
    row = json.loads(result.stdout)
    cpu_us = (after[0] - before[0]) * 1e6
    chunks = row["events"] + row["requests"] if row["events"] else 0
    return {
        "target": target.name, "case": case, **row,
        "cpu_us_per_request": cpu_us / max(1, row["all_requests"]) if target.process else None,
        "cpu_us_per_chunk": cpu_us / chunks if target.process and chunks else None,
        "resident_before": before[1], "resident_peak": max(peak[0], after[1]),
    }


def median(rows, value):
    values = [value(row) for row in rows]
    return statistics.median(values) if values and None not in values else None


def shown(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"


def table(rows, targets, cases):
    """The medians, as Markdown."""
    lines = []
    for case in cases:
        lines += [f"### {CASES[case][0]}", "",
                  "| way | requests/s | CPU µs/request | CPU µs/chunk | p50 µs | p99 µs | added p50 | added p99 | peak MiB | errors |",
                  "|---|---|---|---|---|---|---|---|---|---|"]
        of = {name: [row for row in rows if row["case"] == case and row["target"] == name] for name in targets}
        base = {q: median(of["direct"], lambda row: row["latency_us"][q]) for q in ("p50", "p99")}
        for name in targets:
            found = of[name]
            p50, p99 = (median(found, lambda row: row["latency_us"][q]) for q in ("p50", "p99"))
            lines.append("| " + " | ".join([
                name, shown(median(found, lambda row: row["rps"]), 0), shown(median(found, lambda row: row["cpu_us_per_request"])),
                shown(median(found, lambda row: row["cpu_us_per_chunk"])), shown(p50, 0), shown(p99, 0),
                "–" if name == "direct" else shown(p50 - base["p50"], 0), "–" if name == "direct" else shown(p99 - base["p99"], 0),
                shown(median(found, lambda row: row["resident_peak"] / 2**20 if row["resident_peak"] else None)),
                str(sum(row["errors"] + row["without_done"] for row in found)),
            ]) + " |")
        lines.append("")
    return lines


def ratios(rows, cases):
    """This server's CPU beside nginx's, round by round."""
    lines = ["### CPU beside nginx", "", "| case | per | median of rounds | range |", "|---|---|---|---|"]
    for case in cases:
        per = "cpu_us_per_chunk" if "sse200" in case else "cpu_us_per_request"
        pairs = zip([row[per] for row in rows if row["case"] == case and row["target"] == "minitoolai"],
                    [row[per] for row in rows if row["case"] == case and row["target"] == "nginx"])
        found = [ours / theirs for ours, theirs in pairs if theirs]
        if found:
            lines.append(f"| {case} | {per.rsplit('_', 1)[1]} | {statistics.median(found):.2f} | {min(found):.2f}–{max(found):.2f} |")
    return lines + [""]


def memory_per_thousand(rows):
    """What a thousand open streams take above the process at rest before them."""
    lines = []
    for name in ("nginx", "minitoolai"):
        found = [row for row in rows if row["case"] == "sse200-1000" and row["target"] == name]
        if found:
            grown = median(found, lambda row: (row["resident_peak"] - row["resident_before"]) / 2**20)
            lines.append(f"Memory of 1,000 open streams, {name}: {shown(grown)} MiB above the process before them.")
    return lines + [""] if lines else []


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} cores ({model})"


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--server", required=True, type=pathlib.Path)
    ask.add_argument("--tools", required=True, type=pathlib.Path)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--seconds", type=float, default=4)
    ask.add_argument("--cases", default=",".join(CASES))
    ask.add_argument("--dry", action="store_true", help="write no files")
    words = ask.parse_args()
    cases, rows, running = words.cases.split(","), [], []
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        upstream, front = free_port(), free_port()
        running.append(subprocess.Popen([words.tools / "mock_upstream", str(upstream)]))
        wait_for(upstream)
        configuration = (ROOT / "Benchmarks/nginx.conf").read_text()
        (folder / "nginx.conf").write_text(configuration.replace("@UPSTREAM@", str(upstream)).replace("@PORT@", str(front)))
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        running.append(subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]))
        wait_for(front)
        server = Server(words.server.resolve(), folder, upstream)
        running.append(server.process)
        targets = [
            Target("direct", upstream), Target("nginx", front, pid=running[1].pid),
            Target("minitoolai", server.port, server.key, server.process.pid),
        ]
        for number in range(words.rounds):
            for case in cases:
                for target in targets:
                    row = {"round": number, **measure(words.tools / "loadgen", target, case, words.seconds)}
                    rows.append(row)
                    print(f"round {number + 1}/{words.rounds} {case:13s} {target.name:11s} {row['rps']:9.0f}/s  "
                          f"cpu {shown(row['cpu_us_per_request']):>8s} µs/request {shown(row['cpu_us_per_chunk']):>6s} µs/chunk  "
                          f"p50 {row['latency_us']['p50']} p99 {row['latency_us']['p99']} µs  "
                          f"errors {row['errors']} without [DONE] {row['without_done']}", flush=True)
        verified = server.cli("ledger", "verify")
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)

    report = table(rows, [target.name for target in targets], cases) + ratios(rows, cases) + memory_per_thousand(rows)
    report.append(f"Afterwards `ledger verify` said ok over {verified['entries']:,} entries.")
    print("\n" + "\n".join(report))
    if not words.dry:
        (ROOT / "Benchmarks/results").mkdir(exist_ok=True)
        (ROOT / "Benchmarks/results/latest.json").write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n")
        head = [
            "# Performance", "",
            "Written by `make bench`. One upstream, one load generator, three ways between them in one interleaved run on loopback: directly,",
            "through nginx as a plain proxy, and through this server with a live key, prices, and a ledger that is on disk before an upstream",
            "byte is sent and before an answer ends. CPU is that of the gateway's process. Medians of "
            f"{words.rounds} rounds on {machine()}.", "",
            "CPU per request is the figure to trust: requests/s and latency move with the neighbours. How to read and repeat this:",
            "[Benchmarks/README.md](../Benchmarks/README.md).", "",
        ]
        (ROOT / "docs").mkdir(exist_ok=True)
        (ROOT / "docs/performance.md").write_text("\n".join(head + report) + "\n")
    if any(row["errors"] or row["without_done"] for row in rows):
        sys.exit("Some requests failed: the figures do not count.")


main()
