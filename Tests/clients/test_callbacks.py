"""The end of a job is told to its callback address: signed, again after a failure or a power cut, and not after it was heard."""

import contextlib
import sqlite3

import pytest

from http1 import ask
from images import ENDLESS, accepted, fetch, submit
from minitoolai import eventually
from receiver import HANG, Receiver


@pytest.fixture
def receives():
    opened = []

    def receive(*answers):
        opened.append(Receiver(*answers))
        return opened[-1]

    yield receive
    for receiver in opened:
        receiver.close()


def owed(server):
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/minitoolai.db?mode=ro", uri=True, timeout=10)) as books:
        return books.execute("SELECT job, attempts FROM callbacks").fetchall()


def settled(server, seconds=30):
    eventually(lambda: owed(server) == [], "nothing is left to tell", seconds)


def secret_of(server, customer):
    return ask(server, "GET", "/api/account/", b"", customer.key).json["webhook_secret"]


def test_every_end_is_told_once_and_signed(server, tester, receives):
    receiver = receives(200)
    painted = accepted(server, tester.key, callback_url=receiver.url)
    failed = accepted(server, tester.key, prompt="a fox [sandbox: status=400]", callback_url=receiver.url)
    cancelled = accepted(server, tester.key, prompt=ENDLESS["prompt"], callback_url=receiver.url)
    cancelled.cancel()
    eventually(lambda: len(receiver.calls) == 3, "three calls")
    settled(server)
    told = {call.value["data"]["jobid"]: call for call in receiver.calls}
    assert set(told) == {painted.number, failed.number, cancelled.number}
    for job, kind in ((painted, "finished"), (failed, "failed"), (cancelled, "cancelled")):
        call = told[job.number]
        assert call.path == "/hook?of=mine" and call.headers["content-type"] == "application/json"
        assert call.name == f"msg_{job.number}" and call.is_signed(secret_of(server, tester))
        assert call.value["type"] == f"image.{kind}"
        assert {**call.value["data"], "jobid": None} == {"jobid": None, **job.state}, "what whoever asks is told"
    assert fetch(server, told[painted.number].value["data"]["image_url"]).status == 200
    assert len(receiver.calls) == 3


def test_secrets_are_each_account_s_own(server, tester, live):
    assert secret_of(server, tester) == secret_of(server, tester) != secret_of(server, live)


def test_a_receiver_that_failed_is_called_again_under_the_same_name(server, tester, receives):
    receiver = receives(500, 200)
    accepted(server, tester.key, callback_url=receiver.url)
    eventually(lambda: len(receiver.calls) == 2, "a second call", 20)
    settled(server)
    first, second = receiver.calls
    assert first.name == second.name and first.body == second.body
    assert 5 <= int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) <= 8
    assert second.is_signed(secret_of(server, tester))


def test_410_ends_it_and_a_redirect_leads_nowhere(server, tester, receives):
    gone, elsewhere = receives(410), receives(200)
    moved = receives((307, {"location": elsewhere.url}), 200)
    accepted(server, tester.key, callback_url=gone.url)
    accepted(server, tester.key, callback_url=moved.url)
    eventually(lambda: len(moved.calls) == 2, "a second call where it was asked for", 20)
    settled(server)
    assert len(gone.calls) == 1 and elsewhere.calls == []


@pytest.mark.parametrize("url", ["http://127.0.0.2:9/", "https://127.1/", "https://169.254.169.254/latest/", "https://[::ffff:127.0.0.1]/"])
def test_inner_addresses_are_refused_when_submitted(server, tester, url):
    answer = submit(server, tester.key, callback_url=url)
    assert answer.status == 400 and "callback_url" in answer.json["message"]


def test_killed_before_it_knew_that_it_was_heard_it_tells_once_more(fresh, receives):
    receiver = receives(200)
    fresh.environment["MINITOOLAI_FAILPOINTS"] = "callback.sent=kill"
    fresh.start()
    customer = fresh.customer(test="1.00", test_key=True)
    job = accepted(fresh, customer.key, callback_url=receiver.url)
    process, fresh.process = fresh.process, None
    process.wait(30)
    fresh.log.close()
    assert owed(fresh) == [(job.number, 0)]
    fresh.environment["MINITOOLAI_FAILPOINTS"] = ""
    fresh.start()
    settled(fresh)
    assert [call.name for call in receiver.calls] == [f"msg_{job.number}"] * 2
    assert fresh.stop() == 0
    fresh.start()
    other = accepted(fresh, customer.key, callback_url=receiver.url)
    settled(fresh)
    eventually(lambda: len(receiver.calls) == 3, "the next job's call")
    assert receiver.calls[2].name == f"msg_{other.number}", "what was heard is not told by another start"
    fresh.verify()


def test_killed_while_the_receiver_hangs(fresh, receives):
    receiver = receives(HANG, 200)
    fresh.start()
    customer = fresh.customer(test="1.00", test_key=True)
    job = accepted(fresh, customer.key, callback_url=receiver.url)
    eventually(lambda: receiver.calls, "a call")
    fresh.kill()
    fresh.start()
    settled(fresh)
    assert [call.name for call in receiver.calls] == [f"msg_{job.number}"] * 2
    fresh.verify()
