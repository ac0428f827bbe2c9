"""What is done to every target, and what is measured of it."""

import contextlib
import json
import shutil
import socket
import statistics
import subprocess
import sys

from processes import watched
from targets import TLS_MODEL, Server

SUSTAINED_CONNECTIONS = 128
IDLE_CONNECTIONS = 10_000
STARTS = 3
LOADS = {
    # name: (what it is, load generator's words, whether its length is --seconds)
    "json": ("non-stream, 32 connections", "-c 32 -m mock -w 500", True),
    "json-1": ("non-stream, one connection", "-c 1 -m mock -w 50", True),
    "open": ("non-stream, 500 requests/s at fixed times", "-c 64 -r 500 -m mock -w 100", True),
    "body": ("non-stream, bodies of 100 KB, 8 connections", "-c 8 -m mock -b 100000 -w 50", True),
    "tls": ("non-stream, TLS 1.3 to the upstream, 32 connections", f"-c 32 -m {TLS_MODEL} -w 500", True),
    "sse3": ("3-chunk streams, 32 at a time", "-c 32 -m mock-c3 -s -w 200", True),
    "sse200": ("200-chunk streams as fast as they come, 32 at a time", "-c 32 -m mock-c200 -s", True),
    "paced": ("200-chunk streams, 64 at a time, a chunk each 5 ms", "-c 64 -n 320 -t 30 -m mock-c200-d5 -s", False),
    "thousand": ("200-chunk streams, 1,000 at a time, 20,000 chunks/s", "-c 1000 -n 1000 -t 60 -m mock-c200-d50 -s", False),
}
ONCE = {
    "memory": "idle, with 1,000 open streams, with 10,000 idle connections",
    "sustained": f"as many requests as one loop settles, {SUSTAINED_CONNECTIONS} connections",
    "start": "until `ready`, with 10,000 keys, with 1,000,000 entries",
    "writer": "the ledger's writer alone: hold and settle, 100 pairs a commit",
    "size": "the program's file",
}
# What a peer that takes 10 ms a request can show: few cases, after as many requests as its first slow seconds take.
PEER_CASES = ("json", "sse3")
PEER_WARM_REQUESTS = 400
PEER_SECONDS_MIN = 8


def load(loadgen, target, case, seconds):
    """One run of the load generator: what it says, and what the target's processes took meanwhile."""
    _, text, timed = LOADS[case]
    words = text.split()
    if target.name == "litellm":
        words, seconds = without_warming(words), max(seconds, PEER_SECONDS_MIN)
    return {"case": case, **drive(loadgen, target, words + (["-t", str(seconds)] if timed else []), secured=case == "tls")}


def without_warming(words):
    """For a target that was warmed before, and whose CPU during it would be counted as of a few requests."""
    at = words.index("-w")
    return words[:at] + words[at + 2:]


def warm(loadgen, target):
    for case in PEER_CASES:
        drive(loadgen, target, [*without_warming(LOADS[case][1].split()), "-n", str(PEER_WARM_REQUESTS), "-t", "110"])


def drive(loadgen, target, words, secured=False):
    port = target.tls_port if secured else target.port
    command = [loadgen, "-p", str(port), "-k", target.key, *words]
    before = target.gauge.usage() if target.gauge else (0, 0)
    with watched(target.gauge) if target.gauge else contextlib.nullcontext([0]) as peak:
        result = subprocess.run(command, capture_output=True, text=True, timeout=240)
    after = target.gauge.usage() if target.gauge else (0, 0)
    if result.stderr:
        print(f"  {target.name}: {result.stderr.strip()}", file=sys.stderr)
    if result.returncode:
        sys.exit("the load generator failed")
    row = json.loads(result.stdout)
    row["errors"] += row["requests"] == 0
    # Warming is not timed, but its CPU is in there as that of all requests.
    cpu_us = (after[0] - before[0]) * 1e6 / max(1, row["all_requests"])
    chunks = 1 + row["events"] / row["requests"] if row["events"] else 0
    return {
        "target": target.name, **row,
        "cpu_us_per_request": cpu_us if target.gauge else None,
        "cpu_us_per_chunk": cpu_us / chunks if target.gauge and chunks else None,
        "resident_peak": peak[0] or None,
    }


def memory(loadgen, target):
    """Of processes that have done nothing yet; to be measured before the loads."""
    idle = target.gauge.resident()
    streams = drive(loadgen, target, LOADS["thousand"][1].split())
    with idle_connections(target) as opened:
        connections = target.gauge.resident()
    return {"case": "memory", "target": target.name, "idle": idle, "streams": streams["resident_peak"],
            "connections": connections, "errors": streams["errors"] + IDLE_CONNECTIONS - opened,
            "without_done": streams["without_done"]}


@contextlib.contextmanager
def idle_connections(target):
    """Connections that were each used once and are kept. Yields how many there are."""
    body = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "Hello"}]}).encode()
    request = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {target.key}\r\n"
               f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
    kept, good = [], 0
    try:
        for _ in range(IDLE_CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", target.port), timeout=30)
            kept.append(connection)
            connection.sendall(request)
            answer = b""
            while not (b'"usage"' in answer and answer.rstrip(b"\r\n0").endswith(b"}")):
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
            good += answer.startswith(b"HTTP/1.1 200")
        yield good
    finally:
        for connection in kept:
            connection.close()


def sustained(loadgen, target, server, seconds):
    row = drive(loadgen, target, ["-c", str(SUSTAINED_CONNECTIONS), "-m", "mock", "-w", "1000", "-t", str(seconds)])
    verified = server.cli("ledger", "verify")
    return {"case": "sustained", **row, "verified_entries": verified["entries"]}


def start(tool, running, binary, folder, upstream):
    """Seconds from the start of the process to its `ready`, on books that were made for it."""
    row = {"case": "start", "target": "minitoolai", "errors": 0, "without_done": 0}
    for name, words in (("keys", ["--keys", "10000"]), ("entries", ["--keys", "1000", "--entries", "1000000"])):
        place = folder / f"start-{name}"
        place.mkdir()
        subprocess.run([tool, "books", "--data", place / "data", *words], check=True, stdout=subprocess.DEVNULL)
        server = Server(running, binary, place, upstream)
        took = []
        for _ in range(1 + STARTS):  # the first also puts the prices in force
            took.append(server.start())
            server.stop()
        row[f"{name}_seconds"] = statistics.median(took[1:])
        shutil.rmtree(place)
    return row


def writer(tool, folder, seconds):
    result = subprocess.run(
        [tool, "writer", "--folder", folder, "--seconds", str(seconds)], check=True, capture_output=True, text=True)
    return {"case": "writer", "target": "minitoolai", "errors": 0, "without_done": 0, **json.loads(result.stdout)}


def size(binary, folder):
    stripped = folder / "stripped"
    subprocess.run(["strip", "-o", stripped, binary], check=True)
    return {"case": "size", "target": "minitoolai", "errors": 0, "without_done": 0,
            "bytes": binary.stat().st_size, "stripped_bytes": stripped.stat().st_size}
