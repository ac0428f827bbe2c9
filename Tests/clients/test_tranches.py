"""Long answers on small balances: what is held while they run, who gets how much, and how they end when the money does."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from http1 import Line, encode
from minitoolai import NATIVE, V1, eventually, question, usd
from upstream import choice, chunk, completion, plain, usage

SCRIPTS = ("paced", "pairs", "brief")

FIVE_CENTS = usd(50_000_000)
#: What five cents buy at 2,500 and 10,000 nanodollars a token: 8 tokens are the fair estimate of "Hi", the rest is output.
BOUGHT = (50_000_000 - 8 * 2500) // 10_000


def CONFIGURATION(upstream):
    def engine(script, **more):
        return {"kind": "openai", "base_url": upstream.url(script), "api_key": "${UPSTREAM_KEY}", **more}

    def model(engine, output=10):
        return {"kind": "chat", "price": {"input": 2.5, "output": output}, "routes": [{"engine": engine, "model": "m"}]}

    return {
        "engines": {"keeps": engine("keeps"), "ignores": engine("ignores"), "thinks": engine("keeps", hidden_output=True)},
        "models": {name: model(name) for name in ("keeps", "ignores", "thinks", "paced", "pairs", "brief")},
    }


@pytest.fixture(scope="module", autouse=True)
def engines(upstream):
    upstream.scripts["keeps"] = lambda exchange: words(exchange, cap(exchange))
    upstream.scripts["ignores"] = lambda exchange: words(exchange, 16_000)


def cap(exchange):
    asked = exchange.json
    return asked.get("max_completion_tokens") or asked["max_tokens"]


def words(exchange, count, seconds=0.0, at_once=20):
    """A word an event, each a token, so many at once, ended by the cap."""
    if not exchange.json.get("stream"):
        return exchange.reply(200, completion("m", "word " * count, usage(9, count), finish="length"))
    exchange.open_stream()
    exchange.chunk([choice({"role": "assistant", "content": ""})])
    event = chunk_text(exchange)
    for sent in range(0, count, at_once):
        exchange.part(event * min(at_once, count - sent))
        if seconds:
            exchange.pause(seconds)
    exchange.chunk([choice({}, finish="length")])
    exchange.chunk([], usage(9, count))
    exchange.done()


def chunk_text(exchange, index=0):
    return "data: " + json.dumps(chunk(exchange.json["model"], [choice({"content": "word "}, index)])) + "\n\n"


def finishes(answer):
    """The finish reasons of each choice, in the order they came."""
    found = {}
    for part in answer.chunks:
        for one in part["choices"]:
            if one["finish_reason"]:
                found.setdefault(one["index"], []).append(one["finish_reason"])
    return found


def longing(model, **fields):
    return question("Hi", model, max_completion_tokens=16_000, **fields)


# Alone.

@pytest.mark.parametrize("path", [V1, NATIVE])
@pytest.mark.parametrize("model", ["keeps", "ignores"])
def test_five_cents_may_ask_for_sixteen_thousand_tokens(server, upstream, model, path):
    """One gets what five cents buy, whether or not the engine keeps to the cap it is given, and a clean end."""
    customer = server.customer(live="0.05")
    answer = customer.ask(longing(model, stream=True), path)
    assert answer.status == 200 and answer.done and not answer.cut
    assert finishes(answer) == {0: ["length"]}
    got = answer.text().count("word")
    assert BOUGHT - 20 <= got <= BOUGHT + 1, got
    assert cap(upstream.asked(model)[-1]) < 16_000
    eventually(lambda: customer.held == 0, "the hold is closed")
    assert 0 <= customer.balance < usd(200_000)
    last = customer.statement()[-1]
    assert Decimal(last["amount"]) == customer.balance - FIVE_CENTS
    assert "stopped" in last["note"], last
    if path == V1:
        assert answer.comments[0] == "stopped insufficient_quota"
        assert answer.comments[1].startswith(f"cost {-Decimal(last['amount'])}".rstrip("0"))
    else:
        assert answer.comments == []
    assert len([line for line in customer.statement() if line["kind"] != "grant"]) == 1, "one line for one charge"


def test_a_whole_answer_says_so_in_its_head(server):
    customer = server.customer(live="0.05")
    answer = customer.ask(longing("keeps"))
    assert answer.status == 200
    assert answer.headers["x-minitoolai-stop"] == "insufficient_quota"
    assert answer.usage["completion_tokens"] >= BOUGHT - 20
    assert customer.held == 0 and 0 <= customer.balance < usd(200_000)


def test_enough_money_says_nothing(server):
    customer = server.customer(live="1.00")
    answer = customer.ask(longing("keeps", stream=True))
    assert finishes(answer) == {0: ["length"]} and answer.text().count("word") == 16_000
    assert [one for one in answer.comments if one.startswith("stopped")] == []
    eventually(lambda: customer.held == 0, "the hold is closed")
    assert customer.balance == 1 - usd(9 * 2500 + 16_000 * 10_000)


def test_only_choices_that_are_open_are_ended(server, upstream):
    """Two choices: one ends by itself, the other goes on until the money ends."""
    def script(exchange):
        exchange.open_stream()
        for index in range(2):
            exchange.chunk([choice({"role": "assistant", "content": ""}, index)])
        exchange.text("done ", 0)
        exchange.chunk([choice({}, 0, "stop")])
        event = chunk_text(exchange, 1)
        for _ in range(1000):
            exchange.part(event * 20)
        exchange.done()

    upstream.scripts["pairs"] = script
    customer = server.customer(live="0.02")
    answer = customer.ask(longing("pairs", stream=True, n=2))
    assert answer.done and finishes(answer) == {0: ["stop"], 1: ["length"]}
    assert "stopped insufficient_quota" in answer.comments
    eventually(lambda: customer.held == 0, "the hold is closed")
    assert 0 <= customer.balance < usd(200_000)


def test_a_keys_own_limit_ends_an_answer_too(server):
    customer = server.customer(live="5.00", limit="0.05")
    answer = customer.ask(longing("ignores", stream=True))
    assert answer.done and finishes(answer) == {0: ["length"]}
    assert "stopped insufficient_quota" in answer.comments
    eventually(lambda: customer.held == 0, "the hold is closed")
    spent = 5 - customer.balance
    assert FIVE_CENTS - usd(200_000) < spent <= FIVE_CENTS
    refused = customer.ask(longing("keeps", stream=True))
    assert refused.status == 429 and refused.error["code"] == "insufficient_quota"


def test_a_key_revoked_in_mid_answer_keeps_what_it_began(server, upstream):
    upstream.scripts["paced"] = lambda exchange: words(exchange, 4000, seconds=0.01)
    customer = server.customer(live="5.00")
    with Line(server) as line:
        line.send(encode("POST", V1, longing("paced", stream=True), customer.key))
        assert line.read_until(b"word")
        server.cli("key", "revoke", customer.key_id)
        answer = line.answer()
    assert answer.done and answer.text().count("word") == 4000


# Together.

class Runner:
    """One stream that is read as it comes; it remembers when it got its first word and when it ended."""

    def __init__(self, server, key, body):
        self.server, self.key, self.body = server, key, body
        self.first = self.ended = self.answer = None

    def run(self):
        with Line(self.server, timeout=60) as line:
            line.send(encode("POST", V1, self.body, self.key))
            assert line.read_until(b"word") or line.data
            self.first = time.monotonic()
            self.answer = line.answer()
            self.ended = time.monotonic()
        return self


class Books:
    """Looks at the account over and over: what is free and what is held never exceed what was given."""

    def __init__(self, customer, given):
        self.customer, self.given, self.seen, self._over = customer, Decimal(given), [], threading.Event()

    def __enter__(self):
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def _look(self):
        while not self._over.is_set():
            purse = self.customer.purse
            self.seen.append((time.monotonic(), Decimal(purse["balance"]), Decimal(purse["held"])))
            time.sleep(0.01)

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        assert all(balance >= 0 and held >= 0 and balance + held <= self.given for _, balance, held in self.seen)


def test_twenty_long_streams_share_five_cents(server, upstream):
    """All get on, all progress, none is starved, nothing is lost, and the account adds up at every moment."""
    upstream.scripts["paced"] = lambda exchange: words(exchange, 16_000, seconds=0.15, at_once=5)
    customer = server.customer(live="0.05")
    runners = [Runner(server, customer.key, longing("paced", stream=True)) for _ in range(20)]
    with Books(customer, "0.05") as books, ThreadPoolExecutor(20) as pool:
        for done in [pool.submit(runner.run) for runner in runners]:
            done.result()
    answers = [runner.answer for runner in runners]
    assert {answer.status for answer in answers} == {200}
    assert all(answer.done and finishes(answer) == {0: ["length"]} for answer in answers)
    assert all("stopped insufficient_quota" in answer.comments for answer in answers)
    assert max(runner.first for runner in runners) < min(runner.ended for runner in runners), "all were on before one ended"

    first_end = min(runner.ended for runner in runners)
    before = [(balance, held) for at, balance, held in books.seen if at < first_end - 0.2]
    assert before and all(balance + held == Decimal("0.05") for balance, held in before), "what is held is still owned"
    assert len({held for _, held in before}) > 5, "what is held grew while they ran"

    eventually(lambda: customer.held == 0, "the holds are closed")
    charges = [-Decimal(entry["amount"]) for entry in customer.statement() if entry["kind"] == "charge"]
    assert len(charges) == 20
    assert customer.balance == Decimal("0.05") - sum(charges)
    assert sum(charges) >= Decimal("0.0475"), "what was given is nearly all spent"
    assert min(charges) >= Decimal("0.05") / 20 / 2, sorted(charges)
    told = [one for answer in answers for one in answer.comments if one.startswith("cost ")]
    assert sum(Decimal(one.split()[1]) for one in told) == sum(charges), "what each was told is what was charged"
    server.verify()


def test_short_requests_are_not_refused_for_the_worst_case_of_long_ones(server, upstream):
    """Ten streams that might cost $0.16 each run on $0.40; short answers of every form go on being served."""
    served = threading.Event()

    def script(exchange):
        exchange.open_stream()
        event = chunk_text(exchange)
        exchange.part(event * 200)
        exchange.wait(served, 60)
        exchange.part(event * 200)
        exchange.chunk([choice({}, finish="length")])
        exchange.chunk([], usage(9, 400))
        exchange.done()

    upstream.scripts["paced"] = script
    upstream.scripts["brief"] = lambda exchange: plain(exchange)
    customer = server.customer(live="0.40")
    runners = [Runner(server, customer.key, longing("paced", stream=True)) for _ in range(10)]
    with Books(customer, "0.40"), ThreadPoolExecutor(10) as pool:
        going = [pool.submit(runner.run) for runner in runners]
        eventually(lambda: all(runner.first for runner in runners), "all streams run")
        for number in range(40):
            fields = {"stream": True} if number % 2 else {}
            answer = customer.chat("Hi", model="brief", max_completion_tokens=[50, 500, 2000][number % 3], **fields)
            assert answer.status == 200, answer.body
        assert not any(runner.ended for runner in runners)
        served.set()
        for done in going:
            done.result()
    assert all(finishes(runner.answer) == {0: ["length"]} and runner.answer.text().count("word") == 400 for runner in runners)
    eventually(lambda: customer.held == 0, "the holds are closed")
    charges = 10 * (9 * 2500 + 400 * 10_000) + 40 * (17 * 2500 + 3 * 10_000)
    assert customer.balance == Decimal("0.40") - usd(charges)


def test_an_engine_that_thinks_unseen_is_held_whole(server, upstream):
    """Where output is billed that nobody sees, the worst case is held, as for a whole answer."""
    asked = threading.Event()

    def script(exchange):
        exchange.wait(asked)
        plain(exchange)

    before, upstream.scripts["keeps"] = upstream.scripts["keeps"], script
    try:
        customer = server.customer(live="1.00")
        for model, held in (("thinks", 16_000), ("keeps", 1024)):
            asked.clear()
            with Line(server) as line:
                line.send(encode("POST", V1, longing(model, stream=True), customer.key))
                eventually(lambda: customer.held > 0, "it is held")
                assert usd(held * 10_000) <= customer.held <= usd(held * 10_000 + 3000 * 2500)
                asked.set()
                assert line.answer().done
            eventually(lambda: customer.held == 0, "the hold is closed")
    finally:
        upstream.scripts["keeps"] = before


def test_a_crash_between_extensions_leaves_nothing_held(fresh, upstream):
    """Ten growing holds, a power cut, and a start that charges each for what its last checkpoint says, within its hold."""
    upstream.scripts["paced"] = lambda exchange: words(exchange, 16_000, seconds=0.02)
    fresh.start()
    customer = fresh.customer(live="5.00")
    lines = [Line(fresh) for _ in range(10)]
    for line in lines:
        line.send(encode("POST", V1, longing("paced", stream=True), customer.key))
    # The first tranches are worth 1,024 tokens each and their prompts; by then many have been extended.
    eventually(lambda: customer.held > usd(10 * (1600 * 10_000 + 1200 * 2500)), "the holds have grown", seconds=30)
    held = customer.held
    fresh.kill()
    for line in lines:
        line.close()
    fresh.start()
    fresh.verify()
    assert customer.held == 0
    charges = [-Decimal(entry["amount"]) for entry in customer.statement() if entry["kind"] == "charge"]
    assert len(charges) == 10 and all(charge > 0 for charge in charges)
    assert sum(charges) <= held + usd(10 * 1024 * 10_000)
    assert customer.balance == 5 - sum(charges)
    assert fresh.stop() == 0
