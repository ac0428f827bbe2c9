"""The upstream's log and the callers' log: a JSON object a line, in the order in which things were seen.

The upstream writes, for each request that reached it (`n`, numbered by itself):
S received, T first output sent, F finished, B broken off, R refused, L the gateway left.
The callers write what they asked (`ask`), what they saw (`answer`), what they granted (`grant`), the balances they were shown
(`balance`), the starts and ends of the server (`up`, `down`), the prices as they found them (`prices`) and what they were told of jobs of
pictures (`job`, its `state` null while that is not known).
"""

import bisect
import json
from dataclasses import dataclass, field


@dataclass
class Dispatch:
    """One request as the upstream saw it."""
    number: int
    request: str
    marker: str
    engine: str
    cap: int
    choices: int
    stream: bool
    at: float
    first: float | None = None
    #: finished, broken, refused, left; open when the log ends first.
    outcome: str = "open"
    #: Bytes of output written, whether or not they arrived.
    out: int = 0
    usage: dict | None = None
    ended: float | None = None

    @property
    def delivered_nothing(self):
        return self.outcome == "refused" or (self.outcome == "broken" and self.out == 0)


@dataclass
class Answer:
    """One request as its caller saw it."""
    marker: str
    asked: float
    account: int = 0
    stream: bool = True
    request: str | None = None
    status: int | None = None
    bytes: int = 0
    done: bool = False
    error: bool = False
    left: bool = False
    cost: int | None = None
    balance: int | None = None
    usage: dict | None = None
    ended: float | None = None
    #: (moment, bytes of output received by then), some of them.
    samples: list = field(default_factory=list)

    def bytes_by(self, moment):
        index = bisect.bisect_right([at for at, _ in self.samples], moment)
        return self.samples[index - 1][1] if index else 0


@dataclass
class Logs:
    dispatches: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    grants: list = field(default_factory=list)
    balances: list = field(default_factory=list)
    prices: list = field(default_factory=list)
    jobs: list = field(default_factory=list)
    #: epoch number -> the moment at which its process ended.
    ends: dict = field(default_factory=dict)

    @classmethod
    def read(cls, upstream, clients):
        logs = cls()
        numbered = {}
        for line in _lines(upstream):
            if line["e"] == "S":
                dispatch = Dispatch(
                    line["n"], line["id"], line["m"], line["engine"], line["cap"], line["choices"], line["stream"], line["t"])
                numbered[line["n"]] = dispatch
                logs.dispatches.setdefault(dispatch.request, []).append(dispatch)
            else:
                logs._told(numbered[line["n"]], line)
        for line in _lines(clients):
            getattr(logs, "_" + line["e"])(line)
        return logs

    def _told(self, dispatch, line):
        match line["e"]:
            case "T":
                dispatch.first = line["t"]
                return
            case "F": dispatch.outcome = "finished"
            case "B": dispatch.outcome = "broken"
            case "R": dispatch.outcome = "refused"
            case "L": dispatch.outcome = "left"
        dispatch.out, dispatch.usage, dispatch.ended = line.get("out", 0), line.get("usage"), line["t"]

    def _ask(self, line):
        self.answers[line["m"]] = Answer(line["m"], line["t"], line["account"], line["stream"])

    def _answer(self, line):
        answer = self.answers[line["m"]]
        answer.ended = line["t"]
        for name in ("request", "status", "bytes", "done", "error", "left", "cost", "balance", "usage", "samples"):
            setattr(answer, name, line[name])

    def _grant(self, line): self.grants.append(line)

    def _balance(self, line): self.balances.append(line)

    def _prices(self, line): self.prices.append(line["rows"])

    def _job(self, line): self.jobs.append(line)

    def _up(self, line): pass

    def _down(self, line): self.ends[line["epoch"]] = line["t"]


def _lines(path):
    if path is None:
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)
