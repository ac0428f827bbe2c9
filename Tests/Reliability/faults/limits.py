"""F12 to F14, F22 and F25: many connections, few descriptors, a clock that jumps, prices that change, a goodbye in mid-answer."""

import asyncio
import glob
import random
import resource
import socket
import subprocess
import threading
import time

from rig.house import House, cpu_seconds, rss_bytes, run
from rig.load import callers

from . import Judge, Skipped, fault
from .peers import QUICK, USAGE, expect_latency, percentile, quick_requests


@fault("F12", "10,000 idle connections", "opened and left alone, while one caller asks")
def idle_connections(bench):
    judge, count = Judge(), 10_000
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 500:
        raise Skipped(f"a process may have only {soft} descriptors here")
    with House(bench.folder()) as house:
        house.start()
        caller = house.caller("100.00")
        alone = run(quick_requests(caller, 8))
        caller._line = None
        idle = []
        try:
            for _ in range(count):
                idle.append(socket.create_connection(("127.0.0.1", house.server.port)))
            time.sleep(1)
            beside = run(quick_requests(caller, 8))
            memory = rss_bytes(house.server.process.pid)
        finally:
            for line in idle:
                line.close()
        judge.audited(house.settle_and_audit())
    before, after = percentile(alone, 0.99), percentile(beside, 0.99)
    judge.expect(memory <= 300 << 20, f"{memory >> 20} MB")
    said = expect_latency(judge, before, after, 1.5, 0.002)
    return judge.outcome(count, f"{memory >> 20} MB in all; live p99 {said}; "
                         f"{len(judge.details)} violations")


@fault("F13", "no descriptors left", "prlimit --nofile=128 and 400 connections", short=True)
def descriptors(bench):
    judge = Judge()
    with House(bench.folder(), wrapper=["prlimit", "--nofile=128:128"]) as house:
        house.start()
        caller = house.caller("100.00")
        pid = house.server.process.pid
        run(one(caller))
        crowd = []
        try:
            for _ in range(400):
                line = socket.socket()
                line.setblocking(False)
                line.connect_ex(("127.0.0.1", house.server.port))
                crowd.append(line)
            time.sleep(1)
            before, began = cpu_seconds(pid), time.monotonic()
            time.sleep(2 if bench.short else 4)
            share = (cpu_seconds(pid) - before) / (time.monotonic() - began)
        finally:
            for line in crowd:
                line.close()
        relieved = time.monotonic()
        again = house.caller(account=caller)
        while not run(one(again)).done:
            judge.expect(time.monotonic() - relieved < 5, "it does not accept again")
            if judge.details:
                break
            time.sleep(0.05)
        took = time.monotonic() - relieved
        judge.expect(share < 0.2, f"{share:.0%} of a processor while it could accept nobody")
        judge.expect(took <= 1, f"it accepted again after {took:.2f} s")
        judge.expect(house.is_up and house.server.process.pid == pid, "the server ended")
        judge.audited(house.settle_and_audit())
    return judge.outcome(1, f"{share:.1%} of a processor meanwhile, accepts again after {took * 1000:.0f} ms; {len(judge.details)} violations")


async def one(caller):
    seen = await caller.ask(QUICK, leave_after=2)
    caller.hang_up()
    return seen


@fault("F14", "a clock that jumps", "libfaketime: lives ten days ahead and a year behind, and jumps of the wall clock while answers are made")
def clock(bench):
    judge, dice = Judge(), random.Random(bench.seed)
    shims = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not shims:
        raise Skipped("libfaketime is not installed: Scripts/install-system-libraries torture")
    with House(bench.folder()) as house:
        moments = house.folder / "moments"
        moments.write_text("+0\n")
        # What libfaketime shares it sets up in the first program it is loaded into, which must not be a Swift one: hence `env` twice.
        house.server.wrapper = [
            "env", f"LD_PRELOAD={shims[0]}", f"FAKETIME_TIMESTAMP_FILE={moments}", "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1", "env"]
        house.start()
        people = [house.caller("100.00") for _ in range(2)]
        jumps = 0
        for life, offset in enumerate(("+0", "+10d", "-365d", "+0")):
            if life:
                house.stop()
                moments.write_text(offset + "\n")
                house.start()
            lines = [house.caller(account=people[number % 2]) for number in range(12)]
            until = time.monotonic() + 5

            def jump():
                nonlocal jumps
                while time.monotonic() < until - 0.5:
                    moments.write_text(dice.choice(("+10d\n", "-365d\n", "+0\n", "+1h\n", "-1h\n")))
                    jumps += 1
                    time.sleep(0.3)
            jumping = threading.Thread(target=jump)
            jumping.start()
            run(callers(house, lines, until, life))
            jumping.join()
        moments.write_text("+0\n")
        judge.audited(house.settle_and_audit("--clock-jumps"))
        spread = house.query("SELECT (max(at) - min(at)) / 86400000000 FROM entries")[0][0]
        judge.expect(spread > 300, f"the entries are only {spread} days apart: the clock was not moved")
        odd = house.query("SELECT count(*) FROM holds WHERE state = 'provisional'")[0][0]
        judge.expect(odd == 0, f"{odd} holds were closed by guess")
    return judge.outcome(jumps, f"entries {spread} days apart; no movement of money that the clock caused; {len(judge.details)} violations")


