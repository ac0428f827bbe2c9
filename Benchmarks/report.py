"""A run as Markdown."""

import datetime
import os
import pathlib
import platform
import subprocess

from cases import LOADS
from figures import FIGURES, PER_CHUNK, PER_REQUEST, at, standing

ROOT = pathlib.Path(__file__).resolve().parents[1]


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return f"{os.cpu_count()} cores ({names[0] if names else platform.machine()}), Linux {platform.release()}"


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout.strip()
    changed = " with changes" if git("status", "--porcelain", "--", "Sources", "Package.swift") else ""
    return git("rev-parse", "--short", "HEAD") + changed


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


def shown(value, digits=1, unit=""):
    return "–" if value is None else f"{value:,.{digits}f}" + (f" {unit}" if unit else "")


def bound_shown(found, number):
    bound = found.bounds[number]
    if bound is None:
        return "–"
    sign = "≥" if found.figure.more_is_better else "≤"
    times = "×" if found.figure.kind in ("ratio", "peer") else f" {found.figure.unit}"
    return f"{sign} {bound:,.4g}{times}".rstrip() if bound < 10_000 else f"{sign} {bound:,.0f}{times}".rstrip()


def figures(rows):
    """What was promised beside what was measured."""
    lines = ["| figure | nginx | haproxy | this server | ratio or value, range | at least | aim | moonshot | reached |",
             "|---|---|---|---|---|---|---|---|---|"]
    for figure in FIGURES:
        found = standing(figure, rows)
        if found is None:
            continue
        times = "×" if figure.kind in ("ratio", "peer") else ""
        digits = 2 if times and figure.kind == "ratio" else figure.digits
        judged = f"**{shown(found.judged, digits)}{times}**"
        if len(found.among) > 1:
            judged += f" ({shown(min(found.among), digits)}–{shown(max(found.among), digits)})"
        values = [shown(found.values[name], figure.digits, figure.unit) for name in ("nginx", "haproxy", "minitoolai")]
        bounds = [bound_shown(found, number) for number in range(3)]
        nothing = "–" if found.bounds == [None] * 3 else "no"
        name = figure.name
        if figure.kind == "peer":
            name, values[:2] = f"{name} (it takes {shown(found.values['litellm'], 0, figure.unit)})", ["–", "–"]
        lines.append("| " + " | ".join([name, *values, judged, *bounds, found.reached or nothing]) + " |")
    return lines + [""]


def triple(rows, name, case, key, parts=("p50", "p99", "p999")):
    values = [rows.median(name, case, at(key, part)) for part in parts]
    return "–" if None in values else " / ".join(shown(value, 0) for value in values)


def table(rows, targets, case):
    """The medians of one case."""
    streams = " -s" in LOADS[case][1]
    heads = ["way", "requests/s", "CPU µs/request", *(["CPU µs/chunk"] if streams else []), "latency µs, p50 / p99 / p99.9",
             "added µs, p50 / p99 / p99.9", "first byte µs, p50 / p99", *(["transit of a chunk µs, p50 / p99 / p99.9"] if streams else []),
             "peak MB", "errors"]
    lines = [f"### {LOADS[case][0]}", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name in targets:
        found = rows.of(name, case)
        if not found:
            continue
        cells = [name, shown(rows.median(name, case, at("rps")), 0), shown(rows.median(name, case, PER_REQUEST))]
        cells += [shown(rows.median(name, case, PER_CHUNK))] if streams else []
        cells += [triple(rows, name, case, "latency_us"), triple(rows, name, case, "added_us"),
                  triple(rows, name, case, "first_byte_us", ("p50", "p99"))]
        cells += [triple(rows, name, case, "transit_us")] if streams else []
        cells += [shown(rows.median(name, case, at("resident_peak", scale=1e-6))),
                  str(sum(row["errors"] + row["without_done"] for row in found))]
        lines.append("| " + " | ".join(cells) + " |")
    return lines + [""]


def body(rows, targets, cases):
    lines = ["## Figures", "", *figures(rows)]
    loads = [case for case in LOADS if case in cases]
    lines += ["## Cases", ""] if loads else []
    for case in loads:
        lines += table(rows, targets, case)
    for row in rows.of("minitoolai", "sustained"):
        lines += [f"Sustained: {row['requests']:,} requests in {row['seconds']:.0f} s, {row['cpu_us_per_request']:.1f} CPU µs each; "
                  f"afterwards `ledger verify` said ok over {row['verified_entries']:,} entries.", ""]
    for row in rows.of("minitoolai", "writer"):
        lines += [f"The writer alone: {row['pairsPerCommit']:.0f} pairs a commit, {row['cpuMicrosecondsPerPair']:.1f} CPU µs a pair; "
                  f"the disk makes 4 KiB durable in {row['syncMicroseconds'] / 1000:.2f} ms.", ""]
    return lines[:-1]


def document(lines, rounds):
    return "\n".join([
        "# Performance", "",
        f"Written by `make bench` on {today()}, commit {commit()}, {machine()}. One upstream, one load generator, and the ways between",
        f"them in one run of {rounds} interleaved rounds on loopback: directly, through nginx and through haproxy as plain proxies, and",
        "through this server on one loop with everything on: a live key of 10,000, prices, holds, and a ledger that is on disk before an",
        "upstream byte is sent and before an answer ends. CPU is that of the gateway's processes.", "",
        "Medians of the rounds; a ratio is the median of the rounds' ratios to nginx. CPU per request is the figure to trust: requests/s and",
        "latency move with the neighbours. The load, the upstream and the gateway share the machine's cores. How to read and repeat this:",
        "[Benchmarks/README.md](../Benchmarks/README.md).", "", *lines]) + "\n"
