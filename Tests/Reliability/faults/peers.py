"""F8 to F11 and F23: what callers and upstreams do, without anything of ours breaking."""

import asyncio
import itertools
import json
import time

from rig.callers import NATIVE, V1
from rig.house import House, rss_bytes, run
from rig.streams import STREAMS

from . import Judge, fault

USAGE = {"prompt": 17, "completion": 10}
QUICK = {"do": "finish", "words": 3, "size": 5, "usage": USAGE}


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


#: A machine on which a request alone takes longer than this has other things to do, and no latency measured there says anything.
BUSY_SECONDS = 0.05


def expect_latency(judge, before, after, factor, slack):
    """Compares two p99s; returns what is to be said of them."""
    said = f"{before * 1000:.1f} ms alone, {after * 1000:.1f} ms beside them"
    if before > BUSY_SECONDS:
        return said + " (not judged: the machine was busy with other work)"
    judge.expect(after < factor * before + slack, f"p99 went from {before * 1000:.1f} to {after * 1000:.1f} ms")
    return said


async def quick_requests(caller, seconds, pause=0.005):
    """One after the other; how long each took."""
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        seen = await caller.ask(QUICK)
        assert seen.done, seen.status
        times.append(time.monotonic() - began)
        await asyncio.sleep(pause)
    return times


async def in_turn(count, width, ask):
    """`ask(n)` for n in 0..<count, `width` at a time."""
    numbers = iter(range(count))

    async def worker(line):
        return [await ask(line, number) for number in numbers]

    return list(itertools.chain(*await asyncio.gather(*(worker(line) for line in range(width)))))


@fault("F8", "slow and deaf callers", "half of them read one byte a second, half nothing at all, answers of 100 KB and more", short=False)
def slow_callers(bench):
    judge, count = Judge(), 1000
    with House(bench.folder()) as house:
        house.start()
        caller = house.caller("900.00")
        peak = []

        async def play():
            lines = [house.caller(account=caller) for _ in range(count)]
            await caller.ask(QUICK)
            idle = rss_bytes(house.server.process.pid)

            def ask(number):
                rate = 1 if number % 2 else 0
                plan = {"do": "finish", "words": 500 if rate else 5000, "size": 400, "usage": None}
                return lines[number].ask(plan, rate=rate, max_completion_tokens=16000, leave_after=75)
            asking = asyncio.gather(*(ask(number) for number in range(count)))
            while not asking.done():
                await asyncio.sleep(1)
                peak.append(rss_bytes(house.server.process.pid) - idle)
                late = await asyncio.to_thread(unsettled_for_long, house, 32)
                judge.expect(not late, lambda: f"{len(late)} holds are open 30 s after the upstream had ended: {late[:3]}")
                if late:
                    break
            await asking

        run(play())
        judge.audited(house.settle_and_audit())
        per = max(peak) / count
        judge.expect(per <= 256 << 10, f"{per / 1024:.0f} KB a stream")
    return judge.outcome(count, f"{per / 1024:.0f} KB of memory a stream at most; every answer settled within 30 s of its upstream's end; "
                         f"{len(judge.details)} violations")


def unsettled_for_long(house, seconds):
    """Requests whose upstream ended more than `seconds` ago and whose hold is open."""
    ids, ended, now = {}, set(), time.monotonic()
    for line in open(house.upstream_log):
        if not line.endswith("\n"):
            continue
        one = json.loads(line)
        if one["e"] == "S":
            ids[one["n"]] = one["id"]
        elif one["e"] in "FBL" and now - one["t"] > seconds:
            ended.add(ids[one["n"]])
    return [request for (request,) in house.query("SELECT request FROM holds WHERE state = 'dispatched'") if request in ended]


@fault("F9", "slow and silent upstreams", "300 answers that stand still or crawl or do not begin, deadlines of 4 s, others ask meanwhile", short=False)
def slow_upstreams(bench):
    judge = Judge()
    timeouts = {"timeouts": {"first_byte": "4s", "stall": "4s"}}
    with House(bench.folder(), engines={"first": timeouts}) as house:
        house.start()
        caller, other = house.caller("900.00"), house.caller("100.00")
        plans = ({"do": "stall", "words": 3}, {"do": "finish", "wait": 60}, {"do": "finish", "words": 4, "pace": 2.5, "usage": USAGE})

        async def play():
            alone = await quick_requests(other, 6)
            lines = [house.caller(account=caller) for _ in range(300)]
            began = time.monotonic()
            asking = asyncio.gather(*(line.ask(plans[number % 3]) for number, line in enumerate(lines)))
            await asyncio.sleep(1.5)
            beside = await quick_requests(other, 6)
            seen = await asking
            return alone, beside, seen, time.monotonic() - began

        alone, beside, seen, took = run(play())
        judge.audited(house.settle_and_audit())
        judge.expect(all(one.done for one in seen[2::3]), "an answer that only crawled did not end")
        judge.expect(not any(one.done for one in seen[0::3]), "an answer that stood still was ended as if whole")
        judge.expect(took < 15, f"the last of them ended after {took:.1f} s")
        before, after = percentile(alone, 0.99), percentile(beside, 0.99)
        said = expect_latency(judge, before, after, 2, 0.005)
    return judge.outcome(300, f"others' p99 {said}; all over after {took:.1f} s; "
                         f"{len(judge.details)} violations")


@fault("F10", "resets at every byte", "the upstream resets at each offset of five recorded streams, at once and when the bytes had time to arrive",
       short=True)
