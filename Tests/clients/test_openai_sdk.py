"""OpenAI's own Python package against the server, as an application uses it."""

import asyncio
import base64
import io
import json
from decimal import Decimal
from typing import Literal

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from PIL import Image
from pydantic import BaseModel

from minitoolai import BUILT_IN, SAMPLE_COST
from upstream import chunk, choice, completion, plain, usage

SCRIPTS = ("flaky", "dead", "tools", "refuses", "thinks")
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather in a place", "strict": True,
        "parameters": {
            "type": "object", "additionalProperties": False, "required": ["city", "unit", "days"],
            "properties": {
                "city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "minimum": 1, "maximum": 14},
            },
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}


def client(server, key, **options):
    """An SDK client that counts what it sends."""
    counted = []
    http = openai.DefaultHttpxClient(event_hooks={"request": [lambda request: counted.append(request.url.path)]})
    made = OpenAI(base_url=f"{server.url}/v1", api_key=key, http_client=http, **options)
    made.sent = counted
    return made


@pytest.fixture(scope="module")
def sdk(server, tester):
    """With a test key: the sandbox answers."""
    return client(server, tester.key)


@pytest.fixture(scope="module")
def sdk_live(server, live):
    return client(server, live.key)


def ask(text):
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]}


# Plain answers.

def test_a_whole_answer(sdk_live, live):
    with live.charged(SAMPLE_COST):
        answer = sdk_live.chat.completions.create(**ask("Hello"))
    assert answer.choices[0].message.content == "Ok." and answer.choices[0].finish_reason == "stop"
    assert answer.usage.prompt_tokens == 17 and answer.usage.completion_tokens == 3 and answer.usage.total_tokens == 20
    assert answer.model == "gpt-4o-mini-2024-07-18" and answer.id.startswith("chatcmpl-")
    assert answer._request_id.startswith("req_")


def test_the_raw_response_tells_the_cost(sdk_live):
    raw = sdk_live.chat.completions.with_raw_response.create(**ask("Hello"))
    assert raw.headers["x-minitoolai-cost"] == "0.00000435"
    assert raw.parse().choices[0].message.content == "Ok."


def test_a_stream(sdk_live, live):
    with live.charged(SAMPLE_COST):
        pieces = [part.choices[0].delta.content for part in sdk_live.chat.completions.create(**ask("Hello"), stream=True)]
    assert "".join(piece or "" for piece in pieces) == "Ok."


def test_a_stream_with_usage(sdk_live):
    parts = list(sdk_live.chat.completions.create(**ask("Hello"), stream=True, stream_options={"include_usage": True}))
    assert parts[-1].choices == [] and parts[-1].usage.total_tokens == 20
    assert all(part.usage is None for part in parts[:-1])


def test_the_stream_that_accumulates(sdk):
    with sdk.chat.completions.stream(**ask("Hello")) as stream:
        events = [event.type for event in stream]
        final = stream.get_final_completion()
    assert "content.delta" in events and final.choices[0].message.content


def test_async(server, live):
    async def both():
        async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=live.key) as made:
            whole = await made.chat.completions.create(**ask("Hello"))
            pieces = []
            async for part in await made.chat.completions.create(**ask("Hello"), stream=True):
                pieces.append(part.choices[0].delta.content or "")
            many = await asyncio.gather(*(made.chat.completions.create(**ask(f"Hello {n}")) for n in range(20)))
            return whole.choices[0].message.content, "".join(pieces), {one.choices[0].message.content for one in many}

    assert asyncio.run(both()) == ("Ok.", "Ok.", {"Ok."})


def test_the_sandbox_answers_the_same_twice(sdk, tester):
    before = Decimal(tester.purse["test_balance"])
    first, second = (sdk.chat.completions.create(**ask("What is a ledger?"), seed=7) for _ in range(2))
    assert first.choices[0].message.content == second.choices[0].message.content != ""
    assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens
    cost = 2 * (first.usage.prompt_tokens * 150 + first.usage.completion_tokens * 600)
    assert before - Decimal(tester.purse["test_balance"]) == Decimal(cost).scaleb(-9)


# What can be asked for.

