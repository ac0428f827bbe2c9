"""F3 to F7: what disks do."""

import asyncio
import contextlib
import pathlib
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import threading
import time

from rig.house import HERE, House, run
from rig.load import callers

from . import Judge, Skipped, fault
from .peers import QUICK


@fault("F3", "a torn log", "database and write-ahead log copied after a kill, the log cut at its frames' ends and at 1000 random bytes")
def torn(bench):
    judge, dice = Judge(), random.Random(bench.seed)
    with House(bench.folder()) as house:
        house.start()
        people = [house.caller("100.00") for _ in range(2)]
        lines = [house.caller(account=people[number % 2]) for number in range(8)]
        ending = threading.Timer(2.5, house.kill)
        ending.start()
        run(callers(house, lines, time.monotonic() + 3, bench.seed))
        ending.join()
        wal = pathlib.Path(f"{house.database}-wal").read_bytes()
        commits = commit_ends(wal)
        place = bench.folder()
        place.mkdir()
        # What each commit holds, told by opening the log cut exactly there.
        known, last = {}, 0
        chosen = commits if len(commits) <= 600 else sorted(dice.sample(commits[:-1], 599)) + commits[-1:]
        for end in chosen:
            known[end] = entries_at(place, house.database, wal[:end], judge, f"cut after the commit at {end}")
            judge.expect(known[end] >= last, f"the commit at {end} has {known[end]} entries, an earlier one {last}")
            last = known[end]
        frame = struct.unpack(">I", wal[8:12])[0] + 24
        frames = [32 + number * frame for number in range((commits[-1] - 32) // frame + 1)]
        cuts = dice.sample(frames, min(500, len(frames))) + [dice.randrange(commits[-1]) for _ in range(1000)]
        for cut in cuts:
            before = max((end for end in commits if end <= cut), default=0)
            if before and before not in known:
                known[before] = entries_at(place, house.database, wal[:before], judge, f"cut after the commit at {before}")
            found = entries_at(place, house.database, wal[:cut], judge, f"cut at byte {cut}")
            judge.expect(not before or found == known[before], lambda: f"cut at {cut}: {found} entries, the last whole commit has {known[before]}")
        # The whole of it has everything that was acknowledged: the auditor compares with what the callers saw.
        judge.audited(house.audit(at_rest=False))
        # And the server itself opens some of them.
        original = house.database.read_bytes()
        for cut in dice.sample(cuts, 5):
            house.database.write_bytes(original)
            pathlib.Path(f"{house.database}-wal").write_bytes(wal[:cut])
            pathlib.Path(f"{house.database}-shm").unlink(missing_ok=True)
            house.start()
            house.stop()
            house.server.verify()
    return judge.outcome(len(chosen) + len(cuts), f"each opens with every commit up to the cut and nothing else ({len(commits)} commits in the log); "
                         f"{len(judge.details)} violations")


def commit_ends(wal):
    """Where each committed transaction ends: frames whose salts are the header's and that name the database's size."""
    size, salts = struct.unpack(">I", wal[8:12])[0], wal[16:24]
    ends, at = [], 32
    while at + 24 + size <= len(wal):
        if wal[at + 8:at + 16] != salts:
            break
        if struct.unpack(">I", wal[at + 4:at + 8])[0]:
            ends.append(at + 24 + size)
        at += 24 + size
    return ends


def entries_at(place, database, wal, judge, where):
    """Opens the database with that much of its log; how many entries there are, after the auditor looked at all of them."""
    from auditor import audit
    copy = place / "torn.db"
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{copy}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(database, copy)
    pathlib.Path(f"{copy}-wal").write_bytes(wal)
    with contextlib.closing(sqlite3.connect(copy)) as books:
        answer = books.execute("PRAGMA quick_check(1)").fetchone()[0]
        judge.expect(answer == "ok", f"{where}: {answer}")
        if not books.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'chain'").fetchone()[0]:
            return 0
    # A cut between two migrations leaves the earlier schema, which is whole too.
    report = audit(copy, strict_schema=False)
    for invariant, sentence in report.violations:
        judge.expect(False, f"{where}: {invariant}: {sentence}")
    return report.checks["I2"]


@fault("F4", "flushed before it is said", "strace: what goes to engines and callers against the log's writes and flushes, one request at a time")
def flushed(bench):
    if not shutil.which("strace"):
        raise Skipped("strace is not installed: Scripts/install-system-libraries torture")
    judge, count = Judge(), 200
    folder = bench.folder()
    trace = folder / "trace"
    calls = "trace=write,writev,pwrite64,sendto,sendmsg,fdatasync,fsync,openat"
    with House(folder, wrapper=["strace", "-D", "-f", "-y", "-s", "4000", "-e", calls, "-o", str(trace)]) as house:
        house.start(timeout=120)
        caller = house.caller("100.00")

        async def play():
            for _ in range(count):
                assert (await caller.ask(QUICK, leave_after=30)).done
            caller.hang_up()
        run(play())
        time.sleep(0.6)
        judge.audited(house.settle_and_audit())
    holds, settlements = 0, 0
    unflushed, written, pending = False, 0, {}
    flushes = 0
    for line in trace.read_text(errors="replace").splitlines():
        thread, _, call = line.partition(" ")
        call = call.lstrip()
        if call.startswith("<..."):
            # The end of a call that another thread interrupted in the trace.
            if pending.pop(thread, None) == "flush" and "= 0" in call:
                unflushed, flushes = False, flushes + 1
            continue
        if "minitoolai.db-wal>" in call.split(",")[0]:
            if call.startswith("pwrite64"):
                unflushed, written = True, written + 1
            elif "unfinished" in call:
                pending[thread] = "flush"
            elif call.endswith("= 0"):
                unflushed, flushes = False, flushes + 1
        elif "POST /first/v1/chat/completions" in call:
            holds += 1
            judge.expect(not unflushed, f"the engine is asked while the log is not flushed: {call[:80]}")
        elif "data: [DONE]" in call and "x-request-id" not in call.split("data: [DONE]")[1]:
            if re.match(r"(write|writev|sendto|sendmsg)\(", call) and "socket" in call.split(",")[0].lower() or "TCP" in call.split(",")[0]:
                settlements += 1
                judge.expect(not unflushed, f"the end is said while the log is not flushed: {call[:80]}")
    judge.expect(holds == count and settlements == count, f"{holds} requests and {settlements} ends were seen in the trace, of {count}")
    judge.expect(flushes >= 2 * count, f"only {flushes} flushes")
    return judge.outcome(2 * count, f"{holds} requests to engines and {settlements} ends of answers, each after a flush of all that was written to the "
                         f"log ({written} writes, {flushes} flushes); {len(judge.details)} violations")


@contextlib.contextmanager
def small_disk(folder, megabytes):
    folder.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "torture", str(folder)], capture_output=True, text=True)
    if mounted.returncode:
        raise Skipped(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@fault("F5", "a full disk", "a tmpfs of 160 MB filled to the last byte under load for 6 s, then freed")
def full_disk(bench):
    judge = Judge()
    place = bench.folder()
    with small_disk(place / "disk", 160) as disk, House(place / "house", data=disk / "data") as house:
        house.start()
        people = [house.caller("100.00") for _ in range(2)]
        filler, stop = disk / "filler", threading.Event()
        statuses = []

        def fill():
            with open(filler, "ab", buffering=0) as file:
                while not stop.is_set():
                    for size in (1 << 20, 4096, 1):
                        with contextlib.suppress(OSError):
                            while file.write(b"x" * size) == size and not stop.is_set():
                                pass
                    time.sleep(0.02)

        async def ask(caller, until):
            while time.monotonic() < until:
                seen = await caller.ask(QUICK, leave_after=40)
                statuses.append(seen.status)
                if seen.status is None:
                    caller.hang_up()
                    await asyncio.sleep(0.1)
                if seen.status == 503:
                    await asyncio.sleep(0.02)

        async def play():
            lines = [house.caller(account=people[number % 2]) for number in range(8)]
            asking = asyncio.gather(*(ask(line, time.monotonic() + 9) for line in lines))
            await asyncio.sleep(1)
            filling = threading.Thread(target=fill)
            filling.start()
            await asyncio.sleep(6)
            stop.set()
            await asyncio.to_thread(filling.join)
            filler.unlink()
            freed = time.monotonic()
            again = house.caller(account=people[0])
            while house.is_up and time.monotonic() - freed < 20:
                seen = await again.ask(QUICK, leave_after=5)
                if seen.done:
                    break
                again.hang_up()
                await asyncio.sleep(0.02)
            took = time.monotonic() - freed
            await asking
            return took

        took = run(play())
        judge.expect(house.is_up, f"the server ended: {house.server.logged()[-300:]}")
        judge.expect(statuses.count(503) > 0, "nobody was told 503: the disk was not full")
        judge.expect(set(statuses) <= {200, 503}, f"answers {sorted(map(str, set(statuses)))}")
        judge.expect(took <= 2, f"it served again after {took:.1f} s")
        judge.audited(house.settle_and_audit())
    return judge.outcome(1, f"{statuses.count(503)} times 503, serves again {took:.2f} s after space returned; {len(judge.details)} violations")


@fault("F6", "a disk that fails", "the k-th flush of the log and all after it fail with EIO, k from 2 to 200")
def failing_disk(bench):
    if not shutil.which("cc"):
        raise Skipped("there is no C compiler")
    judge, dice, count = Judge(), random.Random(bench.seed), 20
    place = bench.folder()
    place.mkdir()
    shim = place / "eio.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, HERE / "rig/eio.c", "-ldl"], check=True)
    slowest, statuses = 0, set()
    with House(place / "house") as house:
        house.start()
        people = [house.caller("100.00") for _ in range(2)]
        house.stop()
        for number in range(count):
            failed = place / f"failed-{number}"
            house.server.environment |= {"LD_PRELOAD": str(shim), "FAIL_AT": str(dice.randint(5, 200)), "FAILED": str(failed)}
            house.start()
            house.server.environment = {name: value for name, value in house.server.environment.items() if name != "LD_PRELOAD"}
            lines = [house.caller(account=people[line % 2]) for line in range(8)]
            process = house.server.process

            def watch():
                nonlocal slowest
                while not failed.exists():
                    time.sleep(0.005)
                began = time.monotonic()
                statuses.add(process.wait(30))
                slowest = max(slowest, time.monotonic() - began)
            watching = threading.Thread(target=watch)
            watching.start()

            async def play():
                asking = asyncio.create_task(callers(house, lines, time.monotonic() + 20, number))
                await asyncio.to_thread(watching.join)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                for line in lines:
                    line.hang_up()
            run(play())
            house.wait_for_end(5)
            house.start()
            house.stop()
        judge.audited(house.audit())
        house.server.verify()
    judge.expect(slowest <= 1, f"it ended {slowest:.2f} s after the failure")
    judge.expect(statuses == {74}, f"exit statuses {statuses}")
    return judge.outcome(count, f"ends with status 74 within {slowest * 1000:.0f} ms, starts again clean, nothing acknowledged is lost; "
                         f"{len(judge.details)} violations")


@fault("F7", "somebody else's lock", "BEGIN IMMEDIATE by another program for 10 s, under load")
def foreign_lock(bench):
    judge = Judge()
    with House(bench.folder()) as house:
        house.start()
        people = [house.caller("100.00") for _ in range(2)]
        lines = [house.caller(account=people[number % 2]) for number in range(12)]

        def hold():
            time.sleep(1)
            books = sqlite3.connect(house.database, isolation_level=None, timeout=20)
            books.execute("BEGIN IMMEDIATE")
            time.sleep(10)
            books.execute("ROLLBACK")
            books.close()
        holding = threading.Thread(target=hold)
        holding.start()
        run(callers(house, lines, time.monotonic() + 13, bench.seed))
        holding.join()
        ended = not house.is_up
        if ended:
            house.wait_for_end(5)
        document = judge.audited(house.settle_and_audit())
    return judge.outcome(1, ("the server waits 5 s, ends with status 74 and recovers" if ended else "the server waits")
                         + f"; {document['figures']['seen finished']} answers seen finished, none lost; {len(judge.details)} violations")
