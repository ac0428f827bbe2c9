"""Values that are none, fields that do not go together, texts that are not JSON: 400, the field named, no cost."""

import json

import pytest

from minitoolai import NATIVE, V1, question
from refusals import ANY, GOOD, image, parts, refused

pytestmark = pytest.mark.usefixtures("costs_nothing")
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


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
