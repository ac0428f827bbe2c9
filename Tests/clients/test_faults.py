"""What an upstream can do wrong, and what the caller then gets and pays."""

import json
import threading
import time

import pytest

from faults import BILLED_BY_COUNT, EARLY, EARLY_STREAMS, LATE, WHOLE, answering, begun, role_then_error, streamed
from minitoolai import NATIVE, SAMPLE_COST, UPSTREAM_KEY, V1
from upstream import choice, completion, plain, usage

OTHERS = ("role-error", "refused-400", "refused-long", "refused-flat", "unicode", "big-line", "overlong", "whole", "after-done")
SCRIPTS = (*EARLY, *EARLY_STREAMS, *LATE, *WHOLE, *OTHERS)


def CONFIGURATION(upstream):
    upstream.scripts |= EARLY | EARLY_STREAMS | LATE | {name: script for name, (script, _) in WHOLE.items()}
    route = {"engine": "nowhere", "model": "m"}
    engine = {"kind": "openai", "api_key": "${UPSTREAM_KEY}"}
    hasty = {**engine, "base_url": upstream.url("silent"), "timeouts": {"first_byte": "1s", "first_byte_unstreamed": "1s", "stall": "1s"}}
    return {
        "engines": {"nowhere": {**engine, "base_url": "http://127.0.0.1:1/v1"}, "silent": hasty},
        "models": {
            "silent": {"kind": "chat", "price": {"input": 0.15, "output": 0.6}, "routes": [{"engine": "silent", "model": "m"}]},
            "nowhere": {"kind": "chat", "price": {"input": 1, "output": 1}, "routes": [route]},
            "elsewhere": {"kind": "chat", "price": {"input": 0.15, "output": 0.6}, "routes": [
                {**route, "weight": 1000}, {"engine": "plain", "model": "second"}]},
        },
    }


def check_error(error):
    """A true error of ours, that tells nothing of the engine behind."""
    assert set(error) == {"message", "type", "param", "code"} and error["message"]
    assert error["type"] in ("server_error", "service_unavailable_error", "api_error", "engine_error"), error
    for secret in (UPSTREAM_KEY, "127.0.0.1", "up-model", "cloud", "upstream says no"):
        assert secret not in json.dumps(error)


@pytest.mark.parametrize("dialect", [V1, NATIVE])
@pytest.mark.parametrize("name", ["nowhere", *EARLY, *EARLY_STREAMS])
def test_nothing_came(live, name, dialect):
    with live.charged(0):
        answer = live.chat(model=name, path=dialect, stream=True)
    assert answer.status in (502, 503, 504), (answer.status, answer.body)
    assert answer.headers["content-type"].startswith("application/json")
    check_error(answer.error)


@pytest.mark.parametrize("name", ["nowhere", *EARLY])
def test_nothing_came_without_a_stream(live, name):
    with live.charged(0):
        answer = live.chat(model=name)
    assert answer.status in (502, 503, 504), (answer.status, answer.body)
    check_error(answer.error)


def test_it_opened_its_mouth_and_said_nothing(live, upstream):
    """Only the role came: there is nothing to pay for, and no clean end."""
    upstream.scripts["role-error"] = role_then_error
    for dialect in (V1, NATIVE):
        with live.charged(0):
            answer = live.chat(model="role-error", path=dialect, stream=True)
        assert not answer.done
        check_error(answer.failure if answer.status == 200 else answer.error)


@pytest.mark.parametrize("dialect", [V1, NATIVE])
@pytest.mark.parametrize("name", LATE)
def test_it_broke_off(live, name, dialect):
    with live.charged(between=BILLED_BY_COUNT):
        answer = live.chat(model=name, path=dialect, stream=True)
    assert answer.status == 200 and answer.text().startswith("half an ")
    assert not answer.done, "no [DONE] after an error"
    assert answer.cut, "the body is cut, so that the transport tells too"
    check_error(answer.failure)


@pytest.mark.parametrize("dialect", [V1, NATIVE])
@pytest.mark.parametrize("name", WHOLE)
def test_it_is_odd_but_whole(live, name, dialect):
    cost = WHOLE[name][1]
    with live.charged(**({"between": cost} if isinstance(cost, tuple) else {"nanodollars": cost})):
        answer = live.chat(model=name, path=dialect, stream=True, max_completion_tokens=1000)
    assert answer.status == 200 and answer.text() == "half an answer", answer.body
    assert answer.done and not answer.cut and answer.failure is None
    finishes = [one["finish_reason"] for part in answer.chunks for one in part["choices"] if one["finish_reason"]]
    assert finishes == ["stop"]
    if dialect == NATIVE:
        assert answer.chunks[-1]["choices"] == [] and answer.usage["prompt_tokens"] >= 0
        assert [part for part in answer.chunks if part.get("usage")] == answer.chunks[-1:], "usage is told once"


@pytest.mark.parametrize("name", ["no-usage", "usage-negative"])
def test_a_count_is_called_a_count(live, name):
    live.chat(model=name, stream=True)
    assert "counted" in json.dumps(live.statement()[-1])
    live.chat()
    assert "measured" in json.dumps(live.statement()[-1])


