"""Grants, keys and the two books: who may spend what, and on which engine."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from http1 import Line, ask, encode
from minitoolai import SAMPLE_COST, V1, engine, eventually, model, question, usd
from upstream import choice, usage


def CONFIGURATION(upstream):
    return {
        "engines": {"long": engine(upstream, "long")},
        "models": {
            "long": model("long"), "no-engine": model(price={"input": 1, "output": 1}),
            "to-sandbox": model("sandbox", price={"input": 1, "output": 1}),
        },
    }


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
        line.send(encode("POST", V1, question("Hi", "long", stream=True), customer.key))
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
    for model in ("gpt-4o-mini", "gpt-4o", "long"):
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
