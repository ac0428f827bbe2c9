"""What the books must say beside what was asked, served and seen: I7 to I12, I15, I20."""

from collections import defaultdict

#: How old the last checkpoint of a running answer may be when the process ends: a second until it is noted, a moment until
#: it is written, and as much again for a machine that is busy.
CHECKPOINT_SECONDS = 3.0
CHECKPOINT_TOKENS = 64


def tokens(size):
    """The count that a bill is made from when no usage was reported: a third of the bytes."""
    return (size + 2) // 3


def check_service(books, logs, replay, report, *, at_rest):
    by_request = defaultdict(list)
    for hold in books.holds.values():
        by_request[hold.request].append(hold)
    answers = {answer.request: answer for answer in logs.answers.values() if answer.request}
    for dispatches in logs.dispatches.values():
        for dispatch in dispatches:
            answer = logs.answers.get(dispatch.marker)
            if answer is not None:
                answers.setdefault(dispatch.request, answer)
    check_answers(logs, by_request, report)
    check_dispatches(logs, by_request, report)
    jobs = {job.hold: job for job in books.jobs}
    for hold in books.holds.values():
        case = Case(hold, logs.dispatches.get(hold.request, []), answers.get(hold.request), replay.closing.get(hold.id), logs.ends)
        if hold.id in jobs:
            # It outlives the epoch that opened it; whether it is rightly open or closed is I14.
            report.check("I10", case.entry is not None or not jobs[hold.id].is_over, lambda: f"{case.name} is open, and its job is over")
            continue
        check_rest(case, books, report, at_rest)
        if case.entry is not None:
            check_refused(case, report)
            check_served(case, report)
            check_engine(case, report)
    check_totals(books, logs, replay, report)


class Case:
    """A hold with all that is known of it."""

    def __init__(self, hold, dispatches, answer, entry, ends):
        self.hold, self.dispatches, self.answer, self.entry = hold, dispatches, answer, entry
        #: Closed by a later life than the one that opened it.
        self.recovered = entry is not None and entry.epoch > hold.epoch
        #: When the life that opened it ended, if it is known.
        self.death = ends.get(hold.epoch)
        self.last = dispatches[-1] if dispatches else None

    @property
    def name(self):
        return f"hold {self.hold.id} ({self.hold.request})"

    @property
    def seen(self):
        """Bytes of output that certainly passed the gateway: the caller has them."""
        return self.answer.bytes if self.answer else 0

    @property
    def served(self):
        return self.last.out if self.last else 0

    @property
    def left(self):
        """The caller went away, or was cut off: what it saw is not all that came."""
        answer = self.answer
        return answer is None or answer.left or not (answer.done or answer.error)


def check_answers(logs, by_request, report):
    """I7: an end that was seen is a settlement that is there."""
    for answer in logs.answers.values():
        if not answer.done:
            continue
        holds = by_request.get(answer.request, [])
        if not report.check("I7", len(holds) == 1, lambda: f"{answer.request} was seen finished, and has {len(holds)} holds"):
            continue
        hold = holds[0]
        report.check("I7", hold.state == "settled", lambda: f"{answer.request} was seen finished, and hold {hold.id} is {hold.state}")
        if answer.cost is not None:
            report.check("I7", hold.charge == answer.cost, lambda: f"{answer.request} was told {answer.cost}, hold {hold.id} cost {hold.charge}")
        if answer.usage is not None:
            told = (answer.usage["prompt_tokens"], answer.usage["completion_tokens"])
            booked = (hold.prompt_tokens, hold.completion_tokens)
            report.check("I7", told == booked, lambda: f"{answer.request} was told usage {told}, hold {hold.id} has {booked}")


def check_dispatches(logs, by_request, report):
    """I11: a hold before every request upstream, and no more of them than it says."""
    for request, dispatches in logs.dispatches.items():
        holds = by_request.get(request, [])
        if not report.check("I11", len(holds) == 1, lambda: f"{request} was asked upstream, and has {len(holds)} holds"):
            continue
        # A connection that had waited in the pool and broke before a byte is one nobody heard: it is asked again, once.
        again = min(holds[0].attempts, sum(one.outcome == "broken" and one.out == 0 for one in dispatches[:-1]))
        report.check("I11", len(dispatches) <= holds[0].attempts + again,
                     lambda: f"{request} was asked {len(dispatches)} times upstream, hold {holds[0].id} says {holds[0].attempts}")


def check_rest(case, books, report, at_rest):
    """I10."""
    report.check("I10", case.entry is not None or (not at_rest and case.hold.epoch == books.epochs[-1]),
                 lambda: f"{case.name} of epoch {case.hold.epoch} is still open; epoch {books.epochs[-1]} is the last")