def resets(bench):
    judge = Judge()
    cuts = [(name, at, settle) for name, recorded in STREAMS.items() for at in range(0, len(recorded.data) + 1, 37 if bench.short else 1)
            for settle in ((0.004,) if bench.short else (0, 0.004))]
    with House(bench.folder()) as house:
        house.start()
        caller = house.caller("900.00")
        process = house.server.process

        async def play():
            lines = [house.caller(account=caller) for _ in range(24)]

            async def ask(line, number):
                name, at, settle = cuts[number]
                seen = await lines[line].ask({"do": "raw", "body": name, "at": at, "settle": settle}, path=V1 if at % 2 else NATIVE)
                where = f"{name} cut at {at}"
                recorded = STREAMS[name]
                judge.expect(not (seen.done and seen.error), f"{where}: [DONE] after an error")
                judge.expect(seen.done or at < len(recorded.data), f"{where}: whole, and not ended")
                judge.expect(not seen.done or b'"stop"' in recorded.data[:at] or b'"tool_calls", "usage' in recorded.data[:at]
                             or b'"finish_reason": "tool_calls"' in recorded.data[:at] or b'"finish_reason":"stop"' in recorded.data[:at],
                             f"{where}: ended as if whole")
                return seen
            return await in_turn(len(cuts), len(lines), ask)

        seen = run(play())
        judge.expect(process.poll() is None, "the server ended")
        document = judge.audited(house.settle_and_audit())
        charged = document["checks"]["I9"]
    whole = sum(one.done for one in seen)
    return judge.outcome(len(cuts), f"charge = delivered, {charged} comparisons; {whole} ended whole, no [DONE] after an error; 0 crashes; "
                         f"{len(judge.details)} violations")


#: What upstreams say of usage, and what is true: None where it cannot be believed and is counted instead.
REPORTS = {
    "absent": ([], None),
    "twice": ([{"prompt_tokens": 9, "completion_tokens": 1}, {"prompt_tokens": 17, "completion_tokens": 10}], USAGE),
    "negative": ([{"prompt_tokens": -5, "completion_tokens": 3}], None),
    "2^63": ([{"prompt_tokens": 2**63, "completion_tokens": 3}], None),
    "10^30": ([{"prompt_tokens": 17, "completion_tokens": 10**30}], None),
    "beyond the cap": ([{"prompt_tokens": 17, "completion_tokens": 5000}], None),
    "a fraction": ([{"prompt_tokens": 17.5, "completion_tokens": 3}], None),
    "words": ([{"prompt_tokens": "17", "completion_tokens": "3"}], None),
    "null": ([None], None),
    "more cached than there is": ([{"prompt_tokens": 5, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 9}}], None),
}


@fault("F11", "usage that cannot be true", "absent, twice, negative, 2^63, fractions, beyond the cap, after the finish", short=True)
def usages(bench):
    judge, each = Judge(), 2 if bench.short else 20
    with House(bench.folder()) as house:
        house.start()
        caller = house.caller("100.00")

        async def play():
            for name, (reports, truth) in REPORTS.items():
                for _ in range(each):
                    seen = await caller.ask({"do": "finish", "words": 6, "size": 5, "usages": reports, "usage": truth}, max_completion_tokens=400)
                    judge.expect(seen.done, f"{name}: the answer did not end")
        run(play())
        document = judge.audited(house.settle_and_audit())
        judge.expect(document["figures"]["written off"] == 0, f"{document['figures']['written off']} nanodollars were written off")
    return judge.outcome(each * len(REPORTS), f"each billed as reported when that can be true, else as counted; nothing above its hold; "
                         f"{len(judge.details)} violations")


@fault("F23", "callers who leave", "at every chunk of an answer, on engines that are cut and on engines that are read to their end; just before "
       "[DONE]; a key revoked in mid-answer", short=True)
def leaving(bench):
    judge, words, size = Judge(), 40, 10
    step = 8 if bench.short else 1
    with House(bench.folder()) as house:
        house.start()
        caller, revoked = house.caller("100.00"), house.caller("10.00")
        plan = {"do": "finish", "words": words, "size": size, "pace": 0.01, "usage": {"prompt": 17, "completion": 140}, "tail": 0.15}
        cases = [(model, chunk * size) for model in ("solid", "drain") for chunk in range(0, words + 1, step) for _ in range(1 if bench.short else 5)]

        async def play():
            lines = [house.caller(account=caller) for _ in range(16)]

            async def ask(line, number):
                model, left = cases[number]
                seen = await lines[line].ask(plan, model=model, leave_bytes=left)
                judge.expect(seen.left and not seen.done, f"{model}: the caller stayed")
            await in_turn(len(cases), len(lines), ask)
            asking = asyncio.create_task(revoked.ask({**plan, "words": 100, "pace": 0.03}))
            await asyncio.sleep(1)
            await asyncio.to_thread(house.server.cli, "key", "revoke", revoked.key_id)
            after = await house.caller(account=revoked).ask(plan)
            return await asking, after

        began, after = run(play())
        judge.expect(began.done, "what a revoked key had begun did not end")
        judge.expect(after.status == 401, f"a revoked key was answered with {after.status}")
        time.sleep(0.5)
        judge.audited(house.settle_and_audit())
        free = house.query("SELECT count(*) FROM holds WHERE state = 'released' AND accepted = 1")[0][0]
        measured = house.query("SELECT count(*) FROM holds WHERE engine = 'drained' AND source = 'measured'")[0][0]
        drained = sum(model == "drain" for model, _ in cases)
        judge.expect(measured == drained, f"{measured} of {drained} answers were read to their end")
        judge.expect(free == 0, f"{free} answers that had begun were free")
    return judge.outcome(len(cases) + 1, f"charged as delivered, or as reported where it is read to the end ({drained}); none free; "
                         f"a revoked key finishes what it began; {len(judge.details)} violations")
