"""An engine that speaks Anthropic's Messages API, through the built server and OpenAI's own client."""

import json

import openai
import pytest

from minitoolai import engine, model

PRICE = {"input": 3.00, "cached_input": 0.30, "output": 15.00}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def CONFIGURATION(upstream):
    claude = {**engine(upstream, "claude"), "kind": "anthropic"}
    return {
        "engines": {"claude": claude},
        "models": {"claude": model("claude", price=PRICE), "either": model("claude", "plain", price=PRICE)},
    }


def event(exchange, value):
    exchange.part(f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode())


USAGE = {"input_tokens": 10, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 2000, "output_tokens": 1}


def messages(exchange):
    asked = exchange.json
    if not asked.get("stream"):
        content = [{"type": "text", "text": "Hello."}]
        return exchange.reply(200, {
            "id": "msg_1", "type": "message", "role": "assistant", "model": asked["model"], "content": content,
            "stop_reason": "end_turn", "stop_sequence": None, "usage": {**USAGE, "output_tokens": 4}})
    exchange.open_stream()
    event(exchange, {"type": "message_start", "message": {"usage": USAGE, "content": []}})
    if asked.get("tools"):
        event(exchange, {"type": "content_block_start", "index": 0,
                         "content_block": {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}})
        event(exchange, {"type": "content_block_delta", "index": 0,
                         "delta": {"type": "input_json_delta", "partial_json": '{"city":"Paris"}'}})
    else:
        event(exchange, {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
        event(exchange, {"type": "ping"})
        for piece in ("Hel", "lo."):
            event(exchange, {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
    event(exchange, {"type": "content_block_stop", "index": 0})
    reason = "tool_use" if asked.get("tools") else "end_turn"
    event(exchange, {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 4}})
    event(exchange, {"type": "message_stop"})
    exchange.finish()


@pytest.fixture(autouse=True)
def script(upstream):
    upstream.scripts["claude"] = messages


# 15 new and 2,000 cached tokens in, 4 out, in nanodollars.
COST = 15 * 3000 + 2000 * 300 + 4 * 15000


def ask(client, **fields):
    fields = {"model": "claude", "messages": [{"role": "user", "content": "Hello " * 500}], **fields}
    return client.chat.completions.create(**fields)


def test_a_whole_answer_costs_what_was_reported(sdk_live, live, upstream):
    with live.charged(COST):
        answer = ask(sdk_live)
    assert answer.choices[0].message.content == "Hello." and answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (2015, 4)
    assert answer.usage.prompt_tokens_details.cached_tokens == 2000
    asked = upstream.asked("claude")[-1]
    assert asked.path.endswith("/v1/messages") and asked.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in asked.headers and asked.headers["x-api-key"]
    assert asked.json["max_tokens"] >= 1


def test_a_stream_has_openais_form(sdk_live, live):
    with live.charged(COST):
        chunks = list(ask(sdk_live, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Hello."
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.total_tokens == 2019


def test_a_tool_is_called(sdk_live, live):
    with live.charged(COST):
        chunks = list(ask(sdk_live, stream=True, tools=[TOOL]))
    calls = [call for chunk in chunks if chunk.choices for call in chunk.choices[0].delta.tool_calls or []]
    assert calls[0].id == "toolu_1" and calls[0].function.name == "weather"
    assert json.loads("".join(call.function.arguments or "" for call in calls)) == {"city": "Paris"}


def test_an_overloaded_server_costs_nothing(sdk_live, live, upstream):
    upstream.scripts["claude"] = lambda exchange: exchange.reply(
        529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    with live.charged(0), pytest.raises(openai.APIStatusError) as fault:
        ask(sdk_live.with_options(max_retries=0))
    assert fault.value.status_code in (502, 503)


def test_what_has_no_counterpart_is_said_or_asked_elsewhere(sdk_live, live):
    with live.charged(0), pytest.raises(openai.BadRequestError) as fault:
        ask(sdk_live, n=2)
    assert fault.value.param == "n"
    for _ in range(8):
        assert len(ask(sdk_live, model="either", n=2).choices) in (1, 2)


def test_an_answer_that_breaks_off_is_no_success(live, upstream):
    def breaks(exchange):
        exchange.open_stream()
        event(exchange, {"type": "message_start", "message": {"usage": USAGE, "content": []}})
        event(exchange, {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}})
        event(exchange, {"type": "error", "error": {"type": "overloaded_error", "message": "sk-ant-secret"}})
        exchange.finish()

    upstream.scripts["claude"] = breaks
    answer = live.chat(model="claude", stream=True)
    assert answer.text() == "Hel" and not answer.done and b"sk-ant-secret" not in answer.body
