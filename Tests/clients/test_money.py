"""Concurrency, disconnects, keys and books: what is charged, to the nanodollar."""

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

import http1
from http1 import Line, ask, ask_soon, encode
from minitoolai import NATIVE, SAMPLE_COST, V1, eventually, question, usd
from upstream import choice, plain, usage

SCRIPTS = ("slow", "endless", "cached")


def CONFIGURATION(upstream):
    def engine(script, **more):
        return {"kind": "openai", "base_url": upstream.url(script), "api_key": "${UPSTREAM_KEY}", **more}

    return {
        "engines": {
            "storm": engine("storm"), "cancels": engine("long", disconnect="cancel"), "drains": engine("long", disconnect="drain"),
        },
        "models": {
            # A prompt is next to nothing, an output token costs a tenth of a cent: holds are as large as charges.
            "storm": {"kind": "chat", "price": {"input": 0.001, "output": 1000}, "routes": [{"engine": "storm", "model": "m"}]},
            "cancels": {"kind": "chat", "price": {"input": 0.15, "output": 0.60}, "routes": [{"engine": "cancels", "model": "m"}]},
            "drains": {"kind": "chat", "price": {"input": 0.15, "output": 0.60}, "routes": [{"engine": "drains", "model": "m"}]},
            "discounted": {
                "kind": "chat", "price": {"input": 2, "cached_input": 0.5, "output": 8},
                "routes": [{"engine": "cached", "model": "m"}]},
            "no-engine": {"kind": "chat", "price": {"input": 1, "output": 1}, "routes": []},
            "to-sandbox": {"kind": "chat", "price": {"input": 1, "output": 1}, "routes": [{"engine": "sandbox", "model": "m"}]},
        },
    }


class Watch:
    """Reads the account over and over while a test goes on; a balance must never be seen below zero."""

    def __init__(self, customer):
        self.customer, self.seen, self._over = customer, [], threading.Event()

    def __enter__(self):
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def _look(self):
        while not self._over.is_set():
            purse = self.customer.purse
            self.seen.append((Decimal(purse["balance"]), Decimal(purse["held"])))

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        assert self.seen and all(balance >= 0 and held >= 0 for balance, held in self.seen)


async def storm(server, keys, body, count):
    return await asyncio.gather(*(ask_soon(server, "POST", V1, body, keys[n % len(keys)]) for n in range(count)))


def test_a_thousand_at_once_when_the_balance_pays_for_ten(server, upstream):
    """Each costs 10,000,017 nanodollars and is held at little more: ten fit at once, whatever the order."""
    together = threading.Event()

    def script(exchange):
        exchange.wait(together, 20)
        plain(exchange, pieces=["word"], used=usage(17, 10))

    upstream.scripts["storm"] = script
    customer = server.customer(live="0.1001")
    keys = [customer.key] + [server.key(customer.name)["key"] for _ in range(3)]

    def let_go():
        time.sleep(4)
        together.set()

    threading.Thread(target=let_go).start()
    with Watch(customer) as watch:
        answers = asyncio.run(storm(server, keys, question("Hi", "storm", max_completion_tokens=10), 1000))
    assert None not in answers, "every caller was answered"
    served = [one for one in answers if one.status == 200]
    refused = [one for one in answers if one.status != 200]
    assert len(served) == 10
    assert {one.error["code"] for one in refused} <= {"insufficient_quota"}, {one.error["code"] for one in refused}
    assert {one.status for one in refused} == {429}
    assert all(one.headers["x-should-retry"] == "false" for one in refused)
    assert len(upstream.asked("storm")) == 10, "no refused request was seen by the upstream"
    assert {one.headers["x-minitoolai-cost"] for one in served} == {"0.010000017"}
    assert max(held for _, held in watch.seen) > 0, "the holds stood while the upstream worked"
    assert customer.held == 0 and customer.balance == usd(100_100_000 - 10 * 10_000_017)
    charges = [Decimal(entry["amount"]) for entry in customer.statement() if Decimal(entry["amount"]) < 0]
    assert charges == [usd(-10_000_017)] * 10
    server.verify()


