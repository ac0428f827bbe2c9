"""OpenAI's own Python package against the server: answers, whole and streamed, what can be asked for, and models."""

import asyncio
from decimal import Decimal

import openai
import pytest
from openai import AsyncOpenAI

from minitoolai import BUILT_IN, SAMPLE_COST
from sdk import WEATHER, ask
from upstream import chunk, choice, completion, usage

SCRIPTS = ("thinks",)

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


# Thinking, models.

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
