"""The doors of other dialects: `/v1/messages` as Anthropic's clients speak, `/v1/responses` as OpenAI's newer ones do."""

import base64
import json

import pytest

import http1
from minitoolai import engine, model
from sdk import client
from upstream import choice, completion, plain, usage

MESSAGES, RESPONSES = "/v1/messages", "/v1/responses"
NANO = 4350  # 17 tokens in and 3 out
CALLS = [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}]
PIXEL = base64.b64encode(base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")).decode()


def calling(exchange):
    """Says a word and calls a tool."""
    if not exchange.json.get("stream"):
        message = {"role": "assistant", "content": "Look.", "refusal": None,
                   "tool_calls": [{key: value for key, value in CALLS[0].items() if key != "index"}]}
        body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "up", "usage": usage(),
                "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}]}
        return exchange.reply(200, body)
    exchange.open_stream()
    exchange.text("Look.")
    first = {**CALLS[0], "function": {"name": "weather", "arguments": ""}}
    exchange.chunk([choice({"tool_calls": [first]})])
    for piece in ['{"city":', '"Oslo"}']:
        exchange.chunk([choice({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})])
    exchange.chunk([choice({}, 0, "tool_calls")])
    exchange.chunk([], usage())
    exchange.done()


def cut(exchange):
    """Comes to its cap."""
    if not exchange.json.get("stream"):
        return exchange.reply(200, completion("up", "Ok", finish="length"))
    exchange.open_stream()
    exchange.text("Ok")
    exchange.chunk([choice({}, 0, "length")])
    exchange.chunk([], usage())
    exchange.done()


def breaking(exchange):
    exchange.open_stream()
    exchange.text("Half")
    exchange.reset()


def CONFIGURATION(upstream):
    names = ["words", "calling", "cut", "breaking", "refusing"]
    return {
        "engines": {name: engine(upstream, f"said-{name}") for name in names}, "models": {**{name: model(name) for name in names}, "gpt-4o": model("calling")},
    }


@pytest.fixture(scope="module", autouse=True)
def scripts(upstream):
    upstream.scripts |= {
        "said-words": plain, "said-calling": calling, "said-cut": cut, "said-breaking": breaking,
        "said-refusing": lambda exchange: exchange.reply(503, {"error": {"message": "no"}}),
    }


def events(answer):
    """What a stream says, by name."""
    frames = [frame.split("\n") for frame in answer.body.decode().strip().split("\n\n") if not frame.startswith(":")]
    said = [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]
    assert all(name == data["type"] for name, data in said)
    return said


def message(customer, headers=(), **fields):
    fields = {"model": "words", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}], **fields}
    return customer.ask(fields, MESSAGES, headers)


def respond(customer, **fields):
    return customer.ask({"model": "words", "input": "Hello", **fields}, RESPONSES)


# Anthropic's


