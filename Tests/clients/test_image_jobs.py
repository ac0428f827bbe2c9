"""A job from its acceptance to its end: asked after, watched, cancelled, failed on request, paid for or paid back."""

import asyncio
import contextlib
import json
import sqlite3
import statistics
import time
from decimal import Decimal

import pytest

from http1 import Line, ask_soon, encode
from images import ENDLESS, GENERATIONS, HANDS, JOBS, PRICE, SMALL, SUBMIT, Job, accepted, blobs, events, fetch, quiet, submit, talk
from minitoolai import Server, configuration, eventually

#: Two engines in turn, for live keys.
PAIR = "juggernaut"


def CONFIGURATION(upstream):
    both = [{"engine": name, "model": PAIR} for name in ("first", "second")]
    return {"engines": {name: {"kind": "sandbox", "pace": "immediate"} for name in ("first", "second")},
            "models": {PAIR: {"kind": "image", "routes": both}}}


UNKNOWN = {"status": "error", "image_url": None, "message": "there is no such job, or its signature is wrong", "code": "job_not_found"}


@pytest.fixture(scope="module")
def done(server, tester):
    job = accepted(server, tester.key)
    job.delivered()
    return job


def wrong(signature):
    """As long, and another."""
    return ("B" if signature[0] == "A" else "A") + signature[1:]


# Asking.

def test_a_job_goes_by_its_number_as_text_and_as_number(done):
    answers = [done.ask(jobid=jobid) for jobid in (done.number, str(done.number))]
    assert answers[0].status == answers[1].status == 200 and answers[0].body == answers[1].body
    assert answers[0].json["status"] == "success"


def test_a_key_is_neither_needed_nor_looked_at(server, done):
    for key in (None, "sk-nobody"):
        assert talk(server, "POST", JOBS, done.question, key).json["status"] == "success"


def test_both_spellings_of_the_address(server, done):
    assert talk(server, "POST", JOBS.rstrip("/"), done.question).json == done.state


@pytest.mark.parametrize("change", [
    lambda job: {"signature": wrong(job.signature)}, lambda job: {"signature": job.signature[:-1]}, lambda job: {"signature": job.signature + "A"},
    lambda job: {"signature": ""}, lambda job: {"signature": None}, lambda job: {"signature": 7}, lambda job: {"signature": "a" * 5000},
    lambda job: {"jobid": job.number ^ 1}, lambda job: {"jobid": "0"}, lambda job: {"jobid": -job.number}, lambda job: {"jobid": 10**30},
    lambda job: {"jobid": None}, lambda job: {"jobid": f" {job.number}"}, lambda job: {"jobid": [job.number]}, lambda job: {"jobid": "1' OR 1=1"},
])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_wrong_signature_and_an_unknown_job_are_one_and_the_same(done, change, method):
    answer = done.ask(method, **change(done))
    assert answer.status == 404 and answer.json == UNKNOWN
    assert done.state["status"] == "success"


def test_the_same_for_who_watches(server, done):
    for path in (f"{JOBS}{done.number}/events", f"{JOBS}{done.number}/events?signature={wrong(done.signature)}",
                 f"{JOBS}{done.number ^ 1}/events?signature={done.signature}", f"{JOBS}abc/events?signature={done.signature}"):
        answer = talk(server, "GET", path)
        assert answer.status == 404 and answer.json == UNKNOWN, path


