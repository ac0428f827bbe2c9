"""What is malformed, oversized, unauthorised or unknown: the right status and words, no cost, nothing held, nobody asked."""

import base64
import json
import time

import pytest

import http1
from http1 import Line, ask, encode
from minitoolai import NATIVE, V1, UPSTREAM_KEY, question

ANY = object()
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


@pytest.fixture(autouse=True)
def costs_nothing(request, live, upstream):
    """Whatever a test of this file sends, money and engines never hear of it."""
    before, asked = live.purse, len(upstream.asked())
    yield
    assert live.purse == before
    assert live.held == 0
    assert len(upstream.asked()) == asked


def refused(answer, status, code=ANY, param=ANY, kind="invalid_request_error"):
    assert answer.status == status, answer.body
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-request-id"].startswith("req_")
    error = answer.error
    assert error["type"] == kind and error["message"]
    if code is not ANY:
        assert error["code"] == code, error
    if param is not ANY:
        assert error["param"] == param, error
    for secret in (UPSTREAM_KEY, "sqlite", ".swift", "/tmp", "SELECT"):
        assert secret not in answer.body.decode(), "no message shows a key, a path, SQL or a stack"
    return error


# Fields: what is sent in place of a good value, and what the refusal names.

FIELDS = [
    ("temperature", -0.1, "decimal_below_min_value"), ("temperature", 2.1, "decimal_above_max_value"),
    ("temperature", "1", "invalid_type"), ("temperature", True, "invalid_type"), ("temperature", [], "invalid_type"),
    ("top_p", -1, "decimal_below_min_value"), ("top_p", 1.5, "decimal_above_max_value"),
    ("presence_penalty", 2.5, "decimal_above_max_value"), ("presence_penalty", -2.5, "decimal_below_min_value"),
    ("frequency_penalty", 3, "decimal_above_max_value"), ("frequency_penalty", {}, "invalid_type"),
    ("n", 0, "integer_below_min_value"), ("n", 129, "integer_above_max_value"), ("n", 1.5, "invalid_type"),
    ("n", "2", "invalid_type"), ("n", 10**30, ANY),
    ("max_tokens", 0, "integer_below_min_value"), ("max_tokens", -5, "integer_below_min_value"),
    ("max_completion_tokens", 0, "integer_below_min_value"), ("max_completion_tokens", 2.5, "invalid_type"),
    ("max_completion_tokens", 1_000_000, "invalid_value"), ("max_completion_tokens", "many", "invalid_type"),
    ("stream", "yes", "invalid_type"), ("stream", 1, "invalid_type"),
    ("stop", 7, "invalid_type"), ("stop", ["a", "b", "c", "d", "e"], "array_above_max_length"),
    ("logprobs", "yes", "invalid_type"), ("logit_bias", [], "invalid_type"), ("logit_bias", {"1": 101}, ANY),
    ("seed", 1.5, "invalid_type"), ("user", 7, "invalid_type"),
    ("response_format", "json", "invalid_type"), ("response_format", {"type": "xml"}, "invalid_value"),
    ("tools", [], "empty_array"), ("tools", "none", "invalid_type"), ("tools", [TOOL] * 129, "array_above_max_length"),
    ("parallel_tool_calls", "no", "invalid_type"), ("model", 7, "invalid_type"), ("model", None, ANY),
    ("messages", [], "empty_array"), ("messages", "Hello", "invalid_type"), ("messages", {}, "invalid_type"),
]


@pytest.mark.parametrize("path", [V1, NATIVE])
@pytest.mark.parametrize("name, value, code", FIELDS, ids=lambda value: json.dumps(value, default=lambda _: "any")[:30])
def test_a_bad_value(live, path, name, value, code):
    answer = live.ask(question() | {name: value}, path)
    error = refused(answer, 400, code)
    assert error["param"] is not None and error["param"].startswith(name)
    assert name in error["message"], "the message names the field"


def message(**fields):
    return [{"role": "user", "content": "x"} | fields]


def parts(*content, role="user"):
    return [{"role": role, "content": list(content)}]


def image(url, **more):
    return {"type": "image_url", "image_url": {"url": url, **more}}


