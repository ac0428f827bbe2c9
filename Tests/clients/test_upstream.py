"""The tools of these tests, tested without the product."""

import threading

import pytest

from http1 import Line, ask, encode, events, parse
from minitoolai import eventually, question
from upstream import choice, usage

PATH = "/plain/v1/chat/completions"


def test_a_whole_answer_and_a_stream(upstream):
    whole = ask(upstream, "POST", PATH, question(), "sk-x")
    assert whole.status == 200 and whole.text() == "Ok." and whole.usage == usage(17, 3)
    stream = ask(upstream, "POST", PATH, question(stream=True, stream_options={"include_usage": True}), "sk-x")
    assert stream.done and not stream.cut and stream.text() == "Ok." and stream.usage == usage(17, 3)
    assert upstream.asked("plain")[-1].headers["authorization"] == "Bearer sk-x"
    # It is noted behind the last byte.
    eventually(lambda: upstream.asked("plain")[-1].outcome == "finished", "the answer is noted as finished")


def test_keep_alive(upstream):
    with Line(upstream) as line:
        for _ in range(3):
            assert line.send(encode("POST", PATH, question(), close=False)).answer().text() == "Ok."


def test_cuts_are_seen(upstream):
    def resets(exchange):
        exchange.open_stream()
        exchange.text("half")
        exchange.pause(0.05)
        exchange.reset()

    upstream.scripts["tool-resets"] = resets
    answer = ask(upstream, "POST", "/tool-resets/v1/chat/completions", question(stream=True))
    assert answer.cut and not answer.done and answer.text() == "half"


def test_a_caller_who_leaves_is_noticed(upstream):
    started, forever = threading.Event(), threading.Event()

    def waits(exchange):
        exchange.open_stream()
        exchange.chunk([choice({"content": "x"})])
        started.set()
        exchange.wait(forever, 10)

    upstream.scripts["tool-waits"] = waits
    with Line(upstream) as line:
        line.send(encode("POST", "/tool-waits/v1/chat/completions", question(stream=True)))
        assert line.read_until(b'"x"') and started.wait(2)
    asked = upstream.asked("tool-waits")[-1]
    assert asked.closed.wait(2) and asked.outcome == "cut"


def test_answers_are_read_from_any_pieces():
    data = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nrest"
    for cut in range(len(data) - 4):
        assert parse(data[:cut], ended=False)[0] is None
    answer, rest = parse(data, ended=False)
    assert (answer.body, answer.cut, rest) == (b"hello", False, b"rest")
    assert parse(data[:-10], ended=True)[0].cut
    assert parse(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel", ended=True)[0].cut


def test_events_are_read_strictly():
    """What kills an SDK fails a test."""
    assert events(b': hi\n\ndata: {"a":1}\n\ndata: [DONE]\n\n') == [{"a": 1}, "[DONE]"]
    for bad in (b"id: 1\n\n", b"event: ping\n\n", b"data: [DONE]\n\ndata: {}\n\n"):
        with pytest.raises(AssertionError):
            events(bad)