def test_headers_of_both_are_alike_too(done):
    def shape(answer):
        return {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    assert shape(done.ask(signature=wrong(done.signature))) == shape(done.ask(jobid=done.number ^ 1))


def test_time_does_not_tell_them_apart(server, tester, done):
    """Of a job that waits, of one that is over, and of none: medians of many, taken in turn."""
    waiting = accepted(server, tester.key, prompt=ENDLESS["prompt"])
    questions = {
        "none": {"jobid": done.number ^ 1, "signature": done.signature}, "over": {"jobid": done.number, "signature": wrong(done.signature)},
        "waits": {"jobid": waiting.number, "signature": wrong(waiting.signature)},
    }
    times = {name: [] for name in questions}
    with Line(server) as line:
        for _ in range(400):
            for name, question in questions.items():
                body = encode("POST", JOBS, question, close=False)
                began = time.perf_counter()
                line.send(body)
                assert line.answer().status == 404
                times[name].append(time.perf_counter() - began)
    waiting.cancel()
    medians = {name: statistics.median(values) for name, values in times.items()}
    spread = statistics.median(times["none"]) * 0.5 + 0.0003
    assert abs(medians["none"] - medians["over"]) < spread, medians


def test_400_for_a_question_that_is_no_json(server):
    answer = talk(server, "POST", JOBS, "{")
    assert answer.status == 400 and answer.json["status"] == "error" and answer.json["image_url"] is None
    assert answer.json["code"] == "invalid_json"


@pytest.mark.parametrize("body", ["[]", "7", '"x"', "{}"])
def test_404_for_a_question_that_names_no_job(server, body):
    assert talk(server, "POST", JOBS, body).json == UNKNOWN


# Waiting and watching.

def test_progress_grows_and_the_queue_moves_up(server):
    customer = server.customer(test="1.00", test_key=True)
    jobs = [accepted(server, customer.key, prompt="a fox [sandbox: delay=100ms]", steps=3) for _ in range(HANDS + 3)]
    assert [job.state["queue_position"] for job in jobs[HANDS:]] == [1, 2, 3], "all hands are busy"
    pending = jobs[-1].state
    assert list(pending) == ["status", "image_url", "message", "progress", "queue_position"]
    assert pending["status"] == "pending" and pending["image_url"] is None and pending["progress"] == 0
    seen = []
    while not jobs[0].is_over:
        seen.append(jobs[0].state.get("progress", 1.0))
    assert seen == sorted(seen)
    positions = []
    eventually(lambda: positions.append(jobs[-1].state.get("queue_position", 0)) or jobs[-1].is_over, "the last is done")
    assert positions == sorted(positions, reverse=True)
    assert all(job.state["status"] == "success" for job in jobs)


def test_events_from_the_queue_to_the_picture(server):
    customer = server.customer(test="1.00", test_key=True)
    before = [accepted(server, customer.key, prompt="a fox [sandbox: delay=60ms]") for _ in range(HANDS)]
    job = accepted(server, customer.key, prompt="a fox [sandbox: delay=60ms]")
    told = job.events()
    assert [name for name, _ in told] == ["progress"] * (len(told) - 1) + ["done"]
    statuses = [data["status"] for _, data in told]
    assert statuses == sorted(statuses, key=["pending", "processing", "success"].index) and "processing" in statuses
    progress = [data["progress"] for _, data in told[:-1]]
    assert progress == sorted(progress) and len(set(progress)) >= 3
    assert told[-1][1] == job.state
    assert all(one.delivered() for one in before)


def test_events_of_what_is_over_say_so_at_once(done):
    assert done.events(timeout=5) == [("done", done.state)]


def test_many_watch_one_job(server):
    customer = server.customer(test="1.00", test_key=True)
    job = accepted(server, customer.key, prompt="a fox [sandbox: delay=200ms]")

    async def watch():
        return await asyncio.gather(*(ask_soon(server, "GET", job.events_path) for _ in range(50)))

    told = [events(answer) for answer in asyncio.run(watch())]
    assert all(one[-1][0] == "done" and one[-1][1]["status"] == "success" for one in told)


def test_who_stops_watching_stops_nothing(server):
    customer = server.customer(test="1.00", test_key=True)
    job = accepted(server, customer.key, prompt="a fox [sandbox: delay=150ms]")
    with Line(server) as line:
        line.send(encode("GET", job.events_path)).read_until(b"event: progress")
    assert job.delivered()


# Cancelling.

def test_a_cancelled_job_costs_nothing_and_leaves_nothing(server):
    customer = server.customer(test="1.00", test_key=True)
    kept = blobs(server)
    job = accepted(server, customer.key, prompt=ENDLESS["prompt"]).running()
    assert server.cli("account", "show", customer.name)["test_balance"] == "0.998500"
    answer = job.cancel()
    assert answer.status == 200 and answer.json == {
        "status": "error", "image_url": None, "message": "the job was cancelled", "code": "job_cancelled"}
    assert job.cancel().json == answer.json == job.state, "again changes nothing"
    assert server.cli("account", "show", customer.name)["test_balance"] == "1.000000"
    assert [entry["kind"] for entry in customer.statement("--test")] in (["grant"], ["grant", "release"])
    assert blobs(server) == kept


def test_a_job_that_waits_is_cancelled_too(server):
    customer = server.customer(test="1.00", test_key=True)
    first = [accepted(server, customer.key, prompt=ENDLESS["prompt"]) for _ in range(HANDS)]
    waiting = [accepted(server, customer.key) for _ in range(3)]
    assert waiting[1].cancel().json["code"] == "job_cancelled"
    assert waiting[2].state["queue_position"] == 2, "who stood behind moves up"
    for job in first:
        job.cancel()
    assert waiting[0].delivered() and waiting[2].delivered()
    assert Decimal(server.cli("account", "show", customer.name)["test_balance"]) == 1 - 2 * PRICE


def test_what_is_done_cannot_be_cancelled(done):
    assert done.cancel().json == done.state and done.state["status"] == "success"


def test_whoever_watches_hears_of_the_cancellation(server, tester):
    job = accepted(server, tester.key, prompt=ENDLESS["prompt"])
    with Line(server) as line:
        line.send(encode("GET", job.events_path)).read_until(b"event: progress")
        job.cancel()
        told = events(line.answer())
    assert told[-1] == ("done", job.state) and told[-1][1]["code"] == "job_cancelled"


def test_cancelled_at_every_moment_it_is_delivered_or_paid_back(server):
    """Never both: what was told is what the ledger says, and no picture is left of what was paid back."""
    customer = server.customer(test="1.00", test_key=True)
    kept = len(blobs(server))
    jobs = []
    for number in range(40):
        job = accepted(server, customer.key, prompt="a fox [sandbox: delay=0]", steps=2)
        until = time.perf_counter() + number * 0.001
        while time.perf_counter() < until:
            pass
        jobs.append((job, job.cancel().json))
    quiet(server)
    done = [job for job, _ in jobs if job.state["status"] == "success"]
    for job, told in jobs:
        if told.get("code") == "job_cancelled" or told["status"] == "success":
            assert job.state == told
    for job in done:
        assert job.picture().status == 200
    eventually(lambda: len(blobs(server)) == kept + len(done), "no picture is left of what was cancelled")
    assert Decimal(server.cli("account", "show", customer.name)["test_balance"]) == 1 - len(done) * PRICE


# The sandbox's magic words.

@pytest.mark.parametrize("kind, words", [
    ("refused", "no engine can make this picture as it was asked for"), ("busy", "every engine was busy for too long"),
    ("lost", "the engine was lost"), ("timeout", "the picture took too long"), ("broken", "the engine failed at this picture"),
    ("wrong_result", "the engine failed at this picture"),
])
def test_a_failure_is_told_and_paid_back(server, kind, words):
    customer = server.customer(test="1.00", test_key=True)
    state = accepted(server, customer.key, prompt=f"a fox [sandbox: fail={kind}]").failed()
    assert state == {"status": "error", "image_url": None, "message": words, "code": "job_failed"}
    shown = server.cli("account", "show", customer.name)
    assert shown["test_balance"] == "1.000000"


@pytest.mark.parametrize("times, outcome", [(1, "success"), (2, "success"), (3, "error")])
def test_three_attempts_are_made(server, times, outcome):
    customer = server.customer(test="1.00", test_key=True)
    assert accepted(server, customer.key, prompt=f"a fox [sandbox: fail_times={times}]").ended()["status"] == outcome
    cost = PRICE if outcome == "success" else 0
    assert Decimal(server.cli("account", "show", customer.name)["test_balance"]) == 1 - cost


def test_another_engine_takes_over_and_is_the_one_that_is_paid(server):
    customer = server.customer(live="1.00")
    with customer.charged(int(PRICE.scaleb(9))):
        job = accepted(server, customer.key, model=PAIR, prompt="a fox [sandbox: fail=lost; fail_times=1]")
        job.delivered()
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/minitoolai.db?mode=ro", uri=True)) as books:
        (contents, paid), = books.execute("SELECT contents, engine FROM jobs JOIN holds ON holds.id = jobs.hold WHERE jobs.id = ?", (job.number,))
    job = json.loads(contents)
    assert {*job["tried"], job["result"]["engine"]} == {"first", "second"} and paid == job["result"]["engine"]


def test_failures_on_request_keep_nobody_waiting(server, tester):
    other = server.customer(test="1.00", test_key=True)
    for _ in range(12):
        accepted(server, other.key, prompt="a fox [sandbox: fail=busy; retry-after=10m]")
    began = time.monotonic()
    accepted(server, tester.key).delivered()
    assert time.monotonic() - began < 5


def test_a_substituted_scheduler_is_named(server, tester):
    state = accepted(server, tester.key, prompt="a fox [sandbox: substitute]", scheduler="Heun").delivered()
    assert state["scheduler"] == "Heun" or "Heun" not in json.dumps(state)
    assert "Euler a" in json.dumps(state), state


def test_an_unknown_magic_word_fails_the_job(server, tester):
    assert accepted(server, tester.key, prompt="a fox [sandbox: fly]").failed()["message"].startswith("no engine can make")


def test_magic_words_are_no_part_of_the_picture(server, tester):
    said, unsaid = (accepted(server, tester.key, seed=5, prompt=prompt) for prompt in ("a fox [sandbox: delay=1ms]", "a fox"))
    assert said.picture().body == unsaid.picture().body


# Money.

def test_fifty_at_once_against_money_for_six(server):
    customer = server.customer(test="0.009", test_key=True)

    async def crowd():
        return await asyncio.gather(*(ask_soon(server, "POST", SUBMIT, SMALL, customer.key) for _ in range(50)))

    answers = asyncio.run(crowd())
    assert sorted(answer.status for answer in answers) == [200] * 6 + [402] * 44
    jobs = [Job(server, answer.json["jobid"], answer.json["signature"]) for answer in answers if answer.status == 200]
    assert len({job.number for job in jobs}) == len({job.signature for job in jobs}) == 6
    for job in jobs:
        job.delivered()
    assert server.cli("account", "show", customer.name)["test_balance"] == "0.000000"
    server.verify()


def test_a_statement_names_the_job_and_its_arithmetic(server):
    customer = server.customer(test="1.00", test_key=True)
    job = accepted(server, customer.key)
    job.delivered()
    line = customer.statement("--test")[-1]
    assert line["amount"] == "-0.001500" and line["balance_after"] == "0.998500"
    assert f"job {job.number}" in line["note"] and "1 image" in line["note"] and "$0.0015" in line["note"]


def test_usage_counts_images_and_no_tokens(server):
    customer = server.customer(test="1.00", test_key=True)
    for _ in range(3):
        accepted(server, customer.key).delivered()
    accepted(server, customer.key, prompt="a fox [sandbox: fail=refused]").failed()
    (line,) = server.cli("usage", "--account", customer.name, "--test")["usage"]
    assert line["model"] == "realvision" and line["cost"] == "0.004500"
    assert line["images"] == 3 and line["completion_tokens"] == line["prompt_tokens"] == 0, line


def test_a_revoked_key_loses_no_job(server):
    customer = server.customer(test="1.00", test_key=True)
    job = accepted(server, customer.key, prompt="a fox [sandbox: delay=100ms]")
    server.cli("key", "revoke", customer.key_id)
    assert job.delivered() and submit(server, customer.key).status == 401


def test_jobs_of_one_who_asks_much_do_not_keep_another_waiting(server):
    greedy, modest = (server.customer(test="1.00", test_key=True) for _ in range(2))
    many = [accepted(server, greedy.key, prompt="a fox [sandbox: delay=50ms]") for _ in range(60)]
    accepted(server, modest.key, prompt="a fox [sandbox: delay=50ms]").delivered()
    assert sum(not job.is_over for job in many) > 25
    for job in many:
        job.cancel()


# Going and coming.

def test_a_goodbye_puts_jobs_down_and_the_next_start_takes_them_up(fresh):
    fresh.start()
    customer = fresh.customer(test="1.00", test_key=True)
    jobs = [accepted(fresh, customer.key, prompt="a fox [sandbox: delay=1s]", steps=1) for _ in range(5)]
    jobs[0].running()
    assert fresh.stop() == 0
    fresh.start()
    for job in jobs:
        job.delivered()
    assert Decimal(fresh.cli("account", "show", customer.name)["test_balance"]) == 1 - 5 * PRICE
    fresh.verify()
    assert len(blobs(fresh)) == 5


def test_a_signature_outlives_the_process(fresh):
    fresh.start()
    customer = fresh.customer(test="1.00", test_key=True)
    job = accepted(fresh, customer.key)
    state = job.delivered()
    fresh.stop()
    fresh.start()
    after = job.state
    assert after.pop("image_url").rsplit("/", 1)[1] == state.pop("image_url").rsplit("/", 1)[1] and after == state
    assert job.ask(signature=wrong(job.signature)).status == 404
    assert fetch(fresh, job.state["image_url"]).status == 200


@pytest.mark.parametrize("waiting", ["who watches", "who waits for OpenAI's answer"])
def test_a_goodbye_waits_for_nobody_longer_than_it_says(tmp_path, upstream, waiting):
    server = Server(tmp_path, configuration(upstream, server={"drain": "1s"})).start()
    try:
        customer = server.customer(test="1.00", test_key=True)
        with Line(server) as line:
            if waiting == "who watches":
                line.send(encode("GET", accepted(server, customer.key, prompt=ENDLESS["prompt"]).events_path))
                line.read_until(b"event: progress")
            else:
                line.send(encode("POST", GENERATIONS, ENDLESS, customer.key))
                eventually(lambda: server.cli("account", "show", customer.name)["test_balance"] == "0.998500", "the job is there")
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 5
        server.verify()
    finally:
        server.kill()