@fault("F22", "prices that change", "another price at every start, half of them after a kill in mid-answer")
def prices(bench):
    judge, dice, lives = Judge(), random.Random(bench.seed), 40
    with House(bench.folder(), server={"drain": "1s"}) as house:
        house.start()
        people = [house.caller("500.00") for _ in range(2)]
        for life in range(lives):
            lines = [house.caller(account=people[number % 2]) for number in range(12)]
            until = time.monotonic() + 0.8
            ending = threading.Timer(0.2 + dice.random() * 0.5, house.kill if life % 2 else house.stop)
            ending.start()
            run(callers(house, lines, until, life))
            ending.join()
            house.set_prices({"input": f"{dice.randint(1, 999999) / 1000:.3f}", "output": f"{dice.randint(1, 999999) / 1000:.3f}",
                              "cached_input": f"{dice.randint(1, 999999) / 1000:.3f}"})
            house.start()
        document = judge.audited(house.settle_and_audit())
        versions = house.query("SELECT count(*) FROM prices WHERE model = 'solid'")[0][0]
        judge.expect(versions > lives / 2, f"only {versions} prices")
    return judge.outcome(lives, f"{versions} prices a model, {document['checks']['I6']} charges worked out again at the price of their hold; "
                         f"{len(judge.details)} violations")


@fault("F25", "SIGTERM", "at once after the start, 200 times; then with 500 streams of 1 to 12 s on their way and 5 s to finish", short=True)
def goodbye(bench):
    judge, count, starts = Judge(), 500, 20 if bench.short else 200
    with House(bench.folder()) as house:
        for number in range(starts):
            house.start()
            time.sleep(number % 10 * 0.002)
            try:
                status = house.stop(timeout=10)
                judge.expect(status == 0, f"exit status {status} after start {number}")
            except subprocess.TimeoutExpired:
                judge.expect(False, f"start {number}: SIGTERM was not heard")
    if bench.short:
        return judge.outcome(starts, f"heard each time; {len(judge.details)} violations")
    with House(bench.folder(), server={"drain": "5s"}) as house:
        house.start()
        caller = house.caller("900.00")

        async def play():
            lines = [house.caller(account=caller) for _ in range(count)]

            def ask(number):
                return lines[number].ask({"do": "finish", "words": 10, "size": 9, "pace": 0.1 + 1.1 * number / count, "usage": USAGE},
                                         max_completion_tokens=100)
            asking = asyncio.gather(*(ask(number) for number in range(count)))
            until = time.monotonic() + 20
            while house.query("SELECT count(*) FROM holds WHERE state = 'dispatched' AND accepted = 1")[0][0] < count * 0.7:
                assert time.monotonic() < until, "the streams do not begin"
                await asyncio.sleep(0.1)
            began = time.monotonic()
            status = await asyncio.to_thread(house.stop)
            return await asking, status, time.monotonic() - began

        seen, status, took = run(play())
        document = judge.audited(house.audit())
        house.server.verify()
        states = dict(house.query("SELECT state, count(*) FROM holds GROUP BY state"))
        judge.expect(status == 0, f"exit status {status}")
        judge.expect(took <= 30, f"{took:.1f} s")
        judge.expect("provisional" not in states and "dispatched" not in states, f"{states}")
        done = sum(one.done for one in seen)
        judge.expect(count * 0.2 < done < count, f"{done} of {count} ended in time: the run proves nothing")
    return judge.outcome(starts + count, f"heard each time; exit 0 after {took:.1f} s; {done} ended whole, the others settled as delivered ({document['figures']['holds']} holds, "
                         f"0 provisional); {len(judge.details)} violations")
