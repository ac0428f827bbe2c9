"""F24: jobs of pictures that survive everything: kills at each of their steps, and at random."""

import contextlib
import random
import subprocess
import threading
import time

import images

from rig.house import House
from rig.pictures import submit

from . import Judge, fault

#: What is asked for, by the way it is to end. Callers ask for more at a time than the engine has hands, so that some of these wait while others are painted.
GOOD, BAD, SLOW = "a fox", "a fox [sandbox: fail=refused]", "a fox [sandbox: delay=40ms]"
#: Where the process ends -> the ways in which jobs go there.
POINTS = {
    "hold.committing": (GOOD, BAD, SLOW), "hold.committed": (GOOD, BAD, SLOW), "image.claimed": (GOOD, BAD, SLOW),
    "image.painted": (GOOD,), "settle.committing": (GOOD, BAD, SLOW), "settle.committed": (GOOD, BAD, SLOW),
}


@fault("F24", "jobs of pictures", "kill -9 at each of six steps, jobs that are delivered, fail and are cancelled; then at random with 8 callers",
       short=True)
def jobs(bench):
    judge, dice = Judge(), random.Random(bench.seed)
    each, kills = (1, 3) if bench.short else (20, 60)
    with House(bench.folder()) as house:
        house.start()
        caller = house.caller("100.00")
        for point, ways in POINTS.items():
            for number in range(each):
                one_step(house, caller, judge, point, ways[number % len(ways)], passes=dice.randint(1, 3))
            bench.say(f"{point}: {len(judge.details)} violations")
        told = killed_again_and_again(house, caller, kills, dice)
        over(house, judge, told, "after the kills at random")
        document = judge.audited(house.settle_and_audit())
        slowest = house.slowest_start
    figures = document["figures"]
    strays = figures["pictures nobody paid for"]
    judge.expect(strays <= 2 * (2 * each + kills), f"{strays} pictures are left that nobody paid for")
    judge.expect(len(told) > 3 * kills, f"only {len(told)} jobs were accepted between the kills at random: no load")
    judge.expect(slowest <= 2, f"a start took {slowest:.2f} s")
    return judge.outcome(each * len(POINTS) + kills, (
        f"{len(judge.details)} violations in {figures['jobs']} jobs, {figures['pictures charged']} pictures charged and there, nothing held at "
        f"the end; {strays} pictures of attempts that were cut expire unpaid; slowest start {slowest:.2f} s"))


def one_step(house, caller, judge, point, way, passes):
    house.stop()
    house.start(f"{point}=kill@{passes}")
    where, told = f"{point}, {way}, pass {passes}", []
    for _ in range(4):
        if job := submit(house, caller, prompt=way):
            told.append(job)
    if way == SLOW:
        for job in told:
            with contextlib.suppress(OSError, AssertionError):
                job.cancel()
    if not ended(house):
        # Jobs that end together are one commit, and cancelled ones need not come as far: a later pass may not be reached.
        judge.expect(passes > 1 or way == SLOW, f"{where}: nobody came there")
        house.kill()
    house.start()
    over(house, judge, told, where)


def ended(house, seconds=10):
    """Whether the server ended by itself."""
    try:
        house.server.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    house.wait_for_end()
    return True


def over(house, judge, told, where):
    """Every job comes to its end, those that were told of say which, and nothing stays held."""
    images.quiet(house.server, 120)
    for job in told:
        state = job.end()
        if state["status"] == "success":
            judge.expect(images.fetch(house.server, state["image_url"]).status == 200, f"{where}: the picture of job {job.number} is not there")
    held = house.query("SELECT count(*) FROM open_holds")[0][0]
    judge.expect(held == 0, f"{where}: {held} holds are open, and all jobs are over")
    twice = house.query("SELECT hold, count(*) FROM entries WHERE kind IN ('settle', 'release', 'provisional') GROUP BY hold HAVING count(*) > 1")
    judge.expect(not twice, f"{where}: closed more than once: {twice}")


def killed_again_and_again(house, caller, kills, dice):
    """Callers submit, cancel one job in three and wait for the others, whatever happens to the server meanwhile."""
    told, stop = [], threading.Event()

    def ask(seed):
        mine = random.Random(seed)
        while not stop.is_set():
            job = submit(house, caller, prompt=mine.choice((GOOD, GOOD, BAD, SLOW)))
            if job is None:
                time.sleep(0.02)
                continue
            told.append(job)
            with contextlib.suppress(OSError, AssertionError, AttributeError):
                if mine.random() < 0.33:
                    job.cancel()
                while not job.is_over:
                    time.sleep(0.01)

    threads = [threading.Thread(target=ask, args=(dice.randrange(1 << 30),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(kills):
            time.sleep(0.05 + dice.random() * 0.6)
            house.kill()
            house.start()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return told
