"""Requests without a key, at no address, too large or doubtful as HTTP: the right status and words, no cost, nobody asked."""

import time

import pytest

from http1 import Line, ask, encode
from minitoolai import NATIVE, V1, question
from refusals import GOOD, refused

pytestmark = pytest.mark.usefixtures("costs_nothing")


# Keys.

HEADERS = {
    "none": {}, "empty": {"authorization": ""}, "no scheme": {"authorization": "sk-abc"}, "basic": {"authorization": "Basic eDp5"},
    "bearer alone": {"authorization": "Bearer "}, "in the wrong place": {"api-key": "sk-abc"},
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("path", [V1, NATIVE])
def test_no_key(server, path, headers):
    refused(ask(server, "POST", path, question(), headers=headers), 401)


@pytest.mark.parametrize("key", ["sk-", "sk-test-", "sk-" + "x" * 48, "sk-" + "x" * 5000, "wrong", "sk-\u00e4"])
def test_a_wrong_key(server, live, key):
    for path in (V1, NATIVE):
        error = refused(ask(server, "POST", path, question(), key=key.encode().decode("latin-1")), 401, "invalid_api_key", None)
        assert len(key) < 8 or key not in error["message"]
    almost = live.key[:-1] + ("A" if live.key[-1] != "A" else "B")
    refused(ask(server, "POST", V1, question(), key=almost), 401, "invalid_api_key")


def test_a_key_is_needed_for_the_account(server):
    for key in (None, "sk-nobody"):
        refused(ask(server, "GET", "/api/account/", key=key), 401)


def test_a_bad_key_is_refused_before_its_body_is_read(server):
    with Line(server, timeout=5) as line:
        line.send(encode("POST", V1, b"", "sk-nobody", {"content-length": "3000000"}))
        assert line.answer().status == 401


# Addresses, methods, types, sizes.

@pytest.mark.parametrize("method, path", [
    ("POST", "/v1/nothing"), ("GET", "/v1/nothing"), ("POST", "/v1/chat/completions/more"), ("POST", "/v1//chat/completions"),
    ("GET", "/console/nothing"), ("POST", "/api/chat-completion/"), ("GET", "/v1/models/gpt-4o/x"), ("GET", "/../../etc/passwd"),
    ("GET", "/%2e%2e/%2e%2e/etc/passwd"), ("POST", "/V1/CHAT/COMPLETIONS"),
])
def test_an_unknown_address(server, live, method, path):
    error = refused(ask(server, method, path, question() if method == "POST" else b"", live.key), 404)
    if path.startswith("/v1/nothing"):
        assert error["message"] == f"Invalid URL ({method} {path})" and error["code"] is None


@pytest.mark.parametrize("method, path", [
    ("GET", V1), ("PUT", V1), ("DELETE", V1), ("PATCH", NATIVE), ("GET", NATIVE), ("POST", "/v1/models"), ("DELETE", "/v1/models/gpt-4o"),
    ("POST", "/api/account/"), ("POST", "/healthz"),
])
def test_a_wrong_method(server, live, method, path):
    answer = ask(server, method, path, b"", live.key)
    refused(answer, 405)
    assert answer.headers.get("allow")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"])
def test_a_wrong_content_type(live, kind):
    refused(live.ask(question(), headers={"content-type": kind}), 415)


def test_a_compressed_body(live):
    import gzip
    refused(live.ask(gzip.compress(GOOD.encode()), headers={"content-encoding": "gzip"}), 415)


def test_a_body_that_says_it_is_too_long(server, live):
    started = time.monotonic()
    with Line(server) as line:
        line.send(encode("POST", V1, b"", live.key, {"content-length": str(1 << 31)}))
        refused(line.answer(), 413)
    assert time.monotonic() - started < 5, "refused by its length, not by waiting for it"


def test_a_body_that_turns_out_too_long(server, live):
    head = encode("POST", V1, b"", live.key, {"content-length": None, "transfer-encoding": "chunked"})
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with Line(server) as line:
        try:
            line.send(head)
            for _ in range(64):
                line.send(piece)
        except OSError:
            pass  # the server need not read on
        refused(line.answer(), 413)


def test_a_text_that_is_too_long(live):
    refused(live.chat("x" * (5 << 20)), 413)


# HTTP itself: one request in, one answer out, else 400 and the connection closed.

HTTP = {
    "length and chunked": b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    "a length that is not one": b"content-length: +5\r\n\r\nhello",
    "a negative length": b"content-length: -5\r\n\r\nhello",
    "chunked twice": b"transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked last but one": b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a bad chunk size": b"transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    "a space before the colon": b"x-bad : 1\r\ncontent-length: 0\r\n\r\n",
    "a zero byte in a header": b"x-bad: \x00\r\ncontent-length: 0\r\n\r\n",
    "a folded header": b"x-bad: a\r\n b\r\ncontent-length: 0\r\n\r\n",
}


@pytest.mark.parametrize("rest", HTTP.values(), ids=HTTP.keys())
def test_a_doubtful_request(server, live, rest):
    with Line(server, timeout=10) as line:
        head = f"POST {V1} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {live.key}\r\ncontent-type: application/json\r\n".encode()
        line.send(head + rest + encode("GET", "/healthz", close=False))
        first = line.answer()
        assert first is None or 400 <= first.status < 500
        if first:
            assert line.answer() is None, "after a doubtful request nothing more is read"
    assert ask(server, "GET", "/healthz").status == 200


@pytest.mark.parametrize("data", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), b"GET\r\n\r\n", b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\r\n" * 100 + b"x\r\n\r\n",
], ids=["TLS", "half a line", "a word", "HTTP 9", "HTTP 2", "empty lines"])
def test_not_http(server, data):
    with Line(server, timeout=10) as line:
        line.send(data)
        answer = line.answer()
        assert answer is None or 400 <= answer.status < 600
    assert ask(server, "GET", "/healthz").status == 200


def test_too_many_and_too_large_headers(server, live):
    many = {f"x-{number}": "1" for number in range(5000)}
    for headers in (many, {"x-large": "a" * 200_000}):
        with Line(server, timeout=10) as line:
            try:
                line.send(encode("POST", V1, question(), live.key, headers))
            except OSError:
                pass
            answer = line.answer()
            assert answer is None or answer.status in (400, 413, 431)
    assert ask(server, "GET", "/healthz").status == 200


def test_a_request_id_of_the_caller_cannot_break_a_line(server, live):
    for given in ("abc-123_X", "evil\tid", "x" * 500):
        answer = ask(server, "GET", "/v1/models", key=live.key, headers={"x-request-id": given})
        assert answer.status == 200 and len(answer.headers["x-request-id"]) <= 64


def test_a_client_that_says_nothing_is_let_go_without_harm(server, live):
    lines = [Line(server) for _ in range(50)]
    for number, line in enumerate(lines):
        line.send(encode("POST", V1, question(), live.key)[:number * 4])
    assert ask(server, "GET", "/healthz").status == 200
    for line in lines:
        line.close()
