"""Answers that are given again, for less, to keys that want it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from minitoolai import Server, configuration, engine, usd
from sdk import client
from upstream import plain, usage

NANO = 4350  # 17 tokens in and 3 out
AGAIN = 435
MESSAGES = "/v1/messages"


def CONFIGURATION(upstream):
    def routed(name):
        return {"kind": "chat", "price": {"input": 0.15, "output": 0.60},
                "routes": [{"engine": name, "model": "up", "cost": {"input": 0.10, "output": 0.40}}]}

    names = ("cache-plain", "cache-mute", "cache-cut", "cache-long")
    return {
        "engines": {name: engine(upstream, name) for name in names}, "models": {name: routed(name) for name in names},
        "cache": {"keep": "1h", "megabytes": 8, "percent": 10}, "limits": {"models": {"cache-mute": {"requests_per_minute": 100}}},
    }


@pytest.fixture(scope="module", autouse=True)
def scripts(upstream):
    def cut(exchange):
        exchange.open_stream()
        exchange.text("half")
        exchange.reset()

    upstream.scripts |= {
        "cache-plain": plain, "cache-cut": cut,
        "cache-mute": lambda exchange: plain(exchange, used=usage(prompt=10**7)),
        "cache-long": lambda exchange: plain(exchange, ("x" * 1000,) * 2000, usage(completion=16000)),
    }


@pytest.fixture
def keen(server):
    """A customer whose key wants it."""
    customer = server.customer(live="5.00")
    listed = server.key(customer.name, cache=True)
    customer.key, customer.key_id = listed["key"], listed["id"]
    return customer


def text(answer):
    """What was said, whole or in a stream."""
    if answer.headers["content-type"].startswith("application/json"):
        return answer.json["choices"][0]["message"]["content"]
    pieces = [json.loads(line[6:]) for line in answer.body.decode().splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for piece in pieces for choice in piece["choices"])


@pytest.mark.parametrize("stream", [False, True])
def test_the_same_question_is_answered_again_for_less(keen, upstream, stream):
    before = len(upstream.asked("cache-plain"))
    with keen.charged(NANO):
        first = keen.chat("the same", model="cache-plain", stream=stream)
    with keen.charged(AGAIN * 3):
        again = [keen.chat("the same", model="cache-plain", stream=stream) for _ in range(3)]
    assert len(upstream.asked("cache-plain")) == before + 1
    assert "x-minitoolai-cache" not in first.headers
    for answer in again:
        assert answer.status == 200 and answer.headers["x-minitoolai-cache"] == "hit"
        assert text(answer) == text(first) == "Ok."
    if not stream:
        assert again[0].headers["x-minitoolai-cost"] == str(usd(AGAIN)) or float(again[0].headers["x-minitoolai-cost"]) == AGAIN / 1e9
        assert again[0].json["usage"]["prompt_tokens"] == 17
        assert again[0].json["id"] != first.json["id"]


def test_the_statement_explains_it(keen):
    for _ in range(2):
        keen.chat("explain", model="cache-plain")
    notes = [line["note"] for line in keen.statement() if line["kind"] == "charge"]
    assert any("cache-plain (cached answer): 17 input × $0.015/M + 3 output × $0.06/M = $0.000000435" in note for note in notes), notes


@pytest.mark.parametrize("change", [
    {"temperature": 0.5}, {"seed": 1}, {"max_tokens": 17}, {"n": 2}, {"stream": True}, {"stop": ["x"]}, {"user": "other"},
])
def test_whatever_differs_is_another_question(keen, upstream, change):
    keen.chat("differs", model="cache-plain")
    before = len(upstream.asked("cache-plain"))
    answer = keen.chat("differs", model="cache-plain", **change)
    assert answer.status == 200 and "x-minitoolai-cache" not in answer.headers
    assert len(upstream.asked("cache-plain")) == before + 1


def test_keys_do_not_share_answers(server, keen, upstream):
    keen.chat("private", model="cache-plain")
    other = server.key(keen.name, cache=True)
    before = len(upstream.asked("cache-plain"))
    keen.key = other["key"]
    assert "x-minitoolai-cache" not in keen.chat("private", model="cache-plain").headers
    assert len(upstream.asked("cache-plain")) == before + 1


def test_a_key_that_did_not_ask_for_it_is_asked_anew(live, upstream):
    before = len(upstream.asked("cache-plain"))
    with live.charged(NANO * 2):
        for _ in range(2):
            assert "x-minitoolai-cache" not in live.chat("twice", model="cache-plain").headers
    assert len(upstream.asked("cache-plain")) == before + 2


def test_other_dialects_hear_it_too(keen, upstream):
    body = {"model": "cache-plain", "max_tokens": 50, "messages": [{"role": "user", "content": "messages"}]}
    first = keen.ask(body, MESSAGES)
    again = keen.ask(body, MESSAGES)
    assert first.status == again.status == 200, first.body
    assert again.headers["x-minitoolai-cache"] == "hit"
    assert again.json["content"] == first.json["content"]


def test_openais_client_reads_a_stream_that_is_given_again(server, keen):
    openai = client(server, keen.key)
    said = []
    for _ in range(2):
        stream = openai.chat.completions.create(
            model="cache-plain", messages=[{"role": "user", "content": "sdk"}], stream=True,
            stream_options={"include_usage": True})
        chunks = list(stream)
        said.append(("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), chunks[-1].usage.total_tokens))
    assert said[0] == said[1] == ("Ok.", 20)


def test_what_broke_off_or_was_not_measured_is_not_kept(keen, upstream):
    for model in ("cache-cut", "cache-mute"):
        before = len(upstream.asked(model))
        for _ in range(2):
            keen.chat("never", model=model, stream=True)
        assert len(upstream.asked(model)) == before + 2, model


def test_an_answer_that_is_too_long_is_not_kept(keen, upstream):
    before = len(upstream.asked("cache-long"))
    for _ in range(2):
        assert keen.chat("long", model="cache-long", stream=True, max_tokens=16000).status == 200
    assert len(upstream.asked("cache-long")) == before + 2


def test_who_cannot_pay_is_refused_although_it_costs_little(server):
    customer = server.customer(live="0.00001")
    listed = server.key(customer.name, cache=True)
    customer.key = listed["key"]
    answers = [customer.chat("poor", model="cache-plain", max_tokens=3) for _ in range(30)]
    refused = [answer for answer in answers if answer.status != 200]
    assert 5 <= len(refused) < 20
    assert {answer.json["error"]["code"] for answer in refused} == {"insufficient_quota"}
    assert 0 <= customer.balance < usd(AGAIN)


def test_many_at_once_are_charged_each(keen):
    keen.chat("crowd", model="cache-plain")
    with keen.charged(AGAIN * 100), ThreadPoolExecutor(20) as hands:
        answers = list(hands.map(lambda n: keen.chat("crowd", model="cache-plain"), range(100)))
    assert {answer.headers.get("x-minitoolai-cache") for answer in answers} == {"hit"}


def test_the_cost_book_knows_that_it_cost_nothing(server, keen):
    for _ in range(3):
        keen.chat("book", model="cache-plain")
    days = server.cli("margin", "--model", "cache-plain (cached answer)")["days"]
    assert days and days[0]["requests_without_cost"] == 0 and float(days[0]["cost"]) == 0 and float(days[0]["margin"]) > 0


def test_a_named_request_is_heard_again_not_charged_again(keen):
    headers = [("idempotency-key", "cached-1")]
    body = {"model": "cache-plain", "messages": [{"role": "user", "content": "named"}]}
    keen.ask(body)
    with keen.charged(AGAIN):
        answers = [keen.ask(body, headers=headers) for _ in range(3)]
    assert answers[1].headers["idempotent-replayed"] == "true"


def test_test_keys_have_it_too(server):
    customer = server.customer(test="1.00", test_key=True)
    customer.key = server.key(customer.name, True, cache=True)["key"]
    first, again = (customer.chat("test", model="gpt-4o-mini") for _ in range(2))
    assert again.headers["x-minitoolai-cache"] == "hit" and text(first) == text(again)


def test_without_a_cache_in_the_configuration_the_wish_is_idle(tmp_path, upstream):
    server = Server(tmp_path, configuration(upstream)).start()
    customer = server.customer(live="1.00")
    customer.key = server.key(customer.name, cache=True)["key"]
    for _ in range(2):
        assert "x-minitoolai-cache" not in customer.chat("x").headers
    assert server.stop() == 0