def test_n_choices(sdk):
    answer = sdk.chat.completions.create(**ask("Name a colour"), n=3)
    assert [one.index for one in answer.choices] == [0, 1, 2] and all(one.message.content for one in answer.choices)
    seen = {}
    for part in sdk.chat.completions.create(**ask("Name a colour"), n=3, stream=True):
        for one in part.choices:
            seen[one.index] = seen.get(one.index, "") + (one.delta.content or "")
    assert seen == {one.index: one.message.content for one in answer.choices}


def test_stop_text_is_not_returned(sdk):
    whole = sdk.chat.completions.create(**ask("[sandbox: say one two three four]")).choices[0]
    assert whole.message.content == "one two three four"
    for stop in ("three", ["zzz", "three"]):
        cut = sdk.chat.completions.create(**ask("[sandbox: say one two three four]"), stop=stop).choices[0]
        assert cut.message.content.rstrip() == "one two" and cut.finish_reason == "stop"


def test_the_cap_ends_an_answer_with_length(sdk):
    for cap in ("max_completion_tokens", "max_tokens"):
        answer = sdk.chat.completions.create(**ask("[sandbox: tokens=200]"), **{cap: 7})
        assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 7
    *_, last, told = sdk.chat.completions.create(
        **ask("[sandbox: tokens=200]"), max_completion_tokens=7, stream=True, stream_options={"include_usage": True})
    assert last.choices[0].finish_reason == "length" and told.usage.completion_tokens == 7


def test_logprobs(sdk):
    answer = sdk.chat.completions.create(**ask("Hello"), logprobs=True, top_logprobs=2)
    tokens = answer.choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == answer.choices[0].message.content
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in tokens)
    assert sdk.chat.completions.create(**ask("Hello")).choices[0].logprobs is None


def test_penalties_bias_seed_and_metadata_are_taken(sdk_live, live, upstream):
    fields = {
        "presence_penalty": 0.5, "frequency_penalty": -0.5, "logit_bias": {"50256": -100}, "seed": 42, "top_p": 0.9,
        "temperature": 0.0, "user": "u-1", "stop": ["END"],
    }
    sdk_live.chat.completions.create(**ask("Hello"), **fields)
    sent = upstream.asked("plain")[-1].json
    for name, value in fields.items():
        assert sent[name] == value


def test_what_moves_money_is_never_forwarded(sdk_live, upstream):
    sdk_live.chat.completions.create(
        **ask("Hello"), store=True, service_tier="priority", metadata={"a": "b"},
        extra_body={"models": ["gpt-5"], "provider": {"order": ["x"]}, "route": "fallback", "transforms": [], "plugins": [],
                    "web_search_options": {}, "unheard_of": 1})
    sent = upstream.asked("plain")[-1].json
    for name in ("store", "service_tier", "models", "provider", "route", "transforms", "plugins", "web_search_options",
                 "unheard_of"):
        assert sent.get(name) in (None, "default"), name


def test_roles(sdk_live, upstream):
    messages = [
        {"role": "developer", "content": "Be brief."}, {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}], "name": "ann"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Paris\"}"}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "Sunny \u2600 \"quoted\" \\ \U0001F600"},
    ]
    sdk_live.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[WEATHER])
    # Only OpenAI's own models know the newer role: others hear it by its older name.
    assert upstream.asked("plain")[-1].json["messages"] == [messages[0] | {"role": "system"}, *messages[1:]]


# Tools.

def test_a_required_tool(sdk):
    for tool_choice in ("required", {"type": "function", "function": {"name": "get_weather"}}):
        answer = sdk.chat.completions.create(**ask("Weather in Paris?"), tools=[CLOCK, WEATHER] if isinstance(
            tool_choice, dict) else [WEATHER], tool_choice=tool_choice)
        (call, *_) = answer.choices[0].message.tool_calls
        assert call.type == "function" and call.function.name == "get_weather" and call.id.startswith("call_")
        check_weather(json.loads(call.function.arguments))
    assert answer.choices[0].finish_reason in ("tool_calls", "stop")


def check_weather(arguments):
    assert set(arguments) == {"city", "unit", "days"} and isinstance(arguments["city"], str)
    assert arguments["unit"] in ("celsius", "fahrenheit") and 1 <= arguments["days"] <= 14


