"""A scripted upstream: a real server on loopback that answers chats byte by byte as a script says, and remembers who asked.

The first folder of the base URL names the script, so that one upstream stands for many engines:
`http://127.0.0.1:PORT/html/v1` is answered by `scripts["html"]`, and what no script names gets a plain OpenAI answer.
"""

import json
import socket
import struct
import threading
import time

FINGERPRINT = "fp_06737a9306"
CREATED = 1740734359


class Exchange:
    """One request and the answer being made to it. A script is a function that takes this."""

    def __init__(self, line, method, path, headers, body):
        self._line = line
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.at = time.monotonic()
        self._chunked = False
        self._over = False  # the connection cannot carry another request
        #: "finished", "cut" (the gateway closed first) or "open".
        self.outcome = "open"
        self.closed = threading.Event()

    @property
    def script(self):
        return self.path.lstrip("/").split("/", 1)[0]

    @property
    def json(self):
        return json.loads(self.body)

    # Raw bytes and time.

    def send(self, data):
        if isinstance(data, str):
            data = data.encode()
        try:
            self._line.sendall(data)
        except OSError:
            self.outcome, self._over = "cut", True
            raise Gone from None

    def pause(self, seconds):
        """Waits, but no longer than the gateway stays."""
        self._wait_for_close(seconds)
        if self.outcome == "cut":
            raise Gone

    def wait(self, event, seconds=20):
        """Waits for an event of the test, but no longer than the gateway stays."""
        until = time.monotonic() + seconds
        while not event.is_set() and time.monotonic() < until:
            self.pause(0.01)

    def close(self):
        self._over = True
        self._line.close()

    def reset(self):
        """Ends the connection with RST, as a crashed upstream does."""
        self._over = True
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._line.close()

    def _wait_for_close(self, seconds):
        self._line.settimeout(max(seconds, 0.001))
        try:
            if self._line.recv(1, socket.MSG_PEEK) == b"":
                self.outcome, self._over = "cut", True
            else:
                time.sleep(seconds)
        except TimeoutError:
            pass
        except OSError:
            self.outcome, self._over = "cut", True
        finally:
            if not self._over:
                self._line.settimeout(None)

    # HTTP.

    def head(self, status=200, chunked=False, **headers):
        self._chunked = chunked
        lines = [f"HTTP/1.1 {status} X"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if chunked:
            lines.append("transfer-encoding: chunked")
        self.send("\r\n".join(lines) + "\r\n\r\n")

    def reply(self, status, body, content_type="application/json", **headers):
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.head(status, content_type=content_type, content_length=len(body), **headers)
        self.send(body)

    def part(self, data):
        """One chunk of the body."""
        if isinstance(data, str):
            data = data.encode()
        self.send(b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data)

    def finish(self):
        if self._chunked:
            self.send(b"0\r\n\r\n")
        self.outcome = "finished"

    # Server-sent events in OpenAI's form.

    def open_stream(self):
        self.head(200, chunked=True, content_type="text/event-stream; charset=utf-8")

    def event(self, value):
        self.part("data: " + (value if isinstance(value, str) else json.dumps(value)) + "\n\n")

    def chunk(self, choices, usage=None, **more):
        self.event(chunk(self.json["model"], choices, usage, **more))

    def text(self, text, index=0):
        self.chunk([choice({"content": text}, index)])

    def done(self):
        self.event("[DONE]")
        self.finish()


class Gone(Exception):
    """The gateway closed the connection."""


def choice(delta, index=0, finish=None):
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}


def chunk(model, choices, usage=None, **more):
    return {
        "id": "chatcmpl-upstream", "object": "chat.completion.chunk", "created": CREATED, "model": model,
        "service_tier": "default", "system_fingerprint": FINGERPRINT, "choices": choices, "usage": usage, **more,
    }


def usage(prompt=17, completion=3, **more):
    return {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        }, **more,
    }


def completion(model, text="Ok.", usage_=None, choices=None, finish="stop"):
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    return {
        "id": "chatcmpl-upstream", "object": "chat.completion", "created": CREATED, "model": model,
        "choices": choices or [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": usage_ or usage(), "service_tier": "default", "system_fingerprint": FINGERPRINT,
    }


def plain(exchange, pieces=("Ok", "."), used=None):
    """What OpenAI would answer: two pieces of text, 17 tokens in and 3 out."""
    asked = exchange.json
    used = used or usage()
    if not asked.get("stream"):
        exchange.reply(200, completion(asked["model"], "".join(pieces), used))
        return
    exchange.open_stream()
    count = asked.get("n") or 1
    for index in range(count):
        exchange.chunk([choice({"role": "assistant", "content": "", "refusal": None}, index)])
    for piece in pieces:
        for index in range(count):
            exchange.text(piece, index)
    for index in range(count):
        exchange.chunk([choice({}, index, "stop")])
    if (asked.get("stream_options") or {}).get("include_usage"):
        exchange.chunk([], used)
    exchange.done()


class Upstream:
    """Listens until closed. Keep-alive; a thread per connection, which is plenty for what a gateway lets through."""

    def __init__(self):
        self.scripts = {}
        self._asked = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, script="plain"):
        return f"http://127.0.0.1:{self.port}/{script}/v1"

    def asked(self, script=None):
        """The chats asked so far, of one script or of all; what only looks around (GET) is not counted."""
        with self._lock:
            return [one for one in self._asked if one.method == "POST" and script in (None, one.script)]

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        rest = b""
        try:
            while True:
                exchange, rest = _read(line, rest)
                if exchange is None:
                    return
                with self._lock:
                    self._asked.append(exchange)
                try:
                    self._answer(exchange)
                except Gone:
                    return
                finally:
                    exchange.closed.set()
                if exchange._over:
                    return
        except OSError:
            pass
        finally:
            line.close()

    def _answer(self, exchange):
        if exchange.method == "GET":
            exchange.reply(200, {"object": "list", "data": [{"id": "up-model", "object": "model", "created": 0, "owned_by": "x"}]})
        else:
            self.scripts.get(exchange.script, plain)(exchange)
        if exchange.outcome == "open" and not exchange._over:
            exchange.outcome = "finished"


def _read(line, rest):
    """One request with its body, and what came after it; (None, b"") at the end."""
    while b"\r\n\r\n" not in rest:
        more = line.recv(65536)
        if not more:
            return None, b""
        rest += more
    head, rest = rest.split(b"\r\n\r\n", 1)
    first, *fields = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
    length = int(headers.get("content-length", 0))
    while len(rest) < length:
        more = line.recv(65536)
        if not more:
            return None, b""
        rest += more
    return Exchange(line, method, path, headers, rest[:length]), rest[length:]
