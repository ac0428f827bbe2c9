"""Engines that send or report more than can be: what is passed on, and what it costs."""

import pytest

from minitoolai import NATIVE, V1, engine, eventually, model, question, usd
from upstream import choice, completion, plain, usage

SCRIPTS = ("flood", "prompt", "total", "exact")
#: A prompt of one word, at its fair estimate.
FAIR = 8


def CONFIGURATION(upstream):
    return {
        "engines": {"thinks": engine(upstream, "total", hidden_output=True)},
        "models": {"thinks": model("thinks")},
    }


def finishes(answer):
    return [one["finish_reason"] for part in answer.chunks for one in part["choices"] if one["finish_reason"]]


def flood(before, size):
    """Some text, then one event of `size` bytes, then an end as if nothing were wrong."""
    def script(exchange):
        if not exchange.json.get("stream"):
            return exchange.reply(200, completion("m", "x" * size, usage(17, 5000)))
        exchange.open_stream()
        exchange.chunk([choice({"role": "assistant", "content": ""})])
        if before:
            exchange.text("x" * before)
        exchange.text("x" * size)
        exchange.chunk([choice({}, finish="stop")])
        exchange.chunk([], usage(17, 3))
        exchange.done()
    return script


@pytest.mark.parametrize("path", [V1, NATIVE])
@pytest.mark.parametrize("before, size", [(30, 9_000_000), (300, 36)])
def test_an_event_beyond_the_cap_is_not_passed_on(server, upstream, path, before, size):
    upstream.scripts["flood"] = flood(before, size)
    customer = server.customer(live="1.00")
    with customer.charged(FAIR * 150 + min(before // 3, 20) * 600):
        answer = customer.ask(question("Hi", "flood", stream=True, max_completion_tokens=20), path)
    assert answer.done and answer.text() == "x" * before
    assert finishes(answer) == ["length"]
    assert not any(comment.startswith("stopped") for comment in answer.comments)


def test_what_is_beyond_the_cap_from_the_start_costs_nothing(server, upstream):
    upstream.scripts["flood"] = flood(0, 9_000_000)
    customer = server.customer(live="1.00")
    with customer.charged(0):
        answer = customer.ask(question("Hi", "flood", stream=True, max_completion_tokens=20))
        whole = customer.ask(question("Hi", "flood", max_completion_tokens=20))
    assert answer.done and answer.text() == "" and finishes(answer) == ["length"]
    assert whole.status == 502 and whole.error["message"].endswith("Nothing was charged.")


def test_an_event_beyond_a_lowered_cap_ends_the_money(server, upstream):
    """A tenth of a mill buys 164 tokens: 1,312 bytes at 8 bytes a token."""
    upstream.scripts["flood"] = flood(1200, 120)
    customer = server.customer(live="0.0001")
    answer = customer.ask(question("Hi", "flood", stream=True))
    assert answer.done and answer.text() == "x" * 1200 and finishes(answer) == ["length"]
    assert "stopped insufficient_quota" in answer.comments
    eventually(lambda: customer.held == 0, "the hold is closed")
    assert 0 <= customer.balance < usd(600)


@pytest.mark.parametrize("stream", [False, True])
def test_nobody_pays_for_more_of_a_prompt_than_was_sent(server, upstream, stream):
    upstream.scripts["prompt"] = lambda exchange: plain(exchange, used=usage(100_000, 3))
    customer = server.customer(live="1.00")
    body = question("Hi", "prompt", stream=stream)
    # Its bytes, what every prompt may cost beyond them, and what an engine may add.
    most = 2 * 100 + 64 + 1024
    with customer.charged(between=(1024 * 150, most * 150 + 3 * 600)):
        assert customer.ask(body).status == 200
    note = customer.statement()[-1]["note"]
    assert "counted" in note and "100000" in note


def test_a_small_balance_outlives_a_false_report(server, upstream):
    upstream.scripts["prompt"] = lambda exchange: plain(exchange, used=usage(127_000, 3))
    customer = server.customer(live="0.01")
    for _ in range(10):
        assert customer.ask(question("Hi", "prompt", max_completion_tokens=5)).status == 200
    assert customer.balance > usd(10_000_000 - 10 * 200_000)


def test_thinking_in_a_total_is_billed_where_the_engine_is_known_to_think(server, upstream):
    upstream.scripts["total"] = lambda exchange: plain(exchange, used=usage(35, 12) | {"total_tokens": 126})
    customer = server.customer(live="1.00")
    for name, output in (("total", 12), ("thinks", 91)):
        for stream in (False, True):
            with customer.charged(35 * 150 + output * 600):
                assert customer.ask(question("Hi", name, stream=stream)).status == 200


@pytest.mark.parametrize("finish, is_told", [("stop", False), ("length", True)])
@pytest.mark.parametrize("stream", [False, True])
def test_only_what_the_money_ended_says_so(server, upstream, finish, is_told, stream):
    """A cap lowered to what the balance pays, and an answer of just so many tokens."""
    def script(exchange):
        asked = exchange.json
        cap = asked.get("max_completion_tokens") or asked["max_tokens"]
        if not stream:
            return exchange.reply(200, completion("m", "word", usage(17, cap), finish=finish))
        exchange.open_stream()
        exchange.text("word")
        exchange.chunk([choice({}, finish=finish)])
        exchange.chunk([], usage(17, cap))
        exchange.done()

    upstream.scripts["exact"] = script
    customer = server.customer(live="0.0001")
    answer = customer.ask(question("Hi", "exact", stream=stream))
    told = "stopped insufficient_quota" in answer.comments if stream else "x-minitoolai-stop" in answer.headers
    assert answer.status == 200 and told == is_told
    assert customer.statement()[-1]["note"].count("stopped") == is_told
