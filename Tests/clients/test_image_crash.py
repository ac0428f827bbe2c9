"""Power cuts at every step of a job: afterwards it is delivered once and charged once, or failed and paid back once."""

import contextlib
import json
import random
import sqlite3
import threading
import time
from decimal import Decimal

import pytest

from images import ENDLESS, HANDS, PRICE, SMALL, SUBMIT, Job, accepted, blobs, fetch, quiet, talk
from minitoolai import eventually

#: Where the power is cut, and how many jobs may be durable then of which nobody was told: in most places the last answer may be on its way.
MOMENTS = {
    "hold.committing": {0}, "hold.committed": {1}, "image.claimed": {0, 1}, "image.painted": {0, 1}, "settle.committing": {0, 1},
    "settle.committed": {0, 1},
}
#: Pictures that no job knows after one cut: one of each hand of the engine, painted and not yet paid for.
STRAYS = HANDS
CHARGE = int(PRICE.scaleb(9))


def start(server, failpoints=""):
    server.environment["MINITOOLAI_FAILPOINTS"] = failpoints
    server.start()


def ends(server):
    """Waits for a server that is killed by its own failpoint."""
    process, server.process = server.process, None
    process.wait(30)
    server.log.close()


def jobs_of(server):
    """(number, state, how its hold was closed, what was charged) of every job, as the database has them."""
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/minitoolai.db?mode=ro", uri=True, timeout=10)) as books:
        rows = books.execute("SELECT id, hold, contents FROM jobs").fetchall()
        closings = books.execute("SELECT hold, kind, revenue FROM entries WHERE hold IS NOT NULL AND kind NOT IN ('hold', 'extend')").fetchall()
    found = []
    for number, hold, contents in rows:
        ends = [(kind, revenue) for one, kind, revenue in closings if one == hold]
        assert len(ends) == 1, f"job {number} was closed {len(ends)} times"
        found.append((number, json.loads(contents), *ends[0]))
    return found


def check(server, customer, told=(), strays=0):
    """Everything is over, and each end is told, booked and there to be fetched in one and the same way."""
    quiet(server, 60)
    finished = {}
    for number, contents, kind, charge in jobs_of(server):
        if contents["state"] == "finished":
            assert (kind, charge) == ("settle", CHARGE), (number, kind, charge)
            finished[number] = contents["result"]["blob"]
        else:
            assert contents["state"] in ("failed", "cancelled") and (kind, charge) == ("release", 0), (number, contents["state"], kind, charge)
    lie = {path.name for path in blobs(server)}
    assert set(finished.values()) <= lie
    assert len(lie) <= len(finished) + strays, "pictures of jobs that were paid back are gone"
    for job in told:
        state = job.state
        assert (state["status"] == "success") is (job.number in finished), state
        if state["status"] == "success":
            assert fetch(server, state["image_url"]).status == 200
    shown = server.cli("account", "show", customer.name)
    granted = sum(Decimal(entry["amount"]) for entry in customer.statement("--test") if entry["kind"] == "grant")
    assert Decimal(shown["test_balance"]) == granted - len(finished) * PRICE
    server.verify()
    return finished


@pytest.fixture
def struck(fresh):
    """A server that was up once, and a customer of it."""
    start(fresh)
    customer = fresh.customer(test="1.00", test_key=True)
    assert fresh.stop() == 0
    return fresh, customer


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at(struck, moment, passes):
    server, customer = struck
    start(server, f"{moment}=kill@{passes}")
    told = []
    with contextlib.suppress(Exception):
        for _ in range(3):
            told.append(accepted(server, customer.key))
    ends(server)
    start(server)
    finished = check(server, customer, told, STRAYS)
    assert {job.number for job in told} <= set(finished), "whoever was told of a job gets the picture"
    assert len(finished) - len(told) in MOMENTS[moment], "one that was durable is made, though nobody was told"
    assert server.stop() == 0


def test_killed_while_it_paints_three_times_it_is_given_up_and_paid_back(struck):
    server, customer = struck
    start(server)
    job = accepted(server, customer.key, prompt=ENDLESS["prompt"])
    for _ in range(3):
        job.running()
        server.kill()
        start(server)
    assert job.failed()["message"] == "the server stopped while the picture was made"
    assert check(server, customer, [job]) == {}


def test_killed_between_a_cancellation_and_its_answer(struck):
    server, customer = struck
    start(server, "settle.committed=kill@1")
    job = accepted(server, customer.key, prompt=ENDLESS["prompt"]).running()
    with contextlib.suppress(Exception):
        job.cancel()
    ends(server)
    start(server)
    assert job.state["code"] == "job_cancelled"
    assert check(server, customer, [job]) == {}


def test_a_cancellation_that_was_not_durable_did_not_happen(struck):
    server, customer = struck
    start(server, "settle.committing=kill@1")
    job = accepted(server, customer.key, prompt="a fox [sandbox: delay=700ms]", steps=1).running()
    with contextlib.suppress(Exception):
        job.cancel()
    ends(server)
    start(server)
    assert set(check(server, customer, [job])) == {job.number}


def test_at_once_after_a_start_jobs_are_neither_lost_nor_doubled(struck):
    """What an earlier life left is taken up while the first callers are already there: asked after, cancelled and joined by new ones."""
    server, customer = struck
    start(server)
    jobs = [accepted(server, customer.key, prompt=ENDLESS["prompt"]) for _ in range(60)]
    server.kill()
    start(server)
    assert jobs[0].state["status"] in ("pending", "processing")
    new = [accepted(server, customer.key, prompt="a fox [sandbox: delay=0]") for _ in range(3)]
    for job in reversed(jobs):
        assert job.cancel().json["code"] == "job_cancelled"
    assert set(check(server, customer, [*jobs, *new])) == {job.number for job in new}
    assert server.stop() == 0


def test_killed_at_random(struck):
    """Callers submit and cancel without a pause; the process is killed again and again."""
    server, customer = struck
    dice, told, over = random.Random(7), [], threading.Event()

    def ask(seed):
        mine = random.Random(seed)
        while not over.is_set():
            try:
                answer = talk(server, "POST", SUBMIT, {**SMALL, "prompt": "a fox [sandbox: delay=5ms]"}, customer.key, timeout=5)
                # On a fast machine the balance comes to its end.
                if answer.status != 200:
                    time.sleep(0.02)
                    continue
                job = Job(server, answer.json["jobid"], answer.json["signature"])
                told.append(job)
                if mine.random() < 0.3:
                    job.cancel()
            except Exception:
                time.sleep(0.02)

    start(server)
    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        time.sleep(0.1 + dice.random() * 0.5)
        server.kill()
        start(server)
    over.set()
    for thread in threads:
        thread.join()
    assert len(told) > 20
    eventually(lambda: server.process.poll() is None, "it is up")
    finished = check(server, customer, told, strays=6 * STRAYS)
    assert finished
    assert server.stop() == 0