def test_the_engines_objection_to_a_prompt_reaches_the_caller(live, upstream):
    """What the caller can mend is told, with the operator's business taken out."""
    upstream.scripts["refused-400"] = answering(400, {"error": {
        "message": "Invalid 'messages[0].content': the image is broken.", "type": "invalid_request_error",
        "param": "messages[0].content", "code": "image_parse_error"}})
    upstream.scripts["refused-long"] = answering(400, {"error": {
        "message": "This model's maximum context length is 8192 tokens.", "type": "invalid_request_error", "param": "messages",
        "code": "context_length_exceeded"}})
    upstream.scripts["refused-flat"] = answering(400, {
        "object": "error", "message": "[{'type': 'extra_forbidden'}]", "type": "BadRequestError", "param": None, "code": 400})
    refusals = {"refused-400": "image_parse_error", "refused-long": "context_length_exceeded", "refused-flat": None}
    for name, code in refusals.items():
        for stream in (False, True):
            with live.charged(0):
                answer = live.chat(model=name, stream=stream)
            assert answer.status == 400 and answer.error["code"] == code
            assert answer.error["type"] == "invalid_request_error" and answer.error["message"]


def test_the_next_engine_is_asked_when_the_first_is_down(live, upstream):
    asked = len(upstream.asked("plain"))
    for stream in (False, True):
        with live.charged(SAMPLE_COST):
            assert live.chat(model="elsewhere", stream=stream).text() == "Ok."
    assert len(upstream.asked("plain")) - asked == 2
    assert upstream.asked("plain")[-1].json["model"] == "second"


@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_says_nothing_is_given_up(live, upstream, stream):
    forever = threading.Event()
    upstream.scripts["silent"] = lambda exchange: exchange.wait(forever, 10)
    started = time.monotonic()
    with live.charged(0):
        answer = live.chat(model="silent", stream=stream)
    assert answer.status == 504 and 0.9 < time.monotonic() - started < 5
    check_error(answer.error)
    assert upstream.asked("silent")[-1].closed.wait(2)


def test_an_engine_that_falls_silent_is_given_up(live, upstream):
    forever = threading.Event()
    upstream.scripts["silent"] = lambda exchange: (begun(exchange), exchange.wait(forever, 10))
    with live.charged(between=BILLED_BY_COUNT):
        answer = live.chat(model="silent", stream=True)
    assert answer.text() == "half an " and not answer.done and answer.cut
    check_error(answer.failure)


def test_a_redirect_is_never_followed(live, upstream):
    upstream.scripts["redirects"] = lambda exchange: exchange.reply(307, b"", location=upstream.url("plain") + "/chat/completions")
    asked = len(upstream.asked("plain"))
    assert live.chat(model="redirects").status in (502, 503)
    assert len(upstream.asked("plain")) == asked


def test_every_letter_arrives(live, upstream):
    text = "Grüße, 世界! \U0001F469\u200D\U0001F680 \u2028 \\ \" \t \x7f \u0000 </script>"
    pieces = [text[:3], text[3:11], text[11:]]
    upstream.scripts["unicode"] = lambda exchange: plain(exchange, pieces)
    for stream in (False, True):
        assert live.chat(model="unicode", stream=stream).text() == text


def test_a_very_long_line(live, upstream):
    text = "line " * 50_000
    upstream.scripts["big-line"] = lambda exchange: plain(exchange, [text], usage(17, 16_000))
    for stream in (False, True):
        with live.charged(17 * 150 + 16_000 * 600):
            answer = live.chat(model="big-line", stream=stream, max_completion_tokens=16_000, timeout=60)
            if answer.text() != text:
                pytest.fail(f"{len(answer.text())} of {len(text)} letters, {answer.body[-300:]!r}")


def test_an_engine_that_ignores_its_cap_is_cut(live, upstream):
    """It says much more than it was told to: the caller gets a clean end, and pays no more than the cap."""
    stopped = threading.Event()

    def script(exchange):
        exchange.open_stream()
        try:
            for _ in range(5000):
                exchange.text("word " * 20)
            exchange.chunk([choice({}, finish="stop")])
            exchange.chunk([], usage(17, 100_000))
            exchange.done()
        finally:
            stopped.set()

    upstream.scripts["overlong"] = script
    with live.charged(between=(10 * 600, 10_000)):
        answer = live.chat(model="overlong", path=NATIVE, max_completion_tokens=10)
    assert answer.done and answer.usage["completion_tokens"] == 10
    finishes = [one["finish_reason"] for part in answer.chunks for one in part["choices"] if one["finish_reason"]]
    assert finishes == ["length"]
    assert stopped.wait(5)


def test_nothing_after_done_is_passed_on(live, upstream):
    def script(exchange):
        streamed_ = streamed(usage(17, 3), end=False)
        finish, exchange.finish = exchange.finish, lambda: None
        streamed_(exchange)
        exchange.event("[DONE]")
        exchange.text("and another thing")
        exchange.event("[DONE]")
        finish()

    upstream.scripts["after-done"] = script
    with live.charged(SAMPLE_COST):
        answer = live.chat(model="after-done", stream=True)
    assert answer.done and answer.text() == "half an answer"


def test_what_a_whole_answer_carries_is_kept(live, upstream):
    logprobs = {"content": [{"token": "Ok", "logprob": -0.1, "bytes": [79, 107], "top_logprobs": []}], "refusal": None}
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"}}]
    choices = [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": calls, "refusal": None,
                                        "annotations": []}, "logprobs": logprobs, "finish_reason": "tool_calls"}]
    upstream.scripts["whole"] = answering(200, completion("m", choices=choices))
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    answer = live.chat(model="whole", tools=[tool], logprobs=True).json
    assert answer["choices"] == choices
    assert answer["model"] == "whole" or answer["model"].startswith("whole")
    assert answer["id"].startswith("chatcmpl-") and answer["id"] != "chatcmpl-upstream"


def test_the_log_keeps_no_secret(server, live):
    live.chat("a canary in the prompt zq7w")
    time.sleep(0.2)
    logged = server.logged()
    for secret in (UPSTREAM_KEY, live.key, "zq7w", "half an answer"):
        assert secret not in logged
