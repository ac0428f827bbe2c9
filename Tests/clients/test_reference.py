"""The reference's own samples, run as printed there with only the address and the key changed."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

import http1
from http1 import ask, encode
from minitoolai import BUILT_IN, NATIVE, SAMPLE_COST, question, usd

SAMPLES = pathlib.Path(__file__).parent / "samples"
CHUNK_KEYS = ["id", "object", "created", "model", "service_tier", "system_fingerprint", "choices", "usage"]
USAGE = {
    "prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
    },
}


def sample(name, server, key, data=None):
    """The sample's text for this server and key, its `data` replaced by the image sample's when asked for."""
    text = (SAMPLES / name).read_text()
    if data:
        close = r"\n\}\n" if name.endswith(".py") else r"\n\];\n"
        replacement = (SAMPLES / data).read_text()
        text, count = re.subn(r"\n\$?data = [\[{].*?" + close, lambda _: "\n" + replacement, text, count=1, flags=re.S)
        assert count == 1
    return text.replace("https://minitoolai.com/", server.url + "/").replace("MiniToolAI_API_Key", key)


def run(name, server, key, tmp_path, data=None):
    script = tmp_path / name
    script.write_text(sample(name, server, key, data))
    command = [sys.executable, script] if name.endswith(".py") else ["php", "-d", "display_errors=stderr", script]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return [line for line in result.stdout.split("\n") if line]


def check_stream(lines, text="Ok.", usage=USAGE):
    """The same shape of chunks as the reference prints."""
    assert lines[-1] == "data: [DONE]"
    assert all(line.startswith("data: ") for line in lines), "no comments in the reference's dialect"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    for chunk in chunks:
        assert list(chunk) == CHUNK_KEYS
        assert chunk["object"] == "chat.completion.chunk"
        assert re.fullmatch(r"chatcmpl-[0-9A-Za-z]{29}", chunk["id"])
        assert chunk["model"] == "gpt-4o-mini-2024-07-18"
        assert chunk["service_tier"] == "default"
    assert len({(chunk["id"], chunk["created"]) for chunk in chunks}) == 1
    *body, last = chunks
    assert all(chunk["usage"] is None for chunk in body)
    assert last["choices"] == []
    if usage:
        assert json.dumps(last["usage"]) == json.dumps(usage), "the same keys in the same order"
    for chunk in body:
        assert [list(choice) for choice in chunk["choices"]] == [["index", "delta", "logprobs", "finish_reason"]]
    choices = [chunk["choices"][0] for chunk in body]
    assert choices[0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert choices[-1]["delta"] == {} and choices[-1]["finish_reason"] == "stop"
    assert all(choice["finish_reason"] is None for choice in choices[:-1])
    said = "".join(choice["delta"].get("content", "") for choice in choices)
    assert said == text if text else said


def test_the_python_sample(server, live, tmp_path):
    with live.charged(SAMPLE_COST):
        lines = run("chat.py", server, live.key, tmp_path)
    half = len(lines) // 2
    assert lines[:half] == lines[half:], "print(response.text) and the loop over lines show the same stream"
    check_stream(lines[half:])


def test_the_php_sample(server, live, tmp_path):
    with live.charged(SAMPLE_COST):
        check_stream(run("chat.php", server, live.key, tmp_path))


@pytest.mark.parametrize("script, data", [("chat.py", "image_data.py"), ("chat.php", "image_data.php")])
def test_the_image_samples(server, live, upstream, tmp_path, script, data):
    asked = len(upstream.asked("plain"))
    with live.charged(SAMPLE_COST):
        lines = run(script, server, live.key, tmp_path, data)
    check_stream(lines[-len(lines) // (2 if script == "chat.py" else 1):])
    sent = upstream.asked("plain")[asked].json
    image = sent["messages"][1]["content"][1]
    assert image == {"type": "image_url", "image_url": {"url": "https://example.com/image.jpg", "detail": "auto"}}
    assert 300 in (sent.get("max_completion_tokens"), sent.get("max_tokens"))


@pytest.mark.parametrize("script", ["chat.py", "chat.php"])
def test_the_samples_with_a_test_key(server, tester, tmp_path, script):
    lines = run(script, server, tester.key, tmp_path)
    check_stream(lines[-len(lines) // (2 if script == "chat.py" else 1):], text=None, usage=None)


def test_curl(server, live):
    body = json.dumps(question(model="gpt-4o-mini"))
    result = subprocess.run(
        ["curl", "-sN", server.url + NATIVE, "-H", f"Authorization: Bearer {live.key}", "-H", "Content-Type: application/json",
         "-d", body], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0
    check_stream([line for line in result.stdout.split("\n") if line])


def test_curl_over_http2_asks_politely_and_is_served(server, live):
    """An upgrade offer is not an obligation: the answer comes as HTTP/1.1."""
    result = subprocess.run(
        ["curl", "-sN", "--http2", server.url + NATIVE, "-H", f"Authorization: Bearer {live.key}",
         "-H", "Content-Type: application/json", "-d", json.dumps(question())], capture_output=True, text=True, timeout=30)
    assert result.stdout.rstrip().endswith("data: [DONE]")


def test_the_sample_costs_exactly_4350_nanodollars(server):
    customer = server.customer(live="5.00")
    answer = customer.chat(path=NATIVE)
    check_stream([line for line in answer.body.decode().split("\n") if line])
    purse = customer.purse
    assert purse["balance"] == "4.99999565" and purse["held"] == "0.000000" and purse["currency"] == "USD"
    assert usd(SAMPLE_COST) == customer_cost(customer)
    answer = customer.chat(path=NATIVE, stream=False)
    assert answer.headers["x-minitoolai-cost"] == "0.00000435"
    assert customer.purse["balance"] == "4.9999913"


def customer_cost(customer):
    """What the statement's arithmetic says: what was granted less what is left."""
    from decimal import Decimal
    entries = customer.statement()
    granted = sum(Decimal(entry["amount"]) for entry in entries if entry["kind"] == "grant")
    return granted - Decimal(entries[-1]["balance_after"])


