"""Five recorded streams as upstreams write them, cut at any byte by the runs: what a real one sends, in its own way of framing."""

import json
from dataclasses import dataclass


@dataclass
class Recorded:
    data: bytes
    #: (offset at which an event is complete, bytes of output up to and with it)
    marks: list
    usage: dict | None
    #: Where the event that carries it is complete.
    usage_at: int = 0

    def output_before(self, at):
        return max((out for offset, out in self.marks if offset <= at), default=0)


def chunk(delta, finish=None, usage=None, **more):
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    return {"id": "chatcmpl-B8", "object": "chat.completion.chunk", "created": 1740734359, "model": "recorded-1", "choices": choices,
            "usage": usage, **more}


def record(head, blocks, usage, *, frame):
    """`blocks`: (text, bytes of output in it). Each is framed for itself."""
    data, marks, out, usage_at = head.encode(), [], 0, 0
    for text, size in blocks:
        data += frame(text.encode())
        out += size
        # An event is complete before the line end of its chunk.
        marks.append((len(data) - (2 if frame is chunked else 0), out))
        if '"prompt_tokens"' in text:
            usage_at = marks[-1][0]
    data += frame(b"") if frame is chunked else b""
    return Recorded(data, marks, usage, usage_at)


def chunked(raw):
    return b"%x\r\n%s\r\n" % (len(raw), raw)


def data(value, ascii_only=True, separators=None):
    return "data: " + json.dumps(value, ensure_ascii=ascii_only, separators=separators) + "\n\n"


def official(prompt, completion):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0}}


HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
CHUNKED = HEAD + "transfer-encoding: chunked\r\n\r\n"
DONE = ("data: [DONE]\n\n", 0)


def plain():
    """OpenAI: a role, words, the end, usage."""
    blocks = [(data(chunk({"role": "assistant", "content": "", "refusal": None})), 0)]
    blocks += [(data(chunk({"content": word})), len(word)) for word in ("Hello", " there", ", friend", ".")]
    blocks += [(data(chunk({}, "stop")), 0), (data(chunk(None, usage=official(17, 9))), 0), DONE]
    return record(CHUNKED, blocks, {"prompt": 17, "completion": 9}, frame=chunked)


def spoken():
    """Text beyond ASCII, so that a cut falls within a character; no usage."""
    words = ("héé", "你好", "🙂🙂", " ok")
    blocks = [(data(chunk({"role": "assistant", "content": ""}), False), 0)]
    blocks += [(data(chunk({"content": word}), False), len(word.encode())) for word in words]
    blocks += [(data(chunk({}, "stop"), False), 0), DONE]
    return record(CHUNKED, blocks, None, frame=chunked)


def tools():
    """A tool's name and its arguments in pieces."""
    def call(**more):
        return {"tool_calls": [{"index": 0, **more}]}
    blocks = [
        (data(chunk({"role": "assistant", "content": None})), 0),
        (data(chunk(call(id="call_1", type="function", function={"name": "weather", "arguments": ""}))), 7),
        (data(chunk(call(function={"arguments": '{"city":'}))), 8),
        (data(chunk(call(function={"arguments": ' "Oslo"}'}))), 8),
        (data(chunk({}, "tool_calls")), 0), (data(chunk(None, usage=official(40, 12))), 0), DONE]
    return record(CHUNKED, blocks, {"prompt": 40, "completion": 12}, frame=chunked)


def closed():
    """An old server: no framing, the connection's end is the body's; comments between."""
    blocks = [(": waiting\n\n", 0), (data(chunk({"role": "assistant", "content": "One"}), separators=(",", ":")), 3)]
    blocks += [(data(chunk({"content": word}), separators=(",", ":")), len(word)) for word in (" two", " three")]
    blocks += [(data(chunk({}, "stop", usage=official(11, 5)), separators=(",", ":")), 0), DONE]
    length = sum(len(text.encode()) for text, _ in blocks)
    return record(HEAD + f"content-length: {length}\r\n\r\n", blocks, {"prompt": 11, "completion": 5}, frame=bytes)


def gathered():
    """A proxy gathers: all events in two pieces, lines ended as on Windows."""
    first = data(chunk({"role": "assistant", "content": "Up"})) + data(chunk({"content": " and away"}))
    rest = data(chunk({}, "stop")) + data(chunk(None, usage=official(9, 4))) + DONE[0]
    blocks = [(first.replace("\n", "\r\n"), 10), (rest.replace("\n", "\r\n"), 0)]
    recorded = record(CHUNKED, blocks, {"prompt": 9, "completion": 4}, frame=chunked)
    # The first word is complete where the first event of its piece is; a line is at an end with its carriage return.
    at = recorded.data.index(b"\r\n\r\n", recorded.data.index(b"Up")) + 3
    whole = recorded.data.index(b"\r\n\r\n", recorded.data.index(b" and away")) + 3
    recorded.marks = [(at, 2), (whole, 10)]
    recorded.usage_at = recorded.data.index(b"\r\n\r\n", recorded.data.index(b"prompt_tokens")) + 3
    return recorded


STREAMS = {"plain": plain(), "spoken": spoken(), "tools": tools(), "closed": closed(), "gathered": gathered()}
