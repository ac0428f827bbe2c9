"""F0 to F2: planted bugs, kills at random, kills at named moments."""

import asyncio
import random
import threading
import time

from rig.house import House, run
from rig.load import callers
from rig.planted import BUGS, QUICK, changed_afterwards, perform

from . import Judge, fault


@fault("F0", "planted bugs", "14 defects put into the server, the database's own constraints taken away; one entry changed by hand", short=True)
def planted(bench):
    judge, noticed = Judge(), 0
    bugs = QUICK if bench.short else BUGS
    for bug in bugs:
        clean = perform(bench.folder(), bug, planted=False)
        judge.expect(clean["ok"], lambda: f"without {bug.name}: {clean['violations'][:3]}")
        document = perform(bench.folder(), bug, planted=True)
        if judge.expect(set(bug.noticed_by) & set(document["broken"]),
                        lambda: f"{bug.name} breaks {document['broken']}, expected one of {bug.noticed_by}"):
            noticed += 1
        bench.say(f"{bug.name}: {', '.join(document['broken'])}")
    document = changed_afterwards(bench.folder())
    if judge.expect("I19" in document["broken"], "an entry changed by hand is not noticed"):
        noticed += 1
    return judge.outcome(len(bugs) + 1, f"{noticed} of {len(bugs) + 1} noticed; the same runs without them: 0 violations")


KILLS_PER_HOUSE = 25


@fault("F1", "kill -9 at random", "24 callers without a pause, the process killed 0.05 to 1.2 s after each start, one time in ten after 4 s",
       short=True)
def kills(bench):
    judge, dice = Judge(), random.Random(bench.seed)
    total = bench.kills or (8 if bench.short else 500)
    done, slowest, figures = 0, 0, {}
    while done < total:
        count = min(KILLS_PER_HOUSE, total - done)
        with House(bench.folder()) as house:
            house.start()
            people = [house.caller("200.00") for _ in range(3)]
            lines = [house.caller(account=people[number % 3]) for number in range(24)]
            run(killed_again_and_again(house, lines, people, count, dice, bench.short))
            document = judge.audited(house.settle_and_audit(), f"seed {bench.seed}, after kill {done + count}: ")
            slowest = max(slowest, house.slowest_start)
        for name, value in document["figures"].items():
            figures[name] = figures.get(name, 0) + value
        done += count
        bench.say(f"{done} kills, {figures['holds']} holds, {len(judge.details)} violations, slowest start {slowest:.2f} s")
    judge.expect(slowest <= 2, f"a start took {slowest:.2f} s")
    judge.expect(figures["seen finished"] > 5 * total, f"only {figures['seen finished']} answers were seen finished: no load")
    return judge.outcome(total, (
        f"{len(judge.details)} violations in {figures['holds']} holds, {figures['seen finished']} answers seen finished; "
        f"{figures['cut by a crash']} cut by a crash, {figures['tokens served and unpaid because of it']} tokens of them served and unpaid; "
        f"slowest start {slowest:.2f} s"))


async def killed_again_and_again(house, lines, people, count, dice, short):
    forever = time.monotonic() + 3600
    asking = asyncio.create_task(callers(house, lines, forever, dice.randrange(1 << 30)))
    for number in range(count):
        await asyncio.sleep(4 if not short and dice.random() < 0.1 else 0.05 + dice.random() * 1.15)
        if dice.random() < 0.2:
            # A grant is under way while the server dies. When it goes straight to the store instead, the server waits for it.
            giving = threading.Thread(target=house.grant, args=(people[0].account, "0.01", f"in the middle of {number}"))
            giving.start()
            await asyncio.sleep(dice.random() * 0.08)
            house.kill()
            await asyncio.to_thread(giving.join)
        else:
            house.kill()
        await asyncio.to_thread(house.start)
    await asyncio.sleep(0.3)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    for caller in lines:
        caller.hang_up()


#: Where the process ends -> what may be in the books then, for a quick answer and for one long enough to be checkpointed.
UNHEARD = ({"released"}, {"released"})
UNSURE = ({"released", "provisional"}, {"provisional"})
POINTS = {
    "hold.committing": ({None}, {None}),
    "hold.committed": UNHEARD, "engine.asking": UNHEARD, "engine.accepted": UNHEARD,
    "answer.delivering": ({"released", "provisional"}, {"released", "provisional"}),
    "answer.ended": UNSURE, "settle.committing": UNSURE,
    "settle.committed": ({"settled"}, {"settled"}), "terminator.sent": ({"settled"}, {"settled"}),
}
QUICK_ANSWER = {"do": "finish", "words": 5, "size": 6, "usage": {"prompt": 17, "completion": 10}}
SLOW_ANSWER = {**QUICK_ANSWER, "pace": 0.55}
PRICE = 17 * 150 + 10 * 600


@fault("F2", "kill -9 at named moments", "each of nine failpoints, on the first to third pass, quick answers and slow ones in turn", short=True)
def failpoints(bench):
    judge, dice = Judge(), random.Random(bench.seed)
    each = 1 if bench.short else 20
    with House(bench.folder()) as house:
        house.start()
        caller = house.caller("50.00")
        for place, (point, expected) in enumerate(POINTS.items()):
            for number in range(each):
                one_failpoint(house, caller, judge, point, expected, slow=(place + number) % 2 == 1, passes=dice.randint(1, 3))
            bench.say(f"{point}: {len(judge.details)} violations")
        judge.audited(house.settle_and_audit())
    return judge.outcome(each * len(POINTS), f"{len(judge.details)} violations; the state of each killed request was one of those expected")


def one_failpoint(house, caller, judge, point, expected, *, slow, passes):
    house.stop()
    house.start(f"{point}=kill@{passes}")
    before = house.query("SELECT coalesce(max(id), 0) FROM holds")[0][0]
    plan = SLOW_ANSWER if slow else QUICK_ANSWER
    # Chunks pass their moment several times an answer, everything else once.
    whole = 0 if point == "answer.delivering" else passes - 1

    async def ask():
        seen = [await caller.ask(QUICK_ANSWER) for _ in range(whole)]
        last = await caller.ask(plan)
        caller.hang_up()
        return seen, last

    seen, last = run(ask())
    house.wait_for_end(10)
    where = f"{point}, {'slow' if slow else 'quick'}, pass {passes}"
    judge.expect(all(one.done for one in seen), f"{where}: a request before it did not end")
    judge.expect(not last.done or point == "terminator.sent", f"{where}: the end was seen")
    house.start()
    rows = house.query("SELECT state, charge FROM holds WHERE id > ? ORDER BY id LIMIT -1 OFFSET ?", before, whole)
    state, charge = rows[0] if rows else (None, 0)
    judge.expect(len(rows) <= 1 and state in expected[slow], f"{where}: the hold is {rows}, expected one of {expected[slow]}")
    if state == "settled":
        judge.expect(charge == PRICE, f"{where}: charged {charge}, not {PRICE}")
    if state == "provisional":
        judge.expect(charge <= PRICE + 30 * 150, f"{where}: charged {charge}")
