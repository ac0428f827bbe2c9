"""Power cuts and goodbyes: after either, money explains itself."""

import asyncio
import contextlib
import json
import random
import sqlite3
import threading
import time
from decimal import Decimal

import pytest
import requests

from http1 import Line, ask_soon, encode
from minitoolai import NATIVE, SAMPLE_COST, V1, CommandFailed, Server, configuration, eventually, question, usd
from upstream import choice, plain, usage

SCRIPTS = ("paced",)


class Paced:
    """A stream that stands still where the test wants it to, until it is told to go on."""

    def __init__(self, words):
        self.words, self.reached, self.go_on = words, threading.Event(), threading.Event()

    def __call__(self, exchange):
        if self.words is None:
            self.reached.set()
            exchange.wait(self.go_on)
        exchange.open_stream()
        exchange.chunk([choice({"role": "assistant", "content": ""})])
        for _ in range(self.words or 0):
            exchange.text("word")
        self.reached.set()
        exchange.wait(self.go_on)
        exchange.chunk([choice({}, finish="stop")])
        exchange.chunk([], usage(17, self.words or 0))
        exchange.done()


def check_books(server, customer):
    """Nothing held, the ledger agrees, and the statement's lines add up to the balance."""
    shown = server.cli("account", "show", customer.name)
    assert Decimal(shown["held"]) == 0
    server.verify()
    entries = customer.statement()
    assert sum(Decimal(entry["amount"]) for entry in entries) == Decimal(shown["balance"])
    assert Decimal(entries[-1]["balance_after"]) == Decimal(shown["balance"])
    return Decimal(shown["balance"]), entries