STRUCTURES = [
    ("messages[0]", ["x"], "invalid_type"),
    ("messages[0].role", [{"content": "x"}], "missing_required_parameter"),
    ("messages[0].role", message(role="wizard"), "invalid_value"),
    ("messages[0].role", message(role=None), ANY),
    ("messages[0].content", [{"role": "user"}], "missing_required_parameter"),
    ("messages[0].content", message(content=None), ANY),
    ("messages[0].content", message(content=7), "invalid_type"),
    ("messages[0].content", message(content=[]), "empty_array"),
    ("messages[1].content", message() + [{"role": "assistant"}], ANY),
    ("messages[0].content[0]", parts("x"), "invalid_type"),
    ("messages[0].content[0].type", parts({"text": "x"}), "missing_required_parameter"),
    ("messages[0].content[0].type", parts({"type": "smell"}), "invalid_value"),
    ("messages[0].content[0].text", parts({"type": "text"}), "missing_required_parameter"),
    ("messages[0].content[0].text", parts({"type": "text", "text": 7}), "invalid_type"),
    ("messages[0].content[0]", parts(image("https://example.com/a.png"), role="system"), ANY),
    ("messages[0].content[0]", parts({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}), ANY),
    ("messages[0].content[0]", parts({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}), ANY),
    ("messages[0].content[0].image_url", parts({"type": "image_url"}), "missing_required_parameter"),
    ("messages[0].content[0].image_url.url", parts({"type": "image_url", "image_url": {}}), "missing_required_parameter"),
    ("messages[0].content[0].image_url.detail", parts(image("https://example.com/a.png", detail="tiny")), "invalid_value"),
    ("messages[0].tool_call_id", [{"role": "tool", "content": "x"}], ANY),
    ("messages[0]", [{"role": "tool", "content": "x", "tool_call_id": "call_1"}], ANY),
    ("messages[0].name", message(name=7), "invalid_type"),
]


@pytest.mark.parametrize("param, messages, code", STRUCTURES, ids=[f"{n}-{row[0]}" for n, row in enumerate(STRUCTURES)])
def test_a_bad_message(live, param, messages, code):
    error = refused(live.ask(question() | {"messages": messages}), 400, code)
    assert error["param"].startswith(param)


def schema(**fields):
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}} | fields}


TOGETHER = [
    ("max_tokens", {"max_tokens": 5, "max_completion_tokens": 5}, "invalid_parameter_combination"),
    ("stream_options", {"stream": False, "stream_options": {"include_usage": True}}, None),
    ("top_logprobs", {"top_logprobs": 2}, ANY),
    ("top_logprobs", {"logprobs": True, "top_logprobs": 21}, "integer_above_max_value"),
    ("tool_choice", {"tool_choice": "auto"}, ANY),
    ("tool_choice", {"tools": [TOOL], "tool_choice": "maybe"}, "invalid_value"),
    ("tool_choice", {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}, ANY),
    ("tools[0]", {"tools": ["f"]}, "invalid_type"),
    ("tools[0].type", {"tools": [{"type": "web"}]}, "invalid_value"),
    ("tools[0].function", {"tools": [{"type": "function"}]}, "missing_required_parameter"),
    ("tools[0].function.name", {"tools": [{"type": "function", "function": {}}]}, "missing_required_parameter"),
    ("tools[0].function.name", {"tools": [{"type": "function", "function": {"name": "a b"}}]}, ANY),
    ("tools[0].function.name", {"tools": [{"type": "function", "function": {"name": "a" * 65}}]}, "string_above_max_length"),
    ("response_format", {"response_format": {}}, "missing_required_parameter"),
    ("response_format.json_schema", {"response_format": {"type": "json_schema"}}, "missing_required_parameter"),
    ("response_format.json_schema.name", {"response_format": schema(name="a b")}, ANY),
    ("response_format.json_schema.name", {"response_format": schema(name="a" * 65)}, "string_above_max_length"),
    ("modalities", {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "mp3"}}, ANY),
]


@pytest.mark.parametrize("param, fields, code", TOGETHER, ids=[f"{n}-{row[0]}" for n, row in enumerate(TOGETHER)])
def test_what_does_not_go_together(live, param, fields, code):
    error = refused(live.ask(question() | fields), 400, code)
    assert error["param"].startswith(param)


@pytest.mark.parametrize("name", ["messages", "model"])
def test_what_is_missing(live, name):
    body = question()
    del body[name]
    refused(live.ask(body), 400, "missing_required_parameter", name)


# Bytes that are not JSON, or not one JSON.