def check_refused(case, report):
    """I8."""
    hold = case.hold
    if all(one.delivered_nothing for one in case.dispatches):
        report.check("I8", hold.charge == 0 and hold.state == "released",
                     lambda: f"{case.name}: nothing was delivered by anyone, yet it is {hold.state} and cost {hold.charge}")
    answer = case.answer
    if answer and answer.ended is not None and answer.status and answer.status >= 400 and not answer.left:
        report.check("I8", hold.charge == 0, lambda: f"{case.name} was answered with {answer.status}, and cost {hold.charge}")


def check_served(case, report):
    """I9: each way an answer can end has its own arithmetic."""
    hold = case.hold
    if hold.state == "released":
        check_released(case, report)
    elif hold.state == "provisional":
        check_provisional(case, report)
    elif hold.source == "measured":
        usage = case.last.usage if case.last else None
        told = usage and (usage["prompt"], usage.get("cached", 0), usage["completion"])
        booked = (hold.prompt_tokens, hold.cached_tokens, hold.completion_tokens)
        report.check("I9", told == booked, lambda: f"{case.name} is booked as measured, {booked}; the upstream reported {told}")
    else:
        check_counted(case, report)


def check_released(case, report):
    if case.recovered:
        by_then = case.answer.bytes_by(case.death - CHECKPOINT_SECONDS) if case.answer and case.death else 0
        report.check("I9", by_then == 0,
                     lambda: f"{case.name} was released by recovery; {CHECKPOINT_SECONDS} s before the end {by_then} bytes had been delivered")
    else:
        report.check("I9", case.seen == 0, lambda: f"{case.name} was released, and its caller has {case.seen} bytes of it")
        report.check("I9", case.left or case.last is None or case.last.outcome != "finished" or case.last.out == 0,
                     lambda: f"{case.name} was released, and the upstream finished with {case.served} bytes")


def check_provisional(case, report):
    hold = case.hold
    report.check("I9", case.recovered, lambda: f"{case.name} is provisional, and no process ended")
    report.check("I9", hold.prompt_tokens == hold.input_fair_tokens and hold.completion_tokens <= tokens(case.served),
                 lambda: f"{case.name} is charged for {hold.completion_tokens} tokens; {tokens(case.served)} were served")
    if case.answer and case.death:
        least = tokens(case.answer.bytes_by(case.death - CHECKPOINT_SECONDS)) - CHECKPOINT_TOKENS
        report.check("I9", hold.completion_tokens >= least,
                     lambda: f"{case.name} is charged for {hold.completion_tokens} tokens; {least} and more were delivered long before the end")


def check_counted(case, report):
    """Between what the caller has and what the upstream sent; exactly that when both agree."""
    hold = case.hold
    cap = case.last.cap * case.last.choices if case.last else 0
    least, most = min(tokens(case.seen), cap), min(tokens(case.served), cap)
    if not case.left:
        most = least
    report.check("I9", least <= hold.completion_tokens <= most,
                 lambda: f"{case.name} is counted as {hold.completion_tokens} tokens; its caller has {least}, the upstream sent {most}")
    report.check("I9", hold.prompt_tokens == hold.input_fair_tokens,
                 lambda: f"{case.name} is counted with {hold.prompt_tokens} tokens of prompt, not the estimate of {hold.input_fair_tokens}")
    usage = case.last.usage if case.last and case.last.outcome == "finished" and not case.left and case.answer.done else None
    if usage and usage.get("credible", True):
        report.check("I9", False, lambda: f"{case.name} is counted, though the upstream reported {usage}")


def check_engine(case, report):
    """I15."""
    if case.hold.charge and case.last:
        report.check("I15", case.hold.engine == case.last.engine,
                     lambda: f"{case.name} paid {case.hold.engine}; {case.last.engine} delivered")


def check_totals(books, logs, replay, report):
    """I9 over everything: what was served, at the price of each hold, and where it went."""
    charged = sum(hold.charge or 0 for hold in books.holds.values())
    lost = -sum(entry.writeoff for entry in books.entries)
    revenue = sum(entry.revenue for entry in books.entries)
    report.check("I9", revenue == charged + lost, lambda: f"revenue is {revenue}, holds were charged {charged} and {lost} was written off")
    unknown = [hold for hold in books.holds.values() if hold.id in replay.closing
               and replay.closing[hold.id].epoch > hold.epoch and logs.dispatches.get(hold.request)]
    gap = sum(tokens(logs.dispatches[hold.request][-1].out) - (hold.completion_tokens or 0) for hold in unknown)
    report.figures.update({
        "holds": len(books.holds), "entries": len(books.entries), "lives": len(books.epochs),
        "asked upstream": sum(map(len, logs.dispatches.values())), "seen finished": sum(one.done for one in logs.answers.values()),
        "cut by a crash": len(unknown), "tokens served and unpaid because of it": gap, "charged": charged, "written off": lost,
    })
