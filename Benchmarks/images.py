"""Figures of picture jobs, from outside: `python3 Benchmarks/images.py`. Prints a table and writes nothing.

The release binary is measured when there is one that paints, else the debug one, and the table says which. Everything is on
loopback with the caller on the same machine: a figure holds what the caller itself costs.
"""

import argparse
import asyncio
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/clients"))

import minitoolai  # noqa: E402
from http1 import encode, parse  # noqa: E402
from images import ENDLESS, HANDS, SMALL, SUBMIT, accepted, quiet, routed, submit  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
#: Accounts among whom a long queue is shared: one may have 20,000 jobs that are not over.
QUEUE_ACCOUNTS = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queued", type=int, default=100_000, help="jobs that wait while submissions are timed")
    parser.add_argument("--submits", type=int, default=2000, help="submissions that are timed, one after the other")
    parser.add_argument("--jobs", type=int, default=2000, help="pictures painted for jobs/s")
    options = parser.parse_args()
    binary, kind = chosen()
    minitoolai.BINARY = str(binary)
    print(f"{binary} ({kind}), {os.cpu_count()} processors")
    rows = [*throughput(options.jobs), *painting(), *long_queue(options.queued, options.submits)]
    width = max(len(name) for name, _ in rows)
    for name, figure in rows:
        print(f"{name:{width}}  {figure}")


def chosen():
    """The binary to measure, and what it is."""
    for kind in ("release", "debug"):
        binary = ROOT / ".build" / kind / "minitoolai"
        if binary.exists() and b"/api/texttoimage" in binary.read_bytes():
            return binary, kind
    sys.exit("no binary that paints is built")


class Measured:
    """A server of its own with an account that has money, gone at the end."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory(prefix="pictures-")
        config = {"engines": {"sandbox": {"kind": "sandbox", "pace": "immediate"}}, "models": routed("realvision")}
        self.server = minitoolai.Server(self.place.name, json.dumps(config))

    def __enter__(self):
        return self.server.start()

    def __exit__(self, *_):
        self.server.kill()
        self.place.cleanup()


def cpu_seconds(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_megabytes(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    sys.exit("the server is gone")


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


async def submitted(server, keys, count, lines, body):
    """`count` submissions over as many connections as `lines`, each one after the other; the seconds each took."""
    took, left = [], iter(range(count))

    async def one(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        data = encode("POST", SUBMIT, body, keys[number % len(keys)], close=False)
        for _ in left:
            began = time.perf_counter()
            writer.write(data)
            received = await reader.readuntil(b"}")
            took.append(time.perf_counter() - began)
            answer, _ = parse(received, ended=True)
            if answer.status != 200:
                sys.exit(f"a submission was answered with {answer.status}: {answer.body}")
        writer.close()

    await asyncio.gather(*(one(number) for number in range(lines)))
    return took


def throughput(jobs):
    with Measured() as server:
        customer = server.customer(live="1000.00")
        asyncio.run(submitted(server, [customer.key], 20, 1, SMALL))
        quiet(server, 120)
        began, before = time.perf_counter(), cpu_seconds(server)
        asyncio.run(submitted(server, [customer.key], jobs, 8, SMALL))
        quiet(server, 600)
        took = time.perf_counter() - began
        yield "jobs/s while they are submitted, sandbox 256x256, immediate", f"{jobs / took:.0f}"
        yield "CPU of one such job", f"{(cpu_seconds(server) - before) / jobs * 1000:.1f} ms"
        # All hands are kept busy until the queue is full, so that no caller takes the processors while it is worked off.
        busy = [accepted(server, customer.key, **ENDLESS).running() for _ in range(HANDS)]
        asyncio.run(submitted(server, [customer.key], jobs, 8, SMALL))
        began = time.perf_counter()
        for job in busy:
            job.cancel()
        quiet(server, 600)
        yield "jobs/s through the queue, from the last submission on", f"{jobs / (time.perf_counter() - began):.0f}"


def painting():
    with Measured() as server:
        customer = server.customer(live="1000.00")
        for side in (256, 1024):
            rounds, before = 10, cpu_seconds(server)
            for _ in range(rounds):
                assert submit(server, customer.key, width=side, height=side).status == 200
                quiet(server, 120)
            yield f"CPU of a sandbox {side}x{side} PNG", f"{(cpu_seconds(server) - before) / rounds * 1000:.0f} ms"


def timed(act):
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def timed_submits(server, key, count):
    return in_words(asyncio.run(submitted(server, [key], count, 1, ENDLESS)))


def in_words(took):
    return f"p50 {statistics.median(took) * 1000:.2f} ms, p99 {percentile(took, 0.99) * 1000:.2f} ms"


def long_queue(queued, submits):
    with Measured() as server:
        customers = [server.customer(live="1000.00") for _ in range(QUEUE_ACCOUNTS)]
        keys = [customer.key for customer in customers]
        asked = server.customer(live="1000.00").key
        # All hands of the engine are kept at jobs that do not end: all others wait.
        asyncio.run(submitted(server, [asked], 50, 1, ENDLESS))
        yield f"submit -> jobid, one at a time, {50} jobs queued", timed_submits(server, asked, submits)
        memory, began = rss_megabytes(server), time.perf_counter()
        asyncio.run(submitted(server, keys, queued, 64, ENDLESS))
        took = time.perf_counter() - began
        yield f"submissions/s, 64 connections, until {queued} are queued", f"{queued / took:.0f}"
        yield f"memory before and with {queued} queued", (
            f"{memory:.0f} MB, {rss_megabytes(server):.0f} MB ({(rss_megabytes(server) - memory) * 1024 / queued:.1f} KB a job)")
        yield f"submit -> jobid, one at a time, {queued} jobs queued", timed_submits(server, asked, submits)
        last = accepted(server, asked, **ENDLESS)
        yield "asking after the last of them", in_words([timed(lambda: last.ask()) for _ in range(200)])
        yield "cancelling it", f"{timed(lambda: last.cancel()) * 1000:.2f} ms"
        server.kill()
        began = time.perf_counter()
        server.start(timeout=300)
        yield f"start with {queued} jobs to take up", f"{time.perf_counter() - began:.2f} s"


if __name__ == "__main__":
    main()