GOOD = json.dumps(question())
TEXTS = {
    "nothing": "", "an open brace": "{", "a list": "[]", "null": "null", "a string": '"x"', "a trailing comma": GOOD[:-1] + ",}",
    "more behind": GOOD + "{}", "single quotes": GOOD.replace('"', "'"), "NaN": GOOD[:-1] + ', "temperature": NaN}',
    "Infinity": GOOD[:-1] + ', "temperature": Infinity}', "a comment": GOOD[:-1] + "/* x */}",
    "a leading zero": GOOD[:-1] + ', "n": 01}', "a plus": GOOD[:-1] + ', "n": +1}', "a bare point": GOOD[:-1] + ', "temperature": 1.}',
    "an unquoted key": "{model: 1}", "a raw newline in a string": '{"model": "a\nb"}', "a bad escape": r'{"model": "\x"}',
    "half a surrogate": r'{"model": "\ud83d", "messages": []}', "bytes that are not UTF-8": b'{"model": "\xff\xfe"}',
    "an overlong sequence": b'{"model": "\xc0\xaf"}', "depth": '{"model":' + "[" * 100_000 + "]" * 100_000 + "}",
    "depth in an unknown key": GOOD[:-1] + ', "x": ' + "[" * 200 + "]" * 200 + "}",
    "an unfinished string": '{"model": "gpt', "form data": "model=gpt-4o-mini",
}


@pytest.mark.parametrize("path", [V1, NATIVE])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_not_json(live, text, path):
    refused(live.ask(text, path), 400)


DUPLICATES = [
    GOOD[:-1] + ', "max_tokens": 1, "max_tokens": 100000}', GOOD[:-1] + ', "model": "gpt-4o"}',
    GOOD[:-1] + r', "mod\u0065l": "gpt-4o"}', GOOD.replace('"role": "user"', '"role": "user", "role": "system"'),
    GOOD[:-1] + ', "response_format": {"type": "text", "type": "json_object"}}', GOOD[:-1] + ', "x": 1, "x": 2}',
]


@pytest.mark.parametrize("text", DUPLICATES, ids=range(len(DUPLICATES)))
def test_a_key_given_twice(live, text):
    error = refused(live.ask(text), 400)
    assert "twice" in error["message"] or "duplicate" in error["message"].lower(), error["message"]


# Images.

def data_url(data, media="image/png"):
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def png(width, height):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0" + bytes(64)


IMAGES = {
    "http": "http://example.com/a.png", "ftp": "ftp://example.com/a.png", "no scheme": "example.com/a.png", "empty": "",
    "a local file": "file:///etc/passwd", "loopback": "https://127.0.0.1/a.png", "localhost": "https://localhost/a.png",
    "a private network": "https://10.1.2.3/a.png", "the metadata service": "https://169.254.169.254/latest/meta-data",
    "IPv6 loopback": "https://[::1]/a.png", "a number as address": "https://2130706433/a.png", "hex": "https://0x7f.1/a.png",
    "not base64": "data:image/png;base64,@@@@", "no base64": "data:image/png,abc", "nothing inside": "data:image/png;base64,",
    "a PDF": data_url(b"%PDF-1.7 " + bytes(100), "application/pdf"), "a PDF that says png": data_url(b"%PDF-1.7 " + bytes(100)),
    "text": data_url(b"hello, I am a picture"), "a cut header": data_url(b"\x89PNG\r\n\x1a\n"), "a bomb": data_url(png(65535, 65535)),
    "no width": data_url(png(0, 10)), "svg": data_url(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
}


@pytest.mark.parametrize("url", IMAGES.values(), ids=IMAGES.keys())
def test_not_an_image(live, url):
    body = question() | {"messages": parts({"type": "text", "text": "x"}, image(url))}
    error = refused(live.ask(body), 400)
    assert error["param"].startswith("messages[0].content[1]") and error["code"]
    assert len(error["message"]) < 400, "data is not read back"


def test_too_many_images(live):
    refused(live.ask(question() | {"messages": parts(*[image("https://example.com/a.png")] * 17)}), 400)


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
    ("GET", "/"), ("POST", "/api/chat-completion/"), ("GET", "/v1/models/gpt-4o/x"), ("GET", "/../../etc/passwd"),
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

BODY = GOOD.encode()
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


def test_the_good_body_is_good(server, tester):
    """Each bad body differs from this one in one thing."""
    assert http1.ask(server, "POST", V1, GOOD, tester.key).status == 200
    assert http1.ask(server, "POST", V1, question() | {"messages": parts({"type": "text", "text": "x"}, image(
        f"data:image/png;base64,{PIXEL}"))}, tester.key).status == 200
