"""Several routes to one model, through the built server: who is asked, who is passed by, who pays."""

import collections
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from minitoolai import engine, usd
from upstream import chunk, plain

NANO = 4350  # 17 tokens in and 3 out


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def routed(*routes):
    price = {"input": 0.15, "output": 0.60}
    return {"kind": "chat", "price": price, "routes": [{"model": "up", **route} for route in routes]}


def CONFIGURATION(upstream):
    dead = {"kind": "openai", "base_url": f"http://127.0.0.1:{closed_port()}/v1"}
    engines = {
        "dead": dead, "dead-too": dead, "left": engine(upstream, "left"), "right": engine(upstream, "right"),
        "busy": engine(upstream, "busy"), "silent": engine(upstream, "silent"),
        "keys": {**engine(upstream, "keys"), "api_keys": ["key-one", "key-two"]},
    }
    del engines["keys"]["api_key"]
    models = {
        "three": routed({"engine": "dead"}, {"engine": "left"}, {"engine": "right"}),
        "ranked": routed({"engine": "left", "priority": 2}, {"engine": "right", "priority": 1}),
        "dead": routed({"engine": "dead"}, {"engine": "dead-too"}),
        "keyed": routed({"engine": "keys"}),
        "late": routed({"engine": "dead"}, {"engine": "silent", "priority": 2}),
        "polite": routed({"engine": "busy"}, {"engine": "left", "priority": 2}),
    }
    return {"engines": engines, "models": models, "routing": {"deadline": "1s"}}


@pytest.fixture(scope="module", autouse=True)
def scripts(upstream):
    upstream.scripts |= {"left": plain, "right": plain}


def test_one_of_three_is_dead_and_everybody_is_answered(server, upstream, live):
    before = len(upstream.asked("left")) + len(upstream.asked("right"))
    with live.charged(NANO * 120), ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda n: live.chat(model="three", stream=n % 2 == 0), range(120)))
    assert all(answer.status == 200 for answer in answers)
    assert len(upstream.asked("left")) + len(upstream.asked("right")) == before + 120
    refused = [line for line in server.logged().splitlines() if "engine.failed" in line and "engine=dead " in line]
    # Three in a row put it out, and as many again may be under way by then.
    assert 1 <= len(refused) <= 3 + 8


def test_the_lower_number_is_asked_while_it_answers(upstream, live):
    before = len(upstream.asked("right"))
    for _ in range(20):
        assert live.chat(model="ranked").status == 200
    assert len(upstream.asked("right")) == before + 20


def test_when_all_are_dead_it_says_so_and_nothing_is_charged(live):
    with live.charged(0):
        answer = live.chat(model="dead")
    assert answer.status in (502, 503), answer.body
    assert "127.0.0.1" not in answer.body.decode() and "dead" not in answer.json["error"]["message"].split("model")[0]


def test_a_key_without_quota_hands_over_to_the_other(upstream, live):
    seen = collections.Counter()

    def one_key_works(exchange):
        key = exchange.headers["authorization"].removeprefix("Bearer ")
        seen[key] += 1
        if key == "key-one":
            exchange.reply(429, {"error": {"message": "no", "type": "tokens", "param": None, "code": "rate_limit_exceeded"}},
                           **{"retry-after": "30"})
        else:
            plain(exchange)

    upstream.scripts["keys"] = one_key_works
    with live.charged(NANO * 30):
        for _ in range(30):
            assert live.chat(model="keyed").status == 200
    # It asked to be left alone for half a minute, and was.
    assert seen["key-two"] == 30 and seen["key-one"] <= 1


def test_long_prompts_that_begin_alike_keep_to_one_route(upstream, live):
    def asked():
        return {name: len(upstream.asked(name)) for name in ("left", "right")}

    opening = "You are a careful librarian. " * 200
    before = asked()
    for number in range(12):
        assert live.chat(f"{opening} Question {number}?", model="three").status == 200
    after = asked()
    assert sorted(after[name] - before[name] for name in after) == [0, 12]


def test_nobody_waits_longer_than_the_deadline(upstream, live):
    def silent(exchange):
        exchange.pause(20)

    upstream.scripts["silent"] = silent
    begun = time.monotonic()
    with live.charged(0):
        answer = live.chat(model="late")
    assert answer.status in (502, 503, 504) and 0.8 <= time.monotonic() - begun <= 5


def test_a_route_that_asks_for_a_pause_gets_it(upstream, live):
    calls = []

    def busy(exchange):
        calls.append(time.monotonic())
        exchange.reply(503, {"error": {"message": "later", "type": "server_error", "param": None, "code": None}},
                       **{"retry-after": "1"})

    upstream.scripts["busy"] = busy
    for _ in range(10):
        assert live.chat(model="polite").status == 200
    assert len(calls) == 1
    time.sleep(1.1)
    assert live.chat(model="polite").status == 200
    assert len(calls) == 2


def test_metrics_say_which_routes_rest(server, live):
    for _ in range(4):
        live.chat(model="dead")
    page = requests.get(f"{server.url}/metrics").text
    assert 'minitoolai_route_out{model="dead",engine="dead",upstream="up"} 1' in page
    assert 'minitoolai_route_out{model="ranked",engine="right",upstream="up"} 0' in page
