"""Figures of speech, from outside: `python3 Benchmarks/speech.py`. Prints a table and writes nothing.

The release binary is measured when there is one, else the debug one, and the table says which. Everything is on loopback with the caller on
the same machine: a figure holds what the caller itself costs.
"""

import argparse
import concurrent.futures
import http.client
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

TICKS = os.sysconf("SC_CLK_TCK")
HUNDRED = "Hello there, this is a text of about one hundred characters which is to be spoken by the machine ok."
LONGEST = (HUNDRED * 41)[:4096]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200, help="short speeches that are timed, one after the other")
    parser.add_argument("--parallel", type=int, default=64)
    options = parser.parse_args()
    kinds = [kind for kind in ("release", "debug") if (ROOT / ".build" / kind / "minitoolai").exists()]
    minitoolai.BINARY = str(ROOT / ".build" / kinds[0] / "minitoolai")
    print(f"{minitoolai.BINARY} ({kinds[0]}), {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(prefix="speech-") as place:
        server = minitoolai.Server(place, "{}").start()
        try:
            rows = list(figures(server, options))
        finally:
            server.kill()
    width = max(len(name) for name, _ in rows)
    for name, figure in rows:
        print(f"{name:{width}}  {figure}")


def figures(server, options):
    key = server.customer(live="1000.00").key
    for form in ("wav", "mp3"):
        times = [speak(server, key, HUNDRED, form)[:2] for _ in range(options.rounds)][options.rounds // 10:]
        yield f"first byte of 100 characters, {form}", in_words([first for first, _ in times])
        yield f"all of them, {form}", in_words([whole for _, whole in times])
    for form in ("mp3", "opus", "aac", "flac", "wav"):
        before, spoken = cpu_seconds(server), 3
        for _ in range(spoken):
            speak(server, key, LONGEST, form)
        yield f"CPU of 4,096 characters to {form}, processes included", f"{(cpu_seconds(server) - before) / spoken:.2f} s"
    for text, title in ((HUNDRED, "100"), (LONGEST, "4,096")):
        idle, most = memory(server), [0.0, 0.0]
        with concurrent.futures.ThreadPoolExecutor(options.parallel) as pool:
            began = time.perf_counter()
            jobs = [pool.submit(speak, server, key, text, "mp3") for _ in range(options.parallel)]
            while not all(job.done() for job in jobs):
                most = [max(pair) for pair in zip(most, memory(server))]
                time.sleep(0.02)
            sizes = {job.result()[2] for job in jobs}
        assert len(sizes) == 1, "all say the same"
        yield f"{options.parallel} at once, {title} characters to mp3", (
            f"{time.perf_counter() - began:.2f} s; server {idle[0]:.0f} -> {most[0]:.0f} MB, with its processes' own {sum(most):.0f} MB")


def speak(server, key, text, form):
    """Seconds to the first byte of the body and to the last, and how many came."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    began = time.perf_counter()
    line.request("POST", "/v1/audio/speech", json.dumps({"model": "tts-1", "voice": "alloy", "input": text, "response_format": form}),
                 {"authorization": f"Bearer {key}", "content-type": "application/json"})
    answer = line.getresponse()
    assert answer.status == 200, answer.read()
    size, first = len(answer.read(1)), time.perf_counter() - began
    size += len(answer.read())
    line.close()
    return first, time.perf_counter() - began, size


def in_words(times):
    times = sorted(times)
    return f"p50 {statistics.median(times) * 1000:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms"


def cpu_seconds(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    # Its own, and that of processes that have ended.
    return sum(map(int, fields[11:15])) / TICKS


def memory(server):
    """Megabytes: the server's, resident; and what its processes have for themselves."""
    own, others = 0.0, 0.0
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            if int(status.parent.name) == server.process.pid:
                own = int(fields["VmRSS"].split()[0]) / 1024
            elif int(fields["PPid"]) == server.process.pid:
                others += int(fields["RssAnon"].split()[0]) / 1024
        except (OSError, KeyError, ValueError):
            continue
    return own, others


if __name__ == "__main__":
    main()
