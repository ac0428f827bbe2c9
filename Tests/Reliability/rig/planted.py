"""Planted bugs: each is put into the server, run for a moment, and must be noticed by the auditor, by the right invariant."""

import asyncio
import contextlib
import sqlite3
import time
from dataclasses import dataclass
from typing import Callable

from .house import PRICE, House, run
from .pictures import submit
from .schema import take_constraints_away

USAGE = {"prompt": 17, "completion": 3}
FINISH = {"do": "finish", "words": 3, "usage": USAGE}


def one_after_another(plans, **more):
    """Some requests in a row; the server may end in between."""
    def play(house, caller):
        async def ask():
            for plan in plans:
                await caller.ask(plan, **more)
        run(ask())
    return play


def all_at_once(plan, count, **more):
    def play(house, caller):
        async def ask():
            lines = [house.caller(account=caller) for _ in range(count)]
            await asyncio.gather(*(line.ask(plan, **more) for line in lines))
            await caller.balance()
        run(ask())
    return play


def killed_in_mid_answer(prices=None):
    """Long enough a stream for its checkpoint to be on the disk; then the end, and another life."""
    def play(house, caller):
        async def ask():
            asking = asyncio.create_task(caller.ask({"do": "stall", "words": 40, "size": 30, "pace": 0.02}, max_completion_tokens=5000))
            await asyncio.sleep(5.0)
            house.kill()
            await asking
        run(ask())
        if prices:
            house.set_prices(prices)
    return play


def pictures(*prompts):
    """Jobs of pictures, one after the other."""
    def play(house, caller):
        for prompt in prompts:
            job = submit(house, caller, prompt=prompt)
            job.end()
    return play


@dataclass
class Bug:
    name: str
    #: At least one of these must be violated.
    noticed_by: tuple
    play: Callable
    failpoints: str = ""
    dollars: str = "10.00"


LEAVING = {"do": "finish", "words": 40, "size": 9, "pace": 0.02, "usage": USAGE}
REFUSED = {"do": "refuse", "status": 500}
BUGS = (
    Bug("hold-not-awaited", ("I11",), one_after_another([FINISH] * 6), "engine.accepted=kill@1"),
    Bug("settle-not-awaited", ("I7",), one_after_another([FINISH] * 6), "terminator.sent=kill@1"),
    Bug("charge-twice", ("I7", "I11"), one_after_another([FINISH] * 6)),
    Bug("leave-for-free", ("I9",), one_after_another([LEAVING] * 3, leave_bytes=60)),
    Bug("recovery-releases-all", ("I9",), killed_in_mid_answer()),
    Bug("recovery-charges-the-hold", ("I6",), killed_in_mid_answer()),
    Bug("balance-unchecked", ("I1",), all_at_once({**FINISH, "wait": 0.3}, 20, max_completion_tokens=1000), dollars="0.002"),
    Bug("hold-of-nothing", ("I6",), one_after_another([FINISH] * 6)),
    Bug("current-price", ("I6",), killed_in_mid_answer({"input": 3, "output": 9})),
    Bug("errors-billed", ("I8",), one_after_another([REFUSED] * 4)),
    Bug("usage-doubled", ("I9",), one_after_another([FINISH] * 6)),
    Bug("entry-left-out", ("I7", "I10"), one_after_another([FINISH] * 8)),
    Bug("commit-forgotten", ("I7", "I10"), one_after_another([FINISH] * 8)),
    Bug("failed-picture-charged", ("I14",), pictures("a fox", "a fox [sandbox: fail=refused]", "a fox")),
)
#: Scenarios take seconds each only where a checkpoint must grow old.
QUICK = tuple(bug for bug in BUGS if bug.play.__qualname__.split(".")[0] != "killed_in_mid_answer")


def perform(folder, bug, *, planted):
    """The auditor's document after `bug`'s scenario, with the bug or (the control) without it."""
    with House(folder, prices=PRICE) as house:
        house.start()
        house.stop()
        if planted:
            take_constraints_away(house.database)
        house.start(f"bug={bug.name}" if planted else "")
        caller = house.caller(bug.dollars)
        # Another life, so that whoever has a wrong idea of the balances it finds has it of this one.
        house.stop()
        house.start(",".join([f"bug={bug.name}"] * planted + [bug.failpoints] * bool(bug.failpoints)))
        bug.play(house, caller)
        if bug.failpoints:
            house.wait_for_end(10)
        if not house.is_up:
            house.server.process = None
            house.start(f"bug={bug.name}" if planted else "")
        if planted:
            # Its own check at the next start would stop it too; what counts here is what the auditor says.
            time.sleep(0.1)
            house.stop()
            return house.audit("--lax-schema")
        return house.settle_and_audit()


def changed_afterwards(folder):
    """Somebody changes an entry by hand and puts every constraint back: the sums still agree."""
    with House(folder) as house:
        house.start()
        caller = house.caller("10.00")
        one_after_another([FINISH] * 4)(house, caller)
        house.stop()
        with contextlib.closing(sqlite3.connect(house.database)) as books, books:
            (trigger,) = books.execute("SELECT sql FROM sqlite_schema WHERE name = 'entries_stay'").fetchone()
            books.execute("DROP TRIGGER entries_stay")
            books.execute("UPDATE entries SET note = 'a gift' WHERE id = 1")
            books.execute(trigger)
        return house.audit()