def test_a_message(server, upstream):
    customer = server.customer(live="1.00")
    with customer.charged(NANO):
        answer = message(customer, system="Be brief.", stop_sequences=["END"], top_k=5, metadata={"user_id": "u1"})
    said = answer.json
    assert answer.status == 200 and said["id"].startswith("msg_") and said["type"] == "message"
    assert said["content"] == [{"type": "text", "text": "Ok."}]
    assert (said["role"], said["stop_reason"], said["stop_sequence"]) == ("assistant", "end_turn", None)
    assert said["usage"] == {"input_tokens": 17, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 3}
    asked = upstream.asked("said-words")[-1].json
    assert asked["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    assert asked["stop"] == ["END"] and asked["user"] == "u1" and "top_k" not in asked
    assert answer.headers["x-minitoolai-cost"] == "0.00000435"


def test_a_message_in_events(server):
    customer = server.customer(live="1.00")
    with customer.charged(NANO):
        said = events(message(customer, stream=True))
    assert [name for name, _ in said] == [
        "message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
        "message_delta", "message_stop"]
    assert "".join(data["delta"]["text"] for name, data in said if name == "content_block_delta") == "Ok."
    assert said[-2][1]["usage"]["output_tokens"] == 3 and said[-2][1]["delta"]["stop_reason"] == "end_turn"


@pytest.mark.parametrize("stream", [False, True])
def test_a_message_that_calls_a_tool(server, upstream, stream):
    tool = {"name": "weather", "description": "Of a city", "input_schema": {"type": "object", "properties": {}}}
    turns = [
        {"role": "user", "content": [
            {"type": "text", "text": "See"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "x"},
            {"type": "tool_use", "id": "call_0", "name": "weather", "input": {"city": "Rome"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_0", "content": [{"type": "text", "text": "Rain"}]}]},
    ]
    answer = message(
        server.customer(live="1.00"), model="gpt-4o", stream=stream, messages=turns, tools=[tool],
        tool_choice={"type": "any", "disable_parallel_tool_use": True})
    assert answer.status == 200, answer.body
    asked = upstream.asked("said-calling")[-1].json
    assert asked["tools"] == [{"type": "function", "function": {
        "name": "weather", "description": "Of a city", "parameters": tool["input_schema"]}}]
    assert asked["tool_choice"] == "required" and asked["parallel_tool_calls"] is False
    assert asked["messages"][0]["content"][1]["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"
    assert asked["messages"][1]["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city":"Rome"}'}
    assert asked["messages"][2] == {"role": "tool", "tool_call_id": "call_0", "content": "Rain"}
    if stream:
        said = events(answer)
        starts = [data["content_block"] for name, data in said if name == "content_block_start"]
        pieces = [data["delta"].get("partial_json", "") for name, data in said if name == "content_block_delta"]
        assert starts == [{"type": "text", "text": ""}, {"type": "tool_use", "id": "call_1", "name": "weather", "input": {}}]
        assert json.loads("".join(pieces)) == {"city": "Oslo"} and said[-2][1]["delta"]["stop_reason"] == "tool_use"
    else:
        assert answer.json["content"] == [
            {"type": "text", "text": "Look."},
            {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Oslo"}}]
        assert answer.json["stop_reason"] == "tool_use"


def test_the_key_may_stand_where_anthropics_clients_put_it(server):
    customer = server.customer(live="1.00")
    body = {"model": "words", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    field = [("x-api-key", customer.key)]
    assert http1.ask(server, "POST", MESSAGES, body, None, field).status == 200
    both = http1.ask(server, "POST", MESSAGES, body, customer.key, field)
    assert both.status == 401 and both.json["type"] == "error"
    assert http1.ask(server, "POST", MESSAGES, body, None, [("x-api-key", "sk-wrong")]).status == 401
    # Nowhere else.
    assert http1.ask(server, "POST", "/v1/chat/completions", body, None, field).status == 401


@pytest.mark.parametrize("fields, status, kind, word", [
    ({"max_tokens": None}, 400, "invalid_request_error", "max_tokens"),
    ({"messages": "Hello"}, 400, "invalid_request_error", "messages"),
    ({"messages": [{"role": "system", "content": "x"}]}, 400, "invalid_request_error", "messages[0].role"),
    ({"messages": [{"role": "user", "content": [{"type": "video"}]}]}, 400, "invalid_request_error", "messages[0].content[0].type"),
    ({"temperature": 9}, 400, "invalid_request_error", "temperature"),
    ({"tools": [{"type": "web_search_20250305", "name": "web"}]}, 400, "invalid_request_error", "tools[0].type"),
    ({"model": "nothing"}, 404, "not_found_error", "nothing"),
    ({"model": "refusing"}, 503, "overloaded_error", "overloaded"),
])
def test_a_message_that_is_refused(server, fields, status, kind, word):
    customer = server.customer(live="1.00")
    with customer.charged(0):
        answer = message(customer, **fields)
    assert answer.status == status and answer.json["type"] == "error", answer.body
    assert answer.json["error"]["type"] == kind and word in answer.json["error"]["message"]


@pytest.mark.parametrize("path", [MESSAGES, RESPONSES, "/v1/embeddings"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"a"', b"{}", b'{"messages":[[[[' + b"[" * 5000, b"nul", b"\xff\xfe"])
def test_what_is_no_document_is_refused(server, live, path, body):
    answer = http1.ask(server, "POST", path, body, live.key)
    assert answer.status == 400, answer.body
    assert answer.json["error"]["message"]


def test_a_body_of_millions_of_values_is_refused_before_it_is_read(server, live):
    answer = live.ask({"model": "words", "max_tokens": 5, "messages": [0] * 700_000}, MESSAGES)
    assert answer.status == 413 and answer.json["error"]["type"] == "request_too_large"


def test_a_message_without_money(server):
    answer = message(server.customer())
    assert answer.status == 429 and answer.json["error"]["type"] == "billing_error"


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_came_to_its_cap_says_so(server, stream):
    customer = server.customer(live="1.00")
    said, answered = message(customer, model="cut", stream=stream), respond(customer, model="cut", stream=stream)
    if stream:
        assert events(said)[-2][1]["delta"]["stop_reason"] == "max_tokens"
        name, last = events(answered)[-1]
        assert name == "response.incomplete"
        last = last["response"]
    else:
        assert said.json["stop_reason"] == "max_tokens"
        last = answered.json
    assert last["status"] == "incomplete" and last["incomplete_details"] == {"reason": "max_output_tokens"}
    assert last["output"][0]["content"][0]["text"] == "Ok"


@pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
def test_a_stream_that_breaks_says_so(server, path):
    customer = server.customer(live="1.00")
    fields = {"model": "breaking", "stream": True, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "input": "Hi"}
    answer = customer.ask(fields, path)
    names = [name for name, _ in events(answer)]
    assert names[-1] == "error" and "message_stop" not in names and "response.completed" not in names
    assert customer.held == 0 and customer.balance < 1


# OpenAI's newer one


def test_a_response(server, upstream):
    customer = server.customer(live="1.00")
    with customer.charged(NANO):
        said = client(server, customer.key).responses.create(
            model="words", instructions="Be brief.", input="Hello", max_output_tokens=50, store=True)
    assert said.output_text == "Ok." and said.status == "completed" and said.id.startswith("resp_")
    assert (said.usage.input_tokens, said.usage.output_tokens, said.usage.total_tokens) == (17, 3, 20)
    assert said.instructions == "Be brief." and said.max_output_tokens == 50 and said.store is False
    asked = upstream.asked("said-words")[-1].json
    assert asked["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]


def test_a_response_in_events(server):
    customer = server.customer(live="1.00")
    with customer.charged(NANO):
        said = list(client(server, customer.key).responses.create(model="words", input="Hello", stream=True))
    assert [event.sequence_number for event in said] == list(range(len(said)))
    assert [event.type for event in said] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
        "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
        "response.content_part.done", "response.output_item.done", "response.completed"]
    assert said[-1].response.output_text == "Ok." and said[-1].response.usage.output_tokens == 3


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_that_calls_a_tool(server, upstream, stream):
    conversation = [
        {"role": "user", "content": [
            {"type": "input_text", "text": "See"},
            {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "low"}]},
        {"type": "function_call", "call_id": "call_0", "name": "weather", "arguments": '{"city":"Rome"}'},
        {"type": "function_call_output", "call_id": "call_0", "output": "Rain"},
    ]
    tool = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": False}
    asking = client(server, server.customer(live="1.00").key)
    wish = {"model": "gpt-4o", "input": conversation, "tools": [tool], "tool_choice": "required"}
    if stream:
        said = list(asking.responses.create(**wish, stream=True))[-1].response
    else:
        said = asking.responses.create(**wish)
    assert [item.type for item in said.output] == ["message", "function_call"]
    assert (said.output[1].name, said.output[1].call_id) == ("weather", "call_1")
    assert json.loads(said.output[1].arguments) == {"city": "Oslo"}
    asked = upstream.asked("said-calling")[-1].json
    assert [turn["role"] for turn in asked["messages"]] == ["user", "assistant", "tool"]
    assert asked["messages"][0]["content"][1]["image_url"]["detail"] == "low"


@pytest.mark.parametrize("fields, word", [
    ({"previous_response_id": "resp_1"}, "previous_response_id"), ({"input": None}, "input"),
    ({"input": [{"type": "web_search_call"}]}, "input[0].type"), ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
    ({"background": True}, "background"), ({"temperature": 9}, "temperature"),
])
def test_a_response_that_is_refused(server, fields, word):
    customer = server.customer(live="1.00")
    with customer.charged(0):
        answer = respond(customer, **fields)
    assert answer.status == 400 and word in answer.json["error"]["message"], answer.body
    assert word in answer.json["error"]["param"]


@pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
def test_the_sandbox_answers_at_every_door(server, tester, path):
    fields = {"model": "gpt-4o-mini", "max_tokens": 100, "messages": [{"role": "user", "content": "What is 6 * 7?"}],
              "input": "What is 6 * 7?"}
    answer = tester.ask(fields, path)
    assert answer.status == 200 and b"42" in answer.body


@pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
@pytest.mark.parametrize("stream", [False, True])
def test_a_repetition_by_name_hears_the_same(server, path, stream):
    customer = server.customer(live="1.00")
    fields = {"model": "words", "max_tokens": 9, "stream": stream, "messages": [{"role": "user", "content": "Hi"}], "input": "Hi"}
    with customer.charged(NANO):
        answers = [customer.ask(fields, path, [("idempotency-key", "one")]) for _ in range(2)]
    assert answers[0].status == 200 and answers[0].body == answers[1].body
