"""The scripts of what an upstream can do wrong, by name; each name is an engine and a model of the faulty server."""

import json

from minitoolai import SAMPLE_COST, UPSTREAM_KEY
from upstream import choice, chunk, completion, usage

BILLED_BY_COUNT = (600, 20_000)  # the fair estimate of a short prompt, and a few bytes of answer
ERROR = {"message": f"upstream says no to {UPSTREAM_KEY}", "type": "server_error", "param": None, "code": None}
FLAT = {"object": "error", "message": "flat", "type": "InternalServerError", "param": None, "code": 500}
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
    "usage-hidden": (streamed(usage(35, 12) | {"total_tokens": 126}), 35 * 150 + 12 * 600),
    "usage-then": (something_after_usage, SAMPLE_COST),
    "odd-frames": (odd_frames, SAMPLE_COST),
    "bytes": (byte_by_byte, SAMPLE_COST),
    "burst": (all_at_once, SAMPLE_COST),
    "until-close": (until_close, SAMPLE_COST),
    "late-start": (late_start, SAMPLE_COST),
    "slow-words": (slow_words, SAMPLE_COST),
}
