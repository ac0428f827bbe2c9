"""Many at once on one balance, and what each answer costs: to the nanodollar."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

import http1
from http1 import ask_soon
from minitoolai import NATIVE, SAMPLE_COST, V1, engine, model, question, usd
from upstream import plain, usage


def CONFIGURATION(upstream):
    return {
        "engines": {"storm": engine(upstream, "storm"), "cached": engine(upstream, "cached")},
        "models": {
            # A prompt is next to nothing, an output token costs a tenth of a cent: holds are as large as charges.
            "storm": model("storm", price={"input": 0.001, "output": 1000}),
            "discounted": model("cached", price={"input": 2, "cached_input": 0.5, "output": 8}),
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


def test_the_parts_of_a_bill_add_up(server, live):
    """An account explains itself: what was granted is what was charged and what is left."""
    for account in server.cli("account", "list")["accounts"][::5]:
        for book, balance, held in ((), "balance", "held"), (("--test",), "test_balance", "test_held"):
            entries = server.cli("ledger", "statement", "--account", account["id"], *book)["entries"]
            assert sum(Decimal(entry["amount"]) for entry in entries) == Decimal(account[balance]), account
            assert Decimal(account[held]) == 0
    assert http1.ask(server, "GET", "/readyz").status == 200