def test_stream_false_gives_one_object(server, live):
    with live.charged(SAMPLE_COST):
        answer = live.chat(path=NATIVE, stream=False)
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/json")
    value = answer.json
    assert list(value) == [
        "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"]
    assert value["object"] == "chat.completion" and value["model"] == "gpt-4o-mini-2024-07-18"
    (choice,) = value["choices"]
    assert list(choice) == ["index", "message", "logprobs", "finish_reason"]
    assert choice["message"] == {"role": "assistant", "content": "Ok.", "refusal": None, "annotations": []}
    assert value["usage"] == USAGE


@pytest.mark.parametrize("path", [NATIVE, NATIVE.rstrip("/"), "/v1/chat/completions", "/v1/chat/completions/"])
def test_with_and_without_a_trailing_slash(live, path):
    answer = live.chat(path=path, stream=True)
    assert answer.status == 200 and answer.done and answer.text() == "Ok."
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert re.fullmatch(r"req_[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize("path, streams", [(NATIVE, True), ("/v1/chat/completions", False)])
def test_what_happens_without_the_stream_key(live, path, streams):
    answer = live.chat(path=path)
    assert answer.status == 200 and answer.done is streams


def test_the_native_dialect_caps_the_answer_at_1000(live, upstream):
    for fields in ({}, {"max_completion_tokens": None}):
        live.chat(path=NATIVE, **fields)
        sent = upstream.asked("plain")[-1].json
        assert 1000 in (sent.get("max_completion_tokens"), sent.get("max_tokens"))


def test_v1_tells_usage_only_when_asked(live):
    plain = live.chat(stream=True)
    assert all("usage" not in chunk for chunk in plain.chunks), "without include_usage the key is absent"
    assert all(list(chunk) == CHUNK_KEYS[:-1] for chunk in plain.chunks)
    told = live.chat(stream=True, stream_options={"include_usage": True})
    assert all(list(chunk) == CHUNK_KEYS for chunk in told.chunks)
    assert told.chunks[-1]["choices"] == [] and told.chunks[-1]["usage"] == USAGE
    assert all(chunk["usage"] is None for chunk in told.chunks[:-1])


def test_v1_streams_end_with_cost_and_balance(server):
    customer = server.customer(live="1.00")
    answer = customer.chat(stream=True)
    assert answer.comments[-1] == "cost 0.00000435 balance 0.99999565"
    assert answer.body.decode().rstrip().endswith("data: [DONE]")
    assert customer.chat(path=NATIVE).comments == [], "the reference's own dialect carries no comments"


@pytest.mark.parametrize("model", BUILT_IN)
def test_every_model_answers_by_its_dated_name(live, upstream, model):
    snapshot = {"gpt-4o-mini": "2024-07-18", "gpt-4o": "2024-08-06"}.get(model, "2025-04-14")
    prices = {"gpt-4o-mini": (150, 600), "gpt-4o": (2500, 10000), "gpt-4.1": (2000, 8000), "gpt-4.1-mini": (400, 1600),
              "gpt-4.1-nano": (100, 400)}[model]
    with live.charged(17 * prices[0] + 3 * prices[1]):
        answer = live.chat(path=NATIVE, model=model)
    assert {chunk["model"] for chunk in answer.chunks} == {f"{model}-{snapshot}"}
    assert upstream.asked("plain")[-1].json["model"] == f"{model}-upstream", "the route's name goes upstream"


def test_one_connection_carries_many_chats(server, live):
    with http1.Line(server) as line:
        for stream in (True, False, True):
            line.send(encode("POST", NATIVE, question(stream=stream), live.key, close=False))
            answer = line.answer()
            assert answer.status == 200 and answer.text() == "Ok." and not answer.cut


def test_pipelined_chats_are_answered_in_order(server, live):
    with http1.Line(server) as line:
        line.send(b"".join(
            encode("POST", NATIVE, question(n=count, stream=False), live.key, close=False) for count in (1, 1, 1)))
        assert [line.answer().status for _ in range(3)] == [200, 200, 200]


def test_a_body_that_arrives_byte_by_byte(server, live):
    with http1.Line(server) as line:
        for byte in encode("POST", NATIVE, question(), live.key):
            line.send(bytes([byte]))
        assert line.answer().text() == "Ok."


def test_expect_100_continue(server, live):
    with http1.Line(server) as line:
        head, body = encode("POST", NATIVE, question(), live.key, {"expect": "100-continue"}).split(b"\r\n\r\n", 1)
        line.send(head + b"\r\n\r\n")
        assert line.read_until(b"100 Continue\r\n\r\n")
        line.data = b""
        assert line.send(body).answer().text() == "Ok."


def test_health_and_models(server, live):
    assert ask(server, "GET", "/healthz").status == 200
    assert ask(server, "GET", "/readyz").status == 200
    listed = ask(server, "GET", "/v1/models", key=live.key).json
    assert listed["object"] == "list"
    by_id = {model["id"]: model for model in listed["data"]}
    assert set(BUILT_IN) <= set(by_id)
    for name in BUILT_IN:
        model = by_id[name]
        assert model["object"] == "model" and model["kind"] == "chat" and model["available"] is True
        assert isinstance(model["created"], int) and model["owned_by"]
        assert ask(server, "GET", f"/v1/models/{name}", key=live.key).json == model
    assert by_id["gpt-4o-mini"]["price"]["input"] and by_id["gpt-4o-mini"]["price"]["output"]