@pytest.mark.parametrize("stream", [False, True])
def test_the_last_affordable_request_is_served(server, upstream, stream):
    """With the bound out of reach, each takes all there is; afterwards the rest is spent to nothing."""
    customer = server.customer(live="0.0000435")
    asked = len(upstream.asked("plain"))
    body = question("Hi", max_completion_tokens=3, stream=stream)
    with Watch(customer):
        answers = asyncio.run(storm(server, [customer.key], body, 300))
    served = sum(one.status == 200 for one in answers)
    assert 1 <= served <= 10 and {one.status for one in answers} <= {200, 429}
    while (answer := customer.ask(body)).status == 200:
        served += 1
        assert served <= 10
    assert answer.error["code"] == "insufficient_quota"
    assert served == 10 and len(upstream.asked("plain")) - asked == 10
    assert customer.balance == 0 and customer.held == 0


def test_a_refusal_names_both_amounts(server):
    poor = server.customer(live="0.000000001")
    error = poor.chat().error
    assert error["type"] == error["code"] == "insufficient_quota" and error["param"] is None
    assert "0.000000001" in error["message"]


def test_a_small_balance_lowers_the_cap(server, upstream):
    """Without a cap of its own, a request may use what is there and no more."""
    customer = server.customer(live="0.0001")
    assert customer.chat().status == 200
    sent = upstream.asked("plain")[-1].json
    cap = sent.get("max_completion_tokens") or sent.get("max_tokens")
    assert 100 < cap <= 166, "0.0001 dollars are 166 output tokens, less the prompt"
    assert customer.balance == usd(100_000 - SAMPLE_COST)


def test_charges_do_not_mix(server):
    """Forty customers at once, each with a price of its own; each pays exactly what it asked."""
    prices = {"gpt-4o-mini": 4350, "gpt-4o": 72_500, "gpt-4.1-nano": 2900}
    customers = [(server.customer(live="1.00"), model) for model in list(prices) * 3]

    def spend(pair):
        customer, model = pair
        for round in range(10):
            assert customer.chat(model=model, path=(V1, NATIVE)[round % 2]).status == 200

    with ThreadPoolExecutor(len(customers)) as pool:
        list(pool.map(spend, customers))
    for customer, model in customers:
        assert customer.balance == 1 - 10 * usd(prices[model]) and customer.held == 0


def test_cached_tokens_cost_the_cached_price(server, upstream):
    def script(exchange):
        plain(exchange, used=usage(1000, 3) | {"prompt_tokens_details": {"cached_tokens": 512}})

    upstream.scripts["cached"] = script
    customer = server.customer(live="1.00")
    text = "word " * 1000
    with customer.charged(488 * 2000 + 512 * 500 + 3 * 8000):
        customer.chat(text, model="discounted")


# Callers who leave.

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


# Grants.

def test_a_reference_is_credited_once(server):
    customer = server.customer()
    grant = ("credit", "grant", "--account", customer.name, "--amount", "2.50", "--reference", "invoice-7")
    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(lambda _: server.cli(*grant), range(8)))
    assert len({one["entry"] for one in documents}) == 1
    assert {one["balance"] for one in documents} == {"2.500000"}
    assert customer.balance == Decimal("2.5")
    server.fails("credit", "grant", "--account", customer.name, "--amount", "3.00", "--reference", "invoice-7")
    # The test book is another book: the same reference is another credit there.
    assert server.cli(*grant, "--test")["test_balance"] == "2.500000"
    assert customer.balance == Decimal("2.5")


# Keys.

def test_a_revoked_key_is_refused_at_once(server):
    customer = server.customer(live="1.00")
    spare = server.key(customer.name)
    assert customer.chat().status == 200
    server.cli("key", "revoke", customer.key_id)
    answer = customer.chat()
    assert answer.status == 401 and answer.error["message"]
    assert ask(server, "GET", "/api/account/", key=customer.key).status == 401
    assert ask(server, "POST", V1, question(), spare["key"]).status == 200, "other keys go on"


def test_revoking_in_mid_stream_lets_the_answer_finish(server, upstream):
    go_on = threading.Event()

    def script(exchange):
        exchange.open_stream()
        exchange.text("word")
        exchange.wait(go_on)
        exchange.chunk([choice({}, finish="stop")])
        exchange.chunk([], usage())
        exchange.done()

    upstream.scripts["long"] = script
    customer = server.customer(live="1.00")
    with Line(server) as line:
        line.send(encode("POST", V1, question("Hi", "cancels", stream=True), customer.key))
        assert line.read_until(b"word")
        server.cli("key", "revoke", customer.key_id)
        go_on.set()
        assert line.answer().done
    balance = server.cli("account", "show", customer.name)["balance"]
    assert Decimal(balance) == 1 - usd(SAMPLE_COST)