def test_no_tool_when_none_is_allowed(sdk):
    answer = sdk.chat.completions.create(**ask("Weather in Paris?"), tools=[WEATHER], tool_choice="none")
    assert not answer.choices[0].message.tool_calls and answer.choices[0].message.content


def test_streamed_tool_calls(sdk):
    calls, finish = {}, None
    for part in sdk.chat.completions.create(**ask("Weather in Paris?"), tools=[WEATHER], tool_choice="required", stream=True):
        for call in part.choices[0].delta.tool_calls or []:
            seen = calls.setdefault(call.index, {"id": None, "name": None, "arguments": ""})
            if call.id:
                assert seen["id"] is None, "id and name are never repeated"
                seen.update(id=call.id, name=call.function.name)
            seen["arguments"] += call.function.arguments or ""
        finish = part.choices[0].finish_reason or finish
    assert finish == "tool_calls" and calls[0]["name"] == "get_weather"
    check_weather(json.loads(calls[0]["arguments"]))


def test_parallel_tool_calls_and_their_results(sdk):
    question = {"role": "user", "content": "What is the weather in Paris, London and Tokyo?"}
    first = sdk.chat.completions.create(model="gpt-4o-mini", messages=[question], tools=[WEATHER], tool_choice="required")
    calls = first.choices[0].message.tool_calls
    assert len(calls) > 1 and len({call.id for call in calls}) == len(calls)
    results = [{"role": "tool", "tool_call_id": call.id, "content": f"{n} degrees"} for n, call in enumerate(calls)]
    second = sdk.chat.completions.create(
        model="gpt-4o-mini", messages=[question, first.choices[0].message, *results], tools=[WEATHER])
    assert second.choices[0].message.content and second.choices[0].finish_reason == "stop"
    single = sdk.chat.completions.create(
        model="gpt-4o-mini", messages=[question], tools=[WEATHER], tool_choice="required", parallel_tool_calls=False)
    assert len(single.choices[0].message.tool_calls) == 1


def test_an_engines_tool_calls_pass_through(sdk_live, upstream):
    def script(exchange):
        def call(index, function, **more):
            return {"index": index, **more, "function": function}

        exchange.open_stream()
        exchange.chunk([choice({"role": "assistant", "content": None, "tool_calls": [
            call(0, {"name": "get_weather", "arguments": ""}, id="call_a", type="function")]})])
        for piece in ('{"ci', 'ty":"Par', 'is"}'):
            exchange.chunk([choice({"tool_calls": [call(0, {"arguments": piece})]})])
        exchange.chunk([choice({"tool_calls": [call(1, {"name": "get_time", "arguments": "{}"}, id="call_b", type="function")]})])
        exchange.chunk([choice({}, finish="tool_calls")])
        exchange.chunk([], usage())
        exchange.done()

    upstream.scripts["tools"] = script
    with sdk_live.chat.completions.stream(
            model="tools", messages=[{"role": "user", "content": "x"}], tools=[WEATHER, CLOCK]) as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    assert [(call.id, call.function.name, call.function.arguments) for call in calls] == [
        ("call_a", "get_weather", '{"city":"Paris"}'), ("call_b", "get_time", "{}")]


# Structured outputs.

class Step(BaseModel):
    explanation: str
    result: int


class Solution(BaseModel):
    steps: list[Step]
    final_answer: str
    confidence: Literal["low", "high"]


def test_parse_into_a_model(sdk):
    answer = sdk.chat.completions.parse(**ask("Solve 8x + 31 = 2"), response_format=Solution)
    solution = answer.choices[0].message.parsed
    assert isinstance(solution, Solution) and solution.confidence in ("low", "high")


