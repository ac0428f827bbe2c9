"""The figures that are promised, and where this run stands."""

import dataclasses
import statistics
from collections.abc import Callable


@dataclasses.dataclass
class Figure:
    name: str
    case: str
    measure: Callable
    # At least, aim, moonshot; a number, or what gives one for a run, or None.
    bounds: tuple
    # ratio: ours to nginx's, round by round; peer: LiteLLM's to ours; value: ours.
    kind: str = "value"
    unit: str = ""
    digits: int = 1
    more_is_better: bool = False


def at(*path, scale=1):
    """The number at `path` of a row."""
    def measure(row):
        for step in path:
            row = row.get(step) if row else None
        return None if row is None else row * scale
    return measure


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


class Rows:
    """What was measured, with what each row adds to the direct way in its round."""

    def __init__(self, rows):
        self.rows = rows
        for row in rows:
            base = self.one("direct", row["case"], row.get("round"))
            if base and row["target"] != "direct":
                row["added_us"] = {q: row["latency_us"][q] - base["latency_us"][q] for q in ("p50", "p99", "p999")}

    def of(self, target, case):
        return [row for row in self.rows if row["target"] == target and row["case"] == case]

    def one(self, target, case, number):
        return next((row for row in self.of(target, case) if row.get("round") == number), None)

    def median(self, target, case, measure):
        return median([measure(row) for row in self.of(target, case)])

    def ratios(self, above, below, case, measure):
        found = []
        for row in self.of(above, case):
            other = self.one(below, case, row["round"])
            if other and measure(row) is not None and measure(other):
                found.append(measure(row) / measure(other))
        return found


def sync_and_a_tenth(rows):
    took = rows.median("minitoolai", "writer", at("syncMicroseconds"))
    return None if took is None else took / 1000 + 0.1


def transit_of_nginx(rows):
    return rows.median("nginx", "thousand", at("transit_us", "p99", scale=1e-3))


PER_REQUEST, PER_CHUNK = at("cpu_us_per_request"), at("cpu_us_per_chunk")
FIGURES = [
    Figure("CPU per non-stream request, 32 connections", "json", PER_REQUEST, (3, 2, 1.5), "ratio", "µs"),
    Figure("CPU per event of a paced 200-chunk stream", "paced", PER_CHUNK, (1.8, 1.3, 1.05), "ratio", "µs"),
    Figure("CPU per 3-chunk stream", "sse3", PER_REQUEST, (2.5, 1.6, 1.2), "ratio", "µs"),
    Figure("CPU per request with a body of 100 KB", "body", PER_REQUEST, (3, 2, 1.4), "ratio", "µs"),
    Figure("CPU per non-stream request, TLS to the upstream", "tls", PER_REQUEST, (2.5, 1.7, 1.2), "ratio", "µs"),
    Figure("LiteLLM's CPU per request, to ours", "json", PER_REQUEST, (150, 250, 350), "peer", "µs", more_is_better=True),
    Figure("added latency at 500 requests/s, p50", "open", at("added_us", "p50", scale=1e-3), (1, 0.3, sync_and_a_tenth),
           unit="ms", digits=2),
    Figure("added latency at 500 requests/s, p99", "open", at("added_us", "p99", scale=1e-3), (5, 2, None), unit="ms", digits=2),
    Figure("added latency at 500 requests/s, p99.9", "open", at("added_us", "p999", scale=1e-3), (None, None, None), unit="ms",
           digits=2),
    Figure("event transit p99, 1,000 streams, 20,000 events/s", "thousand", at("transit_us", "p99", scale=1e-3),
           (25, 15, transit_of_nginx), unit="ms"),
    Figure("settled requests/s on one loop, sustained", "sustained", at("rps"), (12_000, 20_000, 30_000), digits=0,
           more_is_better=True),
    Figure("writer alone: pairs of hold and settlement/s", "writer", at("pairsPerSecond"), (25_000, 80_000, 120_000), digits=0,
           more_is_better=True),
    Figure("memory, idle", "memory", at("idle", scale=1e-6), (60, 40, 30), unit="MB"),
    Figure("memory, 1,000 open streams", "memory", at("streams", scale=1e-6), (120, 64, 40), unit="MB"),
    Figure("memory, 10,000 idle connections", "memory", at("connections", scale=1e-6), (300, 150, 100), unit="MB"),
    Figure("start to `ready`, 10,000 keys", "start", at("keys_seconds", scale=1e3), (500, 150, 50), unit="ms", digits=0),
    Figure("start to `ready`, 1,000,000 ledger entries", "start", at("entries_seconds", scale=1e3), (2000, 500, 150), unit="ms",
           digits=0),
    Figure("size of the program", "size", at("bytes", scale=1e-6), (None, None, None), unit="MB"),
    Figure("size of the program, stripped", "size", at("stripped_bytes", scale=1e-6), (None, None, None), unit="MB"),
    Figure("user instructions per non-stream request", "instructions", at("request", scale=1e-3), (150, 90, 50), unit="k"),
    Figure("user instructions per event", "instructions", at("event", scale=1e-3), (30, 16, 9), unit="k"),
]


@dataclasses.dataclass
class Standing:
    figure: Figure
    # Medians by target; `judged` is the number that the bounds are for, `among` where it lay.
    values: dict
    judged: float
    among: list
    bounds: list

    @property
    def reached(self):
        """The best bound that was reached: at least, aim, moonshot; nothing: none was."""
        names = [name for name, bound in zip(("at least", "aim", "moonshot"), self.bounds) if self.within(bound)]
        return names[-1] if names else ""

    def within(self, bound):
        if bound is None:
            return False
        return self.judged >= bound if self.figure.more_is_better else self.judged <= bound


def standing(figure, rows):
    """Where this run stands with `figure`; nothing when it did not measure it."""
    values = {name: rows.median(name, figure.case, figure.measure) for name in ("nginx", "haproxy", "litellm", "minitoolai")}
    among = {
        "ratio": lambda: rows.ratios("minitoolai", "nginx", figure.case, figure.measure),
        "peer": lambda: rows.ratios("litellm", "minitoolai", figure.case, figure.measure),
        "value": lambda: [value for row in rows.of("minitoolai", figure.case) if (value := figure.measure(row)) is not None],
    }[figure.kind]()
    if not among:
        return None
    bounds = [bound(rows) if callable(bound) else bound for bound in figure.bounds]
    return Standing(figure, values, statistics.median(among), among, bounds)
