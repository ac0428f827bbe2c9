"""Callers who leave: what was delivered is paid, nothing stays held, and engines are cut or read to their end."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from http1 import Line, encode
from minitoolai import V1, engine, eventually, model, question, usd
from upstream import choice, plain, usage

SCRIPTS = ("slow", "endless")


def CONFIGURATION(upstream):
    return {
        "engines": {
            "cancels": engine(upstream, "long", disconnect="cancel"), "drains": engine(upstream, "long", disconnect="drain"),
        },
        "models": {"cancels": model("cancels"), "drains": model("drains")},
    }


def leave_after(server, key, model, mark=b"word", path=V1):
    with Line(server) as line:
        line.send(encode("POST", path, question("Hi", model, stream=True, max_completion_tokens=1000), key))
        assert line.read_until(mark)


def long(words, seconds=0.02, used=None):
    """A stream of so many words, 4 bytes each, with a pause before each."""
    def script(exchange):
        exchange.open_stream()
        exchange.chunk([choice({"role": "assistant", "content": ""})])
        for _ in range(words):
            exchange.pause(seconds)
            exchange.text("word")
        exchange.chunk([choice({}, finish="stop")])
        exchange.chunk([], used or usage(17, words))
        exchange.done()
    return script


def test_leaving_cuts_an_engine_that_stops_billing(server, upstream):
    upstream.scripts["long"] = long(500)
    customer = server.customer(live="1.00")
    # The prompt's fair estimate, and what was delivered: some words, at most what came until the cut was noticed.
    with customer.charged(between=(600, 30_000)):
        leave_after(server, customer.key, "cancels")
    asked = upstream.asked("long")[-1]
    assert asked.closed.wait(5) and asked.outcome == "cut"
    assert "counted" in json.dumps(customer.statement()[-1])


def test_leaving_drains_an_engine_that_bills_anyway(server, upstream):
    upstream.scripts["long"] = long(40)
    customer = server.customer(live="1.00")
    with customer.charged(17 * 150 + 40 * 600):
        leave_after(server, customer.key, "drains")
        asked = upstream.asked("long")[-1]
        assert asked.closed.wait(10) or asked.outcome == "finished"
        eventually(lambda: asked.outcome == "finished", "the answer is read to its end")
    assert "measured" in json.dumps(customer.statement()[-1])


def test_leaving_before_the_answer_costs_nothing(server, upstream):
    held_back = threading.Event()
    upstream.scripts["slow"] = lambda exchange: (exchange.wait(held_back, 10), plain(exchange))
    customer = server.customer(live="1.00")
    with customer.charged(0):
        with Line(server) as line:
            line.send(encode("POST", V1, question("Hi", "slow", stream=True), customer.key))
            eventually(lambda: customer.held > 0, "the hold stands while the engine thinks")
    held_back.set()


def test_leaving_just_before_the_end_is_not_free(server, upstream):
    """The known trick: read the whole answer, hang up before [DONE]."""
    go_on = threading.Event()

    def script(exchange):
        exchange.open_stream()
        for _ in range(100):
            exchange.text("word")
        exchange.chunk([choice({}, finish="stop")])
        exchange.wait(go_on)
        exchange.chunk([], usage(17, 100))
        exchange.done()

    upstream.scripts["long"] = script
    for model in ("cancels", "drains"):
        go_on.clear()
        customer = server.customer(live="1.00")
        with customer.charged(between=(100 * 600, 17 * 150 + 140 * 600)):
            leave_after(server, customer.key, model, mark=b'"stop"')
            time.sleep(0.2)
            go_on.set()


def test_many_leave_at_once(server, upstream):
    upstream.scripts["long"] = long(200, 0.01)
    customer = server.customer(live="1.00")
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda _: leave_after(server, customer.key, "cancels"), range(40)))
    eventually(lambda: customer.held == 0, "every hold is closed")
    charges = [-Decimal(entry["amount"]) for entry in customer.statement() if entry["kind"] not in ("grant",)]
    assert len(charges) == 40 and all(0 < charge < usd(200_000) for charge in charges)
    assert customer.balance == 1 - sum(charges)


def test_a_caller_who_reads_nothing_holds_the_engine_back(server, upstream):
    """Memory stays bounded: the engine is not read on for a caller who does not read."""
    sent = [0]

    def script(exchange):
        exchange.open_stream()
        for _ in range(4000):
            exchange.text("x" * 4096)
            sent[0] += 1
        exchange.chunk([choice({}, finish="stop")])
        exchange.chunk([], usage(17, 3))
        exchange.done()

    upstream.scripts["endless"] = script
    customer = server.customer(live="100.00")
    with Line(server) as line:
        line.send(encode("POST", V1, question("Hi", "endless", stream=True, max_completion_tokens=16_000), customer.key))
        time.sleep(1.5)
        stood = sent[0]
        time.sleep(0.5)
        assert stood == sent[0] < 4000, "16 MB do not fit into the buffers on the way"
    eventually(lambda: customer.held == 0, "leaving closes the hold")
