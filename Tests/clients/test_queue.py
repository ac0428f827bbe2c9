"""An engine that takes few at a time: the others wait in a fair line, not for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from minitoolai import V1, Server, configuration, engine, eventually, question
from upstream import plain

NANO = 4350  # 17 tokens in and 3 out


def CONFIGURATION(upstream):
    def routed(*routes):
        return {"kind": "chat", "price": {"input": 0.15, "output": 0.60}, "routes": [{"model": "up", **route} for route in routes]}

    return {
        "engines": {
            "queue-few": engine(upstream, "queue-few", concurrency=2, queue={"wait": "20s"}),
            "queue-brief": engine(upstream, "queue-brief", concurrency=1, queue={"wait": "300ms", "waiting": 3}),
            "queue-keys": {**engine(upstream, "queue-keys", concurrency=3), "api_keys": ["one", "two"], "api_key": None},
            "queue-spare": engine(upstream, "queue-spare"),
        },
        "models": {
            "queue-few": routed({"engine": "queue-few"}), "queue-brief": routed({"engine": "queue-brief"}),
            "queue-keys": routed({"engine": "queue-keys"}),
            "queue-two": routed({"engine": "queue-brief"}, {"engine": "queue-spare", "priority": 2}),
        },
    }


class Counted:
    """An upstream that takes a while and knows how many were there at once."""

    def __init__(self, seconds=0.05):
        self.seconds, self.lock, self.now, self.most, self.order = seconds, threading.Lock(), 0, 0, []

    def __call__(self, exchange):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.order.append(exchange.json["messages"][-1]["content"])
        exchange.pause(self.seconds)
        # Before the answer: its end is heard there before this thread goes on.
        with self.lock:
            self.now -= 1
        plain(exchange)


@pytest.fixture
def counted(upstream):
    counters = {name: Counted() for name in ("queue-few", "queue-brief", "queue-keys", "queue-spare")}
    upstream.scripts |= counters
    return counters


@pytest.mark.parametrize("name, places", [("queue-few", 2), ("queue-keys", 3)])
def test_never_more_at_once_and_all_are_answered(live, counted, name, places):
    with live.charged(NANO * 60), ThreadPoolExecutor(60) as hands:
        answers = list(hands.map(lambda n: live.chat(model=name, stream=n % 2 == 0), range(60)))
    assert {answer.status for answer in answers} == {200}
    assert counted[name].most == places


def test_one_who_sends_many_does_not_keep_out_one_who_sends_one(server, counted):
    many, one = server.customer(live="1.00"), server.customer(live="1.00")
    counted["queue-few"].seconds = 0.1
    with ThreadPoolExecutor(50) as hands:
        crowd = [hands.submit(many.chat, "many", model="queue-few") for _ in range(40)]
        eventually(lambda: len(counted["queue-few"].order) >= 4, "the crowd is there")
        began = time.monotonic()
        assert one.chat("one", model="queue-few").status == 200
        took = time.monotonic() - began
        assert all(answer.result().status == 200 for answer in crowd)
    behind = len(counted["queue-few"].order) - counted["queue-few"].order.index("one")
    assert behind > 20, counted["queue-few"].order
    assert took < 1


def test_whoever_waited_long_enough_is_told_when_to_come_back(live, counted):
    counted["queue-brief"].seconds = 1.5
    with ThreadPoolExecutor(2) as hands:
        first = hands.submit(live.chat, model="queue-brief")
        eventually(lambda: counted["queue-brief"].now == 1, "the place is taken")
        began = time.monotonic()
        refused = live.chat(model="queue-brief")
        took = time.monotonic() - began
        assert first.result().status == 200
    assert refused.status == 429 and refused.json["error"]["code"] == "engine_busy", refused.body
    assert 0.25 < took < 1.2
    assert 100 <= int(refused.headers["retry-after-ms"]) <= 60_000


def test_a_line_that_is_too_long_refuses_at_once_and_charges_nothing(server, counted):
    customer = server.customer(live="1.00")
    counted["queue-brief"].seconds = 1
    with customer.charged(NANO), ThreadPoolExecutor(10) as hands:
        answers = list(hands.map(lambda _: customer.chat(model="queue-brief"), range(10)))
    assert sorted(answer.status for answer in answers) == [200] + [429] * 9


def test_another_engine_is_asked_where_nobody_waits(live, counted):
    counted["queue-brief"].seconds = 1
    with live.charged(NANO * 6), ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda _: live.chat(model="queue-two"), range(6)))
    assert {answer.status for answer in answers} == {200}
    assert len(counted["queue-spare"].order) >= 4


def test_who_leaves_the_line_pays_nothing_and_takes_no_place(server, counted):
    customer = server.customer(live="1.00")
    counted["queue-few"].seconds = 0.6
    with customer.charged(NANO * 3), ThreadPoolExecutor(10) as hands:
        taken = [hands.submit(customer.chat, "stays", model="queue-few") for _ in range(2)]
        eventually(lambda: counted["queue-few"].now == 2, "the places are taken")

        def leave(_):
            with pytest.raises(Exception):
                customer.ask(question("left", model="queue-few"), V1, timeout=0.2)

        list(hands.map(leave, range(5)))
        assert all(answer.result().status == 200 for answer in taken)
        assert customer.chat("stays", model="queue-few").status == 200
    assert "left" not in counted["queue-few"].order


def test_a_server_that_stops_does_not_keep_those_who_wait(tmp_path, upstream, counted):
    counted["queue-few"].seconds = 5
    server = Server(tmp_path, configuration(upstream, **CONFIGURATION(upstream), server={"drain": "1s"})).start()
    customer = server.customer(live="1.00")
    with ThreadPoolExecutor(6) as hands:
        asked = [hands.submit(customer.chat, model="queue-few") for _ in range(6)]
        eventually(lambda: counted["queue-few"].now == 2, "the places are taken")
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 5
        for answer in asked:
            try:
                answer.result()
            except Exception:
                pass
    server.verify()


def test_a_line_without_places_is_no_line(tmp_path, upstream):
    server = Server(tmp_path, configuration(upstream, engines={"x": engine(upstream, "plain", queue={"wait": "1s"})}))
    result = server.run("config", *server._places())
    assert result.returncode != 0 and "expected concurrency beside it" in result.stderr
