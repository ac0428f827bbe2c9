"""Another engine is asked beside one that takes its time, where the configuration says so; the customer pays once."""

import collections
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from minitoolai import V1, engine, eventually, question, usd
from upstream import plain

NANO = 4350  # 17 tokens in and 3 out
COST = {"input": 0.10, "output": 0.40}


def CONFIGURATION(upstream):
    def routed(*routes):
        return {"kind": "chat", "price": {"input": 0.15, "output": 0.60}, "routes": [
            {"engine": name, "model": "up", "priority": place + 1, "cost": COST} for place, name in enumerate(routes)]}

    names = ("hedge-slow", "hedge-quick", "hedge-late", "hedge-fails", "hedge-soon-fails", "hedge-never")
    return {
        "engines": {name: engine(upstream, name) for name in names},
        "models": {
            "slow-first": routed("hedge-slow", "hedge-quick"), "quick-first": routed("hedge-quick", "hedge-slow"),
            "late-second": routed("hedge-slow", "hedge-never"), "second-fails": routed("hedge-slow", "hedge-soon-fails"),
            "first-fails-late": routed("hedge-fails", "hedge-late"), "both-fail": routed("hedge-fails", "hedge-soon-fails"),
            "all-fail-but-third": routed("hedge-fails", "hedge-soon-fails", "hedge-quick"), "alone": routed("hedge-slow"),
            "nobody": routed("hedge-never", "hedge-never"), "never": routed("hedge-never", "hedge-late"),
        },
        "routing": {"hedge": "200ms", "deadline": "4s", "sticky": False},
    }


@pytest.fixture(autouse=True)
def scripts(upstream):
    def after(seconds, script):
        def answer(exchange):
            exchange.pause(seconds)
            script(exchange)
        return answer

    def fails(exchange):
        exchange.reply(500, {"error": {"message": "no"}})

    upstream.scripts |= {
        "hedge-slow": after(0.8, plain), "hedge-quick": plain, "hedge-late": after(1.0, plain), "hedge-fails": after(0.5, fails),
        "hedge-soon-fails": fails, "hedge-never": after(30, plain),
    }


@pytest.fixture
def own(fresh):
    """A server whose routes nobody has tried yet, and a customer."""
    fresh.start()
    yield fresh, fresh.customer(live="5.00")
    eventually(lambda: fresh.cli("ledger", "verify")["ok"], "it adds up")
    assert fresh.stop() == 0


def margin(server, model):
    days = server.cli("margin", "--model", model)["days"]
    return days[0] if days else None


@pytest.mark.parametrize("stream", [False, True])
def test_the_quicker_is_heard_and_paid_once(own, upstream, stream):
    server, customer = own
    with customer.charged(NANO):
        began = time.monotonic()
        answer = customer.chat(model="slow-first", stream=stream)
        took = time.monotonic() - began
    assert answer.status == 200 and 0.2 <= took < 0.75, took
    line = margin(server, "slow-first")
    # The slower one was asked: what that cost nobody knows.
    assert (line["requests"], line["attempts"], line["attempts_failed"], line["cost"]) == (1, 2, 1, "0.0000029")


def test_nobody_else_is_asked_of_a_quick_one(own, upstream):
    _, customer = own
    before = len(upstream.asked("hedge-slow"))
    for _ in range(10):
        assert customer.chat(model="quick-first").status == 200
    assert len(upstream.asked("hedge-slow")) == before


def test_the_first_may_still_win(own):
    _, customer = own
    with customer.charged(NANO):
        began = time.monotonic()
        assert customer.chat(model="late-second").status == 200
        assert 0.7 <= time.monotonic() - began < 2


@pytest.mark.parametrize("model", ["second-fails", "first-fails-late", "all-fail-but-third"])
def test_one_that_fails_does_not_spoil_the_other(own, model):
    _, customer = own
    with customer.charged(NANO):
        answer = customer.chat(model=model)
    assert answer.status == 200, answer.body


def test_when_both_fail_nothing_is_charged(own):
    _, customer = own
    with customer.charged(0):
        assert customer.chat(model="both-fail").status in (502, 503)


def test_one_alone_is_waited_for(own):
    _, customer = own
    with customer.charged(NANO):
        assert customer.chat(model="alone").status == 200


def test_the_deadline_holds_for_both(own):
    _, customer = own
    with customer.charged(0):
        began = time.monotonic()
        assert customer.chat(model="nobody", timeout=20).status == 504
        assert 3.5 < time.monotonic() - began < 8


@pytest.mark.parametrize("model", ["slow-first", "never"])
@pytest.mark.parametrize("wait", [0.1, 0.4])
def test_who_leaves_while_two_are_asked_pays_nothing(own, model, wait):
    _, customer = own
    with customer.charged(0):
        with pytest.raises(Exception):
            customer.ask(question(model=model), V1, timeout=wait) if model == "never" or wait < 0.2 else raise_anyway()
        time.sleep(0.3)


def raise_anyway():
    raise TimeoutError("the quicker one has answered by then")


def test_a_crowd_is_charged_each_once(own):
    server, customer = own
    with customer.charged(NANO * 60), ThreadPoolExecutor(30) as hands:
        answers = list(hands.map(lambda n: customer.chat(model="slow-first", stream=n % 2 == 0), range(60)))
    assert collections.Counter(answer.status for answer in answers) == {200: 60}
    assert margin(server, "slow-first")["requests"] == 60


def test_a_server_that_stops_lets_both_go(own, upstream):
    server, customer = own
    with ThreadPoolExecutor(4) as hands:
        asked = [hands.submit(customer.chat, model="never") for _ in range(4)]
        eventually(lambda: len(upstream.asked("hedge-never")) >= 4, "they are asked")
        time.sleep(0.4)
        assert server.stop() == 0
        for one in asked:
            try:
                one.result()
            except Exception:
                pass
    server.start()
    assert customer.held == 0