def test_a_json_schema(sdk):
    schema = {"type": "object", "additionalProperties": False, "required": ["name", "age"],
              "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 18, "maximum": 99}}}
    for stream in (False, True):
        fields = dict(**ask("Invent a person"), response_format={
            "type": "json_schema", "json_schema": {"name": "person", "schema": schema, "strict": True}})
        if stream:
            text = "".join(part.choices[0].delta.content or "" for part in sdk.chat.completions.create(**fields, stream=True))
        else:
            text = sdk.chat.completions.create(**fields).choices[0].message.content
        person = json.loads(text)
        assert set(person) == {"name", "age"} and 18 <= person["age"] <= 99


def test_a_json_object(sdk):
    answer = sdk.chat.completions.create(**ask("Give me some JSON"), response_format={"type": "json_object"})
    assert isinstance(json.loads(answer.choices[0].message.content), dict)


def test_a_refusal_is_a_refusal(sdk_live, upstream):
    def script(exchange):
        message = {"role": "assistant", "content": None, "refusal": "I can't.", "annotations": []}
        whole = [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}]
        exchange.reply(200, completion("m", choices=whole))

    upstream.scripts["refuses"] = script
    answer = sdk_live.chat.completions.parse(
        model="refuses", messages=[{"role": "user", "content": "x"}], response_format=Solution)
    assert answer.choices[0].message.refusal == "I can't." and answer.choices[0].message.parsed is None


# Vision.

def picture(kind, size=(64, 48)):
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, kind)
    media = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp", "GIF": "gif"}[kind]
    return f"data:image/{media};base64,{base64.b64encode(file.getvalue()).decode()}"


def look(url, **more):
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "What is in this image?"}, {"type": "image_url", "image_url": {"url": url, **more}}]}]}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_inside_the_request(sdk, sdk_live, upstream, kind):
    url = picture(kind)
    said = sdk.chat.completions.create(**look(url)).choices[0].message.content
    assert kind.lower() in said.lower() and "64" in said and "48" in said, "the sandbox names format and dimensions"
    sdk_live.chat.completions.create(**look(url, detail="low"))
    sent = upstream.asked("plain")[-1].json["messages"][0]["content"][1]["image_url"]
    assert sent == {"url": url, "detail": "low"}


@pytest.mark.parametrize("model, detail, size, tokens", [
    ("gpt-4o-mini", "low", (64, 48), 2833), ("gpt-4o-mini", "high", (64, 48), 8500), ("gpt-4o", "high", (1024, 1024), 765),
    ("gpt-4.1", "auto", (540, 360), 425), ("gpt-4.1-mini", "high", (128, 64), 14), ("gpt-4.1-nano", "high", (540, 360), 503),
])
def test_the_sandbox_counts_images_as_the_bill_does(sdk, model, detail, size, tokens):
    words = {"model": model, "messages": [{"role": "user", "content": [{"type": "text", "text": "Describe."}]}]}
    seen = {"model": model, "messages": [{"role": "user", "content": [
        {"type": "text", "text": "Describe."}, {"type": "image_url", "image_url": {"url": picture("PNG", size), "detail": detail}}]}]}
    without = sdk.chat.completions.create(**words).usage.prompt_tokens
    assert sdk.chat.completions.create(**seen).usage.prompt_tokens - without == tokens


def test_an_image_address_is_passed_on_and_never_fetched(sdk_live, upstream):
    url = "https://example.com/some%20cat.jpg?size=large"
    assert sdk_live.chat.completions.create(**look(url)).choices[0].message.content == "Ok."
    assert upstream.asked("plain")[-1].json["messages"][0]["content"][1]["image_url"]["url"] == url


# Errors.

def test_a_wrong_key(server):
    made = client(server, "sk-not-a-key-of-this-server-0123456789")
    with pytest.raises(openai.AuthenticationError) as caught:
        made.chat.completions.create(**ask("Hello"))
    assert caught.value.code == "invalid_api_key" and caught.value.type == "invalid_request_error"
    assert "0123456789" not in str(caught.value) and len(made.sent) == 1
    assert caught.value.request_id


def test_an_unknown_model(sdk_live):
    with pytest.raises(openai.NotFoundError) as caught:
        sdk_live.chat.completions.create(model="gpt-99", messages=[{"role": "user", "content": "x"}])
    assert caught.value.code == "model_not_found" and "gpt-99" in caught.value.message


def test_a_bad_value(sdk_live):
    with pytest.raises(openai.BadRequestError) as caught:
        sdk_live.chat.completions.create(**ask("Hello"), temperature=3)
    assert caught.value.param == "temperature" and caught.value.code == "decimal_above_max_value"


