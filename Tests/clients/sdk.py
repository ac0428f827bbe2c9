"""OpenAI's own Python package as an application sets it up."""

import openai
from openai import OpenAI

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
#: A tool without parameters.
CLOCK = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}


def client(server, key, **options):
    """An SDK client that counts what it sends."""
    counted = []
    http = openai.DefaultHttpxClient(event_hooks={"request": [lambda request: counted.append(request.url.path)]})
    made = OpenAI(base_url=f"{server.url}/v1", api_key=key, http_client=http, **options)
    made.sent = counted
    return made


def ask(text):
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]}
