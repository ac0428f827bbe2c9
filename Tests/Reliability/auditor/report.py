"""What was checked, how often, and what was found."""

INVARIANTS = {
    "I1": "no account is ever below zero, available or held",
    "I2": "every entry sums to zero, hence the ledger",
    "I3": "a cached balance is the fold of the entries",
    "I4": "what an account holds is the sum of its open holds",
    "I5": "a hold is opened once and closed at most once; no entry without a hold or a grant",
    "I6": "a charge is the price of its usage worked out again, from hold and balance, the rest written off",
    "I7": "who saw the end of an answer finds it settled, at the price that was shown",
    "I8": "what every engine refused is not charged",
    "I9": "what was charged is what was served, by the upstream's own account, but for what a crash left unknown",
    "I10": "at rest nothing is held but by jobs that wait; otherwise its owner is the living epoch",
    "I11": "nothing is asked upstream without a hold, nor more often than the hold says",
    "I12": "a grant that was confirmed is there once, with its amount; a payment is credited once and taken back no more than paid back",
    "I13": "a code is credited once, with its amount, by the entry it names",
    "I14": "a picture that was charged is there, as large as it was asked for; a job that failed or was cancelled costs nothing",
    "I15": "the engine that is paid is the one that delivered",
    "I16": "a settlement is at the price that was in force when it was held; prices never change",
    "I17": "no entry carries an epoch older than one that has begun",
    "I19": "entries are numbered without gaps, chained, and never change",
    "I20": "the balance shown is one that the entries give, open holds taken off",
}
#: What is not reached, and why.
NOT_REACHED = {
    "I18": "there is one node",
}


class Report:
    def __init__(self):
        self.checks = dict.fromkeys(INVARIANTS, 0)
        self.violations = []
        self.figures = {}

    def check(self, invariant, holds, sentence):
        """One comparison; `sentence` is called only when it fails."""
        self.checks[invariant] += 1
        if not holds:
            self.violations.append((invariant, sentence() if callable(sentence) else sentence))
        return holds

    @property
    def broken(self):
        """The invariants that do not hold, in order."""
        found = {invariant for invariant, _ in self.violations}
        return [invariant for invariant in INVARIANTS if invariant in found]

    def lines(self, most=10):
        for invariant in self.broken:
            sentences = [text for name, text in self.violations if name == invariant]
            yield f"{invariant} is violated {len(sentences)} times: {INVARIANTS[invariant]}"
            yield from (f"  {text}" for text in sentences[:most])
            if len(sentences) > most:
                yield f"  and {len(sentences) - most} more"
        yield "checked " + ", ".join(f"{name} {count}" for name, count in self.checks.items())
        yield ", ".join(f"{name} {value}" for name, value in self.figures.items())
        yield "0 violations" if not self.violations else f"{len(self.violations)} violations of {', '.join(self.broken)}"

    def document(self):
        return {
            "ok": not self.violations, "broken": self.broken, "checks": self.checks, "figures": self.figures,
            "violations": [{"invariant": name, "sentence": text} for name, text in self.violations],
            "not_reached": NOT_REACHED,
        }