#: Where the power is cut, and what may be charged then: words are two tokens each as counted here.
MOMENTS = {
    "before the engine answered": (None, (0, 0)),
    "after the role": (0, (0, 17 * 150)),
    "after one word": (1, (0, 17 * 150 + 2 * 600)),
    "after many words": (400, (300 * 600, 17 * 150 + 800 * 600)),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_in_mid_answer(fresh, upstream, moment):
    words, (least, most) = MOMENTS[moment]
    script = upstream.scripts["paced"] = Paced(words)
    fresh.start()
    customer = fresh.customer(live="1.00")
    assert customer.chat().status == 200
    with Line(fresh) as line:
        body = question("Hi", "paced", stream=True, max_completion_tokens=1000)
        line.send(encode("POST", NATIVE, body, customer.key))
        assert script.reached.wait(10)
        if words:
            eventually(lambda: line.data.count(b'"word"') >= words or not line._receive(), "all words arrived")
        if words and words > 100:
            time.sleep(1.2)  # the last checkpoint is a second old at most
        assert customer.held > 0
        fresh.kill()
        script.go_on.set()
        assert line.answer().done is False if line.data else True
    # What the dead left is put right before anything is served, and by commands that need no server.
    if moment == "after one word":
        check_offline(fresh, customer)
    fresh.start()
    balance, entries = check_books(fresh, customer)
    charge = 1 - usd(SAMPLE_COST) - balance
    assert usd(least) <= charge <= usd(most), charge
    if charge:
        assert "provisional" in json.dumps(entries[-1])
    assert customer.chat().status == 200, "it serves as before"
    assert fresh.stop() == 0


def check_offline(server, customer):
    """Without a server the books can be read as they are: the hold still stands, and they agree."""
    server.verify()
    shown = server.cli("account", "show", customer.name)
    assert Decimal(shown["balance"]) + Decimal(shown["held"]) == 1 - usd(SAMPLE_COST) or Decimal(shown["held"]) == 0


def test_what_a_caller_saw_finished_is_charged_whenever_the_power_goes(fresh, upstream):
    """Twenty callers at a time, five power cuts: whoever saw the end is in the statement, once, with the exact price."""
    dice = random.Random(7)
    fresh.start()
    customer = fresh.customer(live="100.00")
    finished = []

    async def callers(until):
        async def caller():
            while time.monotonic() < until:
                answer = await ask_soon(fresh, "POST", V1, question(stream=True), customer.key)
                if answer is None:
                    return
                if answer.status == 200 and answer.done:
                    finished.append(answer.headers["x-request-id"])

        await asyncio.gather(*(caller() for _ in range(20)))

    for _ in range(5):
        cut = 0.2 + dice.random() * 0.8
        killer = threading.Timer(cut, fresh.kill)
        killer.start()
        asyncio.run(callers(time.monotonic() + cut + 0.5))
        killer.join()
        fresh.start()
        balance, _ = check_books(fresh, customer)
    entries = {}
    for entry in customer.statement():
        if entry.get("request"):
            entries.setdefault(entry["request"], []).append(entry)
    assert len(finished) > 50 and len(set(finished)) == len(finished)
    for request in finished:
        assert [entry["amount"] for entry in entries[request]] == ["-0.00000435"], "charged once, exactly"
    charges = sum(Decimal(one["amount"]) for many in entries.values() for one in many)
    assert balance == 100 + charges and all(len(many) == 1 for many in entries.values())
    assert fresh.stop() == 0


def test_a_kill_while_money_is_granted(fresh):
    """A grant that was confirmed is there; one that was not is there once or not at all, and can be repeated."""
    fresh.start()
    fresh.cli("account", "create", "acme")
    confirmed, killed = [], threading.Event()

    def grant():
        number = 0
        while not killed.is_set():
            try:
                fresh.cli("credit", "grant", "--account", "acme", "--amount", "1.00", "--reference", f"r{number}")
            except CommandFailed:
                return
            confirmed.append(number)
            number += 1

    thread = threading.Thread(target=grant)
    thread.start()
    eventually(lambda: len(confirmed) >= 3, "some grants are through")
    time.sleep(random.random() * 0.2)
    killed.set()
    fresh.kill()
    thread.join()
    fresh.start()
    fresh.verify()
    balance = Decimal(fresh.cli("account", "show", "acme")["balance"])
    assert balance in (len(confirmed), len(confirmed) + 1)
    for number in range(len(confirmed) + 1):
        fresh.cli("credit", "grant", "--account", "acme", "--amount", "1.00", "--reference", f"r{number}")
    assert Decimal(fresh.cli("account", "show", "acme")["balance"]) == len(confirmed) + 1


def test_goodbye_waits_for_answers_on_their_way(fresh, upstream):
    script = upstream.scripts["paced"] = Paced(3)
    fresh.start()
    customer = fresh.customer(live="1.00")
    with Line(fresh) as line:
        line.send(encode("POST", V1, question("Hi", "paced", stream=True), customer.key))
        assert script.reached.wait(10) and line.read_until(b"word")
        port, status = fresh.port, []
        leaving = threading.Thread(target=lambda: status.append(fresh.stop()))
        leaving.start()
        eventually(lambda: not accepts(port), "no new caller is taken")
        script.go_on.set()
        answer = line.answer()
    leaving.join()
    assert answer.done and not answer.cut and answer.text() == "wordwordword"
    assert status == [0]
    shown = fresh.cli("account", "show", customer.name)
    assert Decimal(shown["held"]) == 0
    assert Decimal(shown["balance"]) == 1 - usd(17 * 150 + 3 * 600)
    fresh.verify()


def test_goodbye_does_not_wait_forever(tmp_path, upstream):
    """An answer that does not end in time is settled as far as it came."""
    script = upstream.scripts["paced"] = Paced(3)
    server = Server(tmp_path, configuration(upstream, scripts=SCRIPTS, server={"drain": "1s"}))
    server.start()
    customer = server.customer(live="1.00")
    with Line(server) as line:
        line.send(encode("POST", V1, question("Hi", "paced", stream=True), customer.key))
        assert script.reached.wait(10) and line.read_until(b"word")
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 10
        answer = line.answer()
    script.go_on.set()
    assert not answer.done and '"code":"shutting_down"' in answer.body.decode(), "the caller is told why"
    balance, entries = check_books(server, customer)
    assert usd(600) <= 1 - balance <= usd(17 * 150 + 12 * 600)
    assert "counted" in json.dumps(entries[-1]) and "the server went down" in json.dumps(entries[-1])


def accepts(port):
    import socket
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def test_goodbye_does_not_wait_for_idle_connections(fresh):
    fresh.start()
    lines = [Line(fresh) for _ in range(5)]
    for line in lines:
        line.send(encode("GET", "/healthz", close=False))
        assert line.answer().status == 200
    started = time.monotonic()
    assert fresh.stop() == 0
    assert time.monotonic() - started < 5


def test_ten_starts(fresh):
    """Each start is a life of its own; none costs anything or takes long."""
    fresh.start()
    customer = fresh.customer(live="1.00")
    for _ in range(10):
        assert customer.chat().status == 200
        fresh.kill()
        started = time.monotonic()
        fresh.start()
        assert time.monotonic() - started < 5
    balance, _ = check_books(fresh, customer)
    assert balance == 1 - usd(10 * SAMPLE_COST)


def test_one_server_at_a_time(fresh, tmp_path):
    fresh.start()
    second = Server(tmp_path, None)
    second.config = fresh.config
    with pytest.raises(AssertionError, match="serve ended with"):
        second.start()
    customer = fresh.customer(live="1.00")
    assert customer.chat().status == 200, "the first goes on unharmed"


def test_a_price_that_changes_between_two_lives(tmp_path, upstream):
    """What was charged stays as it was; what comes is charged at the new price."""
    server = Server(tmp_path, configuration(upstream))
    server.start()
    customer = server.customer(live="1.00")
    assert customer.chat().status == 200
    assert server.stop() == 0
    dearer = json.loads(configuration(upstream))
    dearer["models"]["gpt-4o-mini"]["price"] = {"input": 1, "output": 10}
    server.config.write_text(json.dumps(dearer))
    server.start()
    with customer.charged(17 * 1000 + 3 * 10_000):
        assert customer.chat().status == 200
    server.verify()
    assert server.stop() == 0


def test_plain_script_is_plain(upstream):
    """The scripted upstream's default is what the costs of these tests are reckoned from."""
    assert upstream.scripts.get("plain", plain) is plain


def test_books_that_were_tampered_with_are_not_added_to(fresh, upstream):
    """The server starts and shows what is wrong, but takes no request that would move money."""
    fresh.start()
    customer = fresh.customer(live="1.00")
    fresh.stop()
    with contextlib.closing(sqlite3.connect(fresh.data / "minitoolai.db")) as books, books:
        books.execute("UPDATE balances SET available = available + 1 WHERE book = 'live'")
    fresh.start()
    assert requests.get(f"{fresh.url}/readyz", timeout=10).status_code == 503
    asked = len(upstream.asked())
    assert customer.ask(question()).status == 503
    assert len(upstream.asked()) == asked
    with pytest.raises(CommandFailed):
        fresh.verify()
