"""What an upstream can do wrong, and what the caller then gets and pays."""

import json
import threading
import time

import pytest

from minitoolai import NATIVE, SAMPLE_COST, UPSTREAM_KEY, V1, question
from upstream import choice, chunk, completion, plain, usage

BILLED_BY_COUNT = (600, 20_000)  # the fair estimate of a short prompt, and a few bytes of answer
ERROR = {"message": f"upstream says no to {UPSTREAM_KEY}", "type": "server_error", "param": None, "code": None}
FLAT = {"object": "error", "message": "flat", "type": "BadRequestError", "code": 400}
SHAPES = {
    "data": "data: " + json.dumps({"error": ERROR}),
    "event": "event: error\ndata: " + json.dumps({"error": ERROR}),
    "flat-event": "event: error\ndata: " + json.dumps({"message": "flat", "type": "server_error"}),
    "flat": "data: " + json.dumps(FLAT),
    "numbered": "data: " + json.dumps({"error": {"code": 502, "message": "provider"}}),
}


def begun(exchange):
    exchange.open_stream()
    exchange.chunk([choice({"role": "assistant", "content": "", "refusal": None})])
    exchange.text("half an ")


def ended(exchange, *uses):
    exchange.text("answer")
    exchange.chunk([choice({}, finish="stop")])
    for use in uses:
        exchange.chunk([], use)
    exchange.done()


def answering(status, body, kind="application/json", **headers):
    return lambda exchange: exchange.reply(status, body, kind, **headers)


# Before a byte of an answer: an HTTP error, nothing charged.

def shape_first(shape, *, then_done):
    def script(exchange):
        exchange.open_stream()
        exchange.part(SHAPES[shape] + "\n\n")
        if then_done:
            exchange.part("data: [DONE]\n\n")
        exchange.finish()
    return script


def head_then_reset(exchange):
    exchange.open_stream()
    exchange.reset()


def half_a_head(exchange):
    exchange.send("HTTP/1.1 200 OK\r\ncontent-ty")
    exchange.close()


def role_then_error(exchange):
    exchange.open_stream()
    exchange.chunk([choice({"role": "assistant", "content": "", "refusal": None})])
    exchange.event({"error": ERROR})
    exchange.finish()


HTML = "<html><head><title>502 Bad Gateway</title></head><body>cloud</body></html>"
EARLY = {
    "resets": lambda exchange: exchange.reset(),
    "closes": lambda exchange: exchange.close(),
    "head-reset": head_then_reset,
    "half-head": half_a_head,
    "garbage": lambda exchange: (exchange.send("220 mail.example.com ESMTP\r\n"), exchange.close()),
    "html-502": answering(502, HTML, "text/html"),
    "html-200": answering(200, HTML, "text/html"),
    "empty-200": answering(200, b""),
    "not-json-200": answering(200, "surprise", "application/json"),
    "truncated": lambda exchange: (exchange.head(200, content_type="application/json", content_length=5000),
                                   exchange.send('{"id": "x", "choices": ['), exchange.close()),
    "json-error-200": answering(200, {"error": ERROR}),
    "status-500": answering(500, {"error": ERROR}),
    "status-503": answering(503, {"error": ERROR}, retry_after="1"),
    "status-429": answering(429, {"error": {**ERROR, "code": "rate_limit_exceeded"}}),
    "no-quota": answering(429, {"error": {**ERROR, "type": "insufficient_quota", "code": "insufficient_quota"}}),
    "status-401": answering(401, {"error": {**ERROR, "message": f"Incorrect API key provided: {UPSTREAM_KEY}"}}),
    "status-402": answering(402, {"error": ERROR}),
    "status-403": answering(403, {"error": ERROR}),
    "status-404": answering(404, {"error": {**ERROR, "message": "The model `up-model` does not exist"}}),
    "redirects": lambda exchange: exchange.reply(302, b"", location=f"http://127.0.0.1:1/{UPSTREAM_KEY}"),
    "no-choices": answering(200, {"id": "x", "object": "chat.completion"}),
}
EARLY_STREAMS = {
    **{f"first-{shape}": shape_first(shape, then_done=shape == "numbered") for shape in SHAPES},
    "only-done": lambda exchange: (exchange.open_stream(), exchange.done()),
    "only-comments": lambda exchange: (exchange.open_stream(), exchange.part(": hi\n\n"), exchange.finish()),
    "binary": lambda exchange: (exchange.open_stream(), exchange.part(b"data: \xff\xfe\x00\n\n"), exchange.finish()),
}

