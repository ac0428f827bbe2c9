"""The faults, each a run of its own. A run returns what it measured and whether that is what was promised."""

from dataclasses import dataclass


@dataclass
class Outcome:
    #: How often the fault was made.
    runs: int
    #: What was measured, in words and numbers.
    figure: str
    ok: bool
    #: Sentences for whoever must find out why.
    details: list


class Skipped(Exception):
    """This machine cannot make the fault; the reason is said aloud."""


@dataclass
class Fault:
    name: str
    title: str
    how: str
    run: object
    #: Part of the short run.
    short: bool


FAULTS = {}


def fault(name, title, how, *, short=False):
    def register(function):
        FAULTS[name] = Fault(name, title, how, function, short)
        return function
    return register


class Judge:
    """Gathers what is wrong."""

    def __init__(self):
        self.details = []

    def expect(self, holds, sentence):
        if not holds:
            self.details.append(sentence() if callable(sentence) else sentence)
        return holds

    def audited(self, document, where=""):
        for one in document["violations"]:
            self.details.append(f"{where}{one['invariant']}: {one['sentence']}")
        return document

    def outcome(self, runs, figure):
        return Outcome(runs, figure, not self.details, self.details)


from . import crashes, disk, limits, peers, pictures  # noqa: E402,F401  (they register themselves)