def test_an_empty_balance_is_not_retried(server, upstream):
    customer = server.customer()
    made = client(server, customer.key)
    asked = len(upstream.asked())
    for stream in (False, True):
        made.sent.clear()
        with pytest.raises(openai.RateLimitError) as caught:
            made.chat.completions.create(**ask("Hello"), stream=stream)
        assert caught.value.code == "insufficient_quota" and caught.value.type == "insufficient_quota"
        assert caught.value.response.headers["x-should-retry"] == "false"
        assert len(made.sent) == 1
    assert len(upstream.asked()) == asked


@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_is_busy_once_is_asked_again(sdk_live, live, upstream, stream):
    busy = [True]

    def script(exchange):
        if busy.pop() if busy else False:
            exchange.reply(503, {"error": {"message": "overloaded", "type": "server_error", "param": None, "code": None}})
        else:
            plain(exchange)

    upstream.scripts["flaky"] = script
    asked = len(upstream.asked("flaky"))
    sdk_live.sent.clear()
    with live.charged(SAMPLE_COST):
        answer = sdk_live.chat.completions.create(
            model="flaky", messages=[{"role": "user", "content": "x"}], stream=stream)
        text = "".join(part.choices[0].delta.content or "" for part in answer) if stream else answer.choices[0].message.content
    assert text == "Ok." and len(upstream.asked("flaky")) - asked == 2


def test_an_engine_that_is_dead_is_a_server_error(server, live, upstream):
    upstream.scripts["dead"] = lambda exchange: exchange.reset()
    made = client(server, live.key, max_retries=0)
    with live.charged(0):
        for stream in (False, True):
            with pytest.raises(openai.InternalServerError) as caught:
                made.chat.completions.create(model="dead", messages=[{"role": "user", "content": "x"}], stream=stream)
            assert caught.value.status_code in (502, 503)


def test_an_error_in_mid_stream_raises(sdk, server, live, upstream):
    with pytest.raises(openai.APIError):
        list(sdk.chat.completions.create(**ask("[sandbox: break after=3]"), stream=True))

    def script(exchange):
        exchange.open_stream()
        exchange.text("half a ")
        exchange.event({"error": {"message": "gone", "type": "server_error", "param": None, "code": None}})
        exchange.finish()

    upstream.scripts["dead"] = script
    with pytest.raises(openai.APIError):
        list(client(server, live.key).chat.completions.create(
            model="dead", messages=[{"role": "user", "content": "x"}], stream=True))


def test_reasoning_text_passes(sdk_live, upstream):
    def script(exchange):
        exchange.open_stream()
        exchange.chunk([choice({"role": "assistant", "reasoning_content": "hm"})])
        exchange.text("Ok.")
        exchange.chunk([choice({}, finish="stop")])
        exchange.chunk([], usage(completion_tokens_details={"reasoning_tokens": 2}))
        exchange.done()

    upstream.scripts["thinks"] = script
    parts = list(sdk_live.chat.completions.create(model="thinks", messages=[{"role": "user", "content": "x"}], stream=True))
    assert "".join(part.choices[0].delta.content or "" for part in parts if part.choices) == "Ok."


# Models.

def test_models(sdk_live):
    listed = {model.id: model for model in sdk_live.models.list()}
    assert set(BUILT_IN) <= set(listed)
    one = sdk_live.models.retrieve("gpt-4o")
    assert one.object == "model" and one.id == "gpt-4o" and one.kind == "chat" and one.available is True
    assert Decimal(one.price["input"]) == Decimal("2.5") and Decimal(one.price["output"]) == 10
    with pytest.raises(openai.NotFoundError) as caught:
        sdk_live.models.retrieve("gpt-99")
    assert caught.value.code == "model_not_found"


def test_the_scripts_speak_openai():
    """What the scripted upstream says is itself what the SDK reads."""
    assert openai.types.chat.ChatCompletion.model_validate(completion("m")).usage.total_tokens == 20
    assert openai.types.chat.ChatCompletionChunk.model_validate(chunk("m", [choice({"content": "x"})])).choices[0].index == 0