# After some of it: an error frame, no [DONE], a body that is cut, and what was delivered is charged.

def shape_later(shape):
    def script(exchange):
        begun(exchange)
        exchange.part(SHAPES[shape] + "\n\n")
        if shape == "numbered":
            exchange.part("data: [DONE]\n\n")
        exchange.finish()
    return script


def later_with_choices(exchange):
    begun(exchange)
    exchange.event(chunk("m", [choice({"content": ""}, finish="error")], usage(17, 3), error={"code": 502, "message": "provider"}))
    exchange.event("[DONE]")
    exchange.finish()


def later_reset(exchange):
    begun(exchange)
    exchange.pause(0.1)
    exchange.reset()


def later_cut_in_a_frame(exchange):
    begun(exchange)
    exchange.part('data: {"id": "chatcmpl-upstream", "choi')
    exchange.finish()


def later_reset_in_a_chunk(exchange):
    begun(exchange)
    exchange.send(b"fff\r\ndata: {")
    exchange.pause(0.1)
    exchange.reset()


def later_end(exchange):
    begun(exchange)
    exchange.finish()


def later_malformed(exchange):
    begun(exchange)
    exchange.part('data: {"id": "x", "choices": [{"index": 0, "delta": {"content": "a}]}\n\n')
    ended(exchange, usage())


LATE = {
    **{f"later-{shape}": shape_later(shape) for shape in SHAPES},
    "later-choices": later_with_choices, "later-reset": later_reset, "later-cut": later_cut_in_a_frame,
    "later-chunk": later_reset_in_a_chunk, "later-end": later_end, "later-malformed": later_malformed,
}

# Odd but whole: the caller gets the whole answer; usage as reported, or counted when it cannot be true.

def streamed(*uses, pieces=("half an ", "answer"), end=True):
    def script(exchange):
        exchange.open_stream()
        for piece in pieces:
            exchange.text(piece)
        exchange.chunk([choice({}, finish="stop")])
        for use in uses:
            exchange.chunk([], use)
        if end:
            exchange.done()
        else:
            exchange.finish()
    return script


def usage_in_the_finish_chunk(exchange):
    exchange.open_stream()
    exchange.text("half an answer")
    exchange.chunk([choice({}, finish="stop")], usage(17, 3))
    exchange.done()


def usage_on_every_chunk(exchange):
    exchange.open_stream()
    exchange.chunk([choice({"content": "half an "})], usage(17, 1))
    exchange.chunk([choice({"content": "answer"})], usage(17, 2))
    exchange.chunk([choice({}, finish="stop")], usage(17, 3))
    exchange.done()


def usage_of_groq(exchange):
    exchange.open_stream()
    exchange.text("half an answer")
    exchange.event({**chunk("m", [choice({}, finish="stop")]), "x_groq": {"id": "req_1", "usage": usage(17, 3)}})
    exchange.done()


def something_after_usage(exchange):
    exchange.open_stream()
    exchange.text("half an answer")
    exchange.chunk([choice({}, finish="stop")])
    exchange.chunk([], usage(17, 3))
    exchange.event({**chunk("m", []), "moderation": {"flagged": False}})
    exchange.done()


def odd_frames(exchange):
    """Comments, CRLF, two data lines, no space after the colon, ids and retries, a heartbeat without data, null choices."""
    exchange.open_stream()
    exchange.part(": OPENROUTER PROCESSING\n\n: keep-alive\r\n\r\n")
    exchange.part("id: 1\nretry: 3000\nevent: ping\n\n")
    first = json.dumps(chunk("m", [choice({"role": "assistant", "content": "half an "})]))
    exchange.part("data:" + first + "\r\n\r\n")
    exchange.part("data: " + json.dumps({**chunk("m", []), "choices": None}) + "\n\n")
    middle = json.dumps(chunk("m", [choice({"content": "answer"})]), indent=1)
    exchange.part("".join(f"data: {line}\n" for line in middle.split("\n")) + "\n")
    exchange.chunk([choice({}, finish="stop")])
    exchange.part("data: " + json.dumps(chunk("m", [], usage(17, 3))) + "\n\ndata:  [DONE] \n")
    exchange.finish()