def test_an_expired_key(server):
    past = server.customer(live="1.00", expires="2020-01-01T00:00:00Z")
    assert past.chat().status == 401
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    customer = server.customer(live="1.00", expires=soon)
    assert customer.chat().status == 200
    eventually(lambda: customer.chat().status == 401, "the key expires while the server runs")


def test_a_key_for_certain_models(server, upstream):
    customer = server.customer(live="1.00", models="gpt-4o-mini,gpt-4.1-nano")
    asked = len(upstream.asked())
    with customer.charged(0):
        answer = customer.chat(model="gpt-4o")
    assert answer.status == 403 and "gpt-4o" in answer.error["message"] and len(upstream.asked()) == asked
    assert customer.chat(model="gpt-4.1-nano").status == 200


def test_a_keys_own_limit(server):
    customer = server.customer(live="1.00")
    limited = server.key(customer.name, limit="0.0000435")
    body = question("Hi", max_completion_tokens=3)
    served = 0
    while (answer := ask(server, "POST", V1, body, limited["key"])).status == 200:
        served += 1
        assert served <= 10
    assert served == 10 and answer.status == 429
    assert answer.error["code"] == "insufficient_quota" and "limit" in answer.error["message"]
    assert customer.balance == 1 - usd(10 * SAMPLE_COST)
    assert customer.ask(body).status == 200, "the account and its other keys go on"


# Books.

def test_a_test_key_never_touches_live_money_or_an_upstream(server, upstream):
    customer = server.customer(live="1.00", test="1.00", test_key=True)
    assert customer.key.startswith("sk-test-")
    asked = len(upstream.asked())
    before = customer.purse
    for model in ("gpt-4o-mini", "storm", "cancels"):
        answer = customer.chat(model=model)
        assert answer.status == 200
    after = customer.purse
    assert after["balance"] == before["balance"]
    assert Decimal(after["test_balance"]) < Decimal(before["test_balance"])
    assert len(upstream.asked()) == asked


def test_test_money_pays_for_nothing_live(server, upstream):
    customer = server.customer(test="5.00")
    assert customer.key.startswith("sk-") and not customer.key.startswith("sk-test-")
    asked = len(upstream.asked())
    answer = customer.chat()
    assert answer.status == 429 and answer.error["code"] == "insufficient_quota" and len(upstream.asked()) == asked


def test_a_live_key_never_reaches_the_sandbox_by_itself(server):
    customer = server.customer(live="1.00")
    with customer.charged(0):
        answer = customer.chat(model="no-engine")
    assert answer.status == 503 and answer.error["code"] == "engine_unavailable"
    listed = {model["id"]: model for model in ask(server, "GET", "/v1/models", key=customer.key).json["data"]}
    assert listed["no-engine"]["available"] is False
    answer = customer.chat(model="to-sandbox")
    assert answer.status == 200 and customer.balance < 1, "unless the operator routes a model to it"


def test_sandbox_words_mean_nothing_to_a_real_engine(server, upstream):
    customer = server.customer(live="1.00")
    assert customer.chat("[sandbox: status=500]").text() == "Ok."
    assert upstream.asked("plain")[-1].json["messages"][0]["content"] == "[sandbox: status=500]"


def test_the_upstream_gets_its_own_key_and_a_true_body(server, live, upstream):
    live.chat("Say \"hi\" \u2603 \\ \n", temperature=0.5)
    asked = upstream.asked("plain")[-1]
    assert asked.headers["authorization"] == "Bearer sk-upstream-canary-7b1f"
    assert live.key not in str(asked.headers) and live.key.encode() not in asked.body
    assert asked.json["messages"] == [{"role": "user", "content": "Say \"hi\" \u2603 \\ \n"}]
    assert asked.json["temperature"] == 0.5 and asked.json["model"] == "gpt-4o-mini-upstream"
    assert asked.headers.get("accept-encoding", "identity") == "identity"
    live.chat(stream=True)
    assert upstream.asked("plain")[-1].json["stream_options"] == {"include_usage": True}


def test_the_parts_of_a_bill_add_up(server, live):
    """An account explains itself: what was granted is what was charged and what is left."""
    for account in server.cli("account", "list")["accounts"][::5]:
        for book, balance, held in ((), "balance", "held"), (("--test",), "test_balance", "test_held"):
            entries = server.cli("ledger", "statement", "--account", account["id"], *book)["entries"]
            assert sum(Decimal(entry["amount"]) for entry in entries) == Decimal(account[balance]), account
            assert Decimal(account[held]) == 0
    assert http1.ask(server, "GET", "/readyz").status == 200
