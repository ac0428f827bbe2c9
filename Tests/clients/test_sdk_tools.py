"""OpenAI's own Python package against the server: tools and structured outputs."""

import json
from typing import Literal

from pydantic import BaseModel

from sdk import CLOCK, WEATHER, ask
from upstream import choice, completion, usage

SCRIPTS = ("tools", "refuses")

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