def byte_by_byte(exchange):
    exchange.open_stream()
    whole = "".join("data: " + json.dumps(one, ensure_ascii=False) + "\n\n" for one in (
        chunk("m", [choice({"content": "half an "})]), chunk("m", [choice({"content": "answer"})]),
        chunk("m", [choice({}, finish="stop")]), chunk("m", [], usage(17, 3))))
    for byte in (whole + "data: [DONE]\n\n").encode():
        exchange.part(bytes([byte]))
    exchange.finish()


def all_at_once(exchange):
    body = "".join("data: " + json.dumps(one) + "\n\n" for one in (
        chunk("m", [choice({"content": "half an answer"})]), chunk("m", [choice({}, finish="stop")]), chunk("m", [], usage(17, 3))))
    body = (body + "data: [DONE]\n\n").encode()
    exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))


def until_close(exchange):
    exchange.head(200, content_type="text/event-stream", connection="close")
    ended_ = streamed(usage(17, 3))
    exchange.open_stream = lambda: None
    ended_(exchange)
    exchange.close()


def late_start(exchange):
    exchange.pause(1.5)
    streamed(usage(17, 3))(exchange)


def slow_words(exchange):
    exchange.open_stream()
    for piece in ("half ", "an ", "answer"):
        exchange.pause(0.5)
        exchange.text(piece)
    exchange.chunk([choice({}, finish="stop")])
    exchange.chunk([], usage(17, 3))
    exchange.done()


WHOLE = {
    "json": (answering(200, completion("m", "half an answer")), SAMPLE_COST),
    "json-spaced": (answering(200, "\n\n  \n" + json.dumps(completion("m", "half an answer"))), SAMPLE_COST),
    "no-usage": (streamed(), BILLED_BY_COUNT),
    "no-usage-no-done": (streamed(end=False), BILLED_BY_COUNT),
    "no-done": (streamed(usage(17, 3), end=False), SAMPLE_COST),
    "usage-twice": (streamed(usage(9, 1), usage(17, 3)), SAMPLE_COST),
    "usage-negative": (streamed(usage(-5, 3)), BILLED_BY_COUNT),
    "usage-huge": (streamed(usage(2**63, 3)), BILLED_BY_COUNT),
    "usage-huger": (streamed(usage(17, 10**30)), BILLED_BY_COUNT),
    "usage-beyond-cap": (streamed(usage(17, 5000)), BILLED_BY_COUNT),
    "usage-fraction": (streamed(usage(17.5, 3)), BILLED_BY_COUNT),
    "usage-words": (streamed({"prompt_tokens": "17", "completion_tokens": "3"}), BILLED_BY_COUNT),
    "usage-empty": (streamed({}), BILLED_BY_COUNT),
    "usage-zero": (streamed(usage(0, 0)), (0, 20_000)),
    "usage-finish": (usage_in_the_finish_chunk, SAMPLE_COST),
    "usage-always": (usage_on_every_chunk, SAMPLE_COST),
    "usage-groq": (usage_of_groq, SAMPLE_COST),
    "usage-hidden": (streamed(usage(35, 12) | {"total_tokens": 126}), 35 * 150 + 91 * 600),
    "usage-then": (something_after_usage, SAMPLE_COST),
    "odd-frames": (odd_frames, SAMPLE_COST),
    "bytes": (byte_by_byte, SAMPLE_COST),
    "burst": (all_at_once, SAMPLE_COST),
    "until-close": (until_close, SAMPLE_COST),
    "late-start": (late_start, SAMPLE_COST),
    "slow-words": (slow_words, SAMPLE_COST),
}
OTHERS = ("role-error", "refused-400", "refused-long", "unicode", "big-line", "overlong", "whole", "after-done")
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
    for name, code in (("refused-400", "image_parse_error"), ("refused-long", "context_length_exceeded")):
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
    text = "line " * 400_000
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
    live.chat("a canary in the prompt 5d1c")
    time.sleep(0.2)
    logged = server.logged()
    for secret in (UPSTREAM_KEY, live.key, "5d1c", "half an answer"):
        assert secret not in logged
    assert question()["messages"][0]["content"] == "Hello"
