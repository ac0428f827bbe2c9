"""Callers: each asks, reads as it pleases, perhaps leaves, and what it saw is written down."""

import asyncio
import itertools
import json
import time
from decimal import Decimal

V1, NATIVE = "/v1/chat/completions", "/api/chat-completions/"


class Log:
    def __init__(self, path):
        self._file = open(path, "ab", buffering=0)

    def say(self, event, **more):
        self._file.write(json.dumps({"t": time.monotonic(), "e": event, **more}).encode() + b"\n")


def nanodollars(text):
    return int(Decimal(text).scaleb(9).to_integral_exact())


class Seen:
    """What came of one request, as far as its caller could see. What it amounts to is written when it is over."""

    def __init__(self, stream):
        self.stream, self.request, self.status, self.bytes = stream, None, None, 0
        self.done = self.error = self.left = self.cut = False
        self.cost = self.balance = self.usage = self.code = None
        self.samples, self._rest = [], b""

    def head(self, status, fields):
        self.status, self.request = status, fields.get("x-request-id")
        if "x-minitoolai-cost" in fields:
            self.cost = nanodollars(fields["x-minitoolai-cost"])

    def body(self, data, now):
        """Some bytes of a stream: whole lines are looked at."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self._line(line.rstrip(b"\r"))
        if not self.samples or now - self.samples[-1][0] > 0.2:
            self.samples.append((now, self.bytes))

    def _line(self, line):
        if line.startswith(b": cost "):
            _, _, cost, _, balance = line.decode().split(" ")
            self.cost, self.balance = nanodollars(cost), nanodollars(balance)
        elif line == b"data: [DONE]":
            self.done = True
        elif line.startswith(b"data: "):
            value = json.loads(line[6:])
            self.error = self.error or "error" in value
            self.usage = value.get("usage") or self.usage
            for choice in value.get("choices", ()):
                self.bytes += output(choice["delta"])

    def whole(self, body):
        """A body that is no stream, all of it."""
        value = json.loads(body)
        if self.status == 200:
            self.bytes, self.usage, self.done = output(value["choices"][0]["message"]), value["usage"], True
        else:
            self.error, self.code = True, value["error"]["code"]


def output(message):
    size = len((message.get("content") or "").encode())
    for call in message.get("tool_calls") or ():
        function = call.get("function", {})
        size += len((function.get("name") or "").encode()) + len((function.get("arguments") or "").encode())
    return size


class Caller:
    """Somebody with a key. `server` has the port; it may be restarted behind the caller's back."""

    _numbers = itertools.count(1)

    def __init__(self, server, log, account, key):
        self.server, self.log, self.account, self.key = server, log, account, key
        self._line = None

    async def ask(self, plan, *, model="solid", stream=True, path=V1, leave_bytes=None, leave_after=None, rate=None, pad=0, **fields):
        """One chat. `leave_bytes` and `leave_after` (seconds): hangs up then; `rate`: reads so many bytes a second, 0 none at all."""
        marker = f"m{next(Caller._numbers)}"
        plan = {"m": marker, **plan}
        text = json.dumps(plan) + " " * pad
        body = {"model": model, "messages": [{"role": "user", "content": text}], "stream": stream, **fields}
        seen = Seen(stream)
        self.log.say("ask", m=marker, account=self.account, stream=stream)
        try:
            await asyncio.wait_for(self._exchange(path, json.dumps(body).encode(), seen, leave_bytes, rate), leave_after)
        except TimeoutError:
            seen.left = True
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            seen.cut = True
        if seen.left or seen.cut or rate is not None:
            self.hang_up()
        self.log.say("answer", m=marker, request=seen.request, status=seen.status, bytes=seen.bytes, done=seen.done, error=seen.error,
                     left=seen.left, cost=seen.cost, balance=seen.balance, usage=seen.usage, samples=seen.samples)
        return seen

    async def balance(self):
        """What the account is shown to have, written down with the moment of asking."""
        asked = time.monotonic()
        try:
            status, _, body = await self._get("/api/account/")
        except (OSError, asyncio.IncompleteReadError):
            self.hang_up()
            return None
        if status == 200:
            shown = json.loads(body)
            self.log.say("balance", account=self.account, book="live", asked=asked, available=nanodollars(shown["balance"]),
                         held=nanodollars(shown["held"]))
            return shown
        return None

    def hang_up(self):
        if self._line:
            self._line[1].transport.abort()
            self._line = None

    async def _connect(self):
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self.server.port, limit=1 << 20)
        return self._line

    async def _send(self, method, path, body):
        reader, writer = await self._connect()
        writer.write(
            b"%s %s HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            % (method, path.encode(), self.key.encode(), len(body), body))
        return reader

    async def _head(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        status = int(first.split(" ")[1])
        if status < 200:
            return await self._head(reader)
        return status, {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}

    async def _get(self, path):
        reader = await self._send(b"GET", path, b"")
        status, fields = await self._head(reader)
        body = await reader.readexactly(int(fields["content-length"]))
        self._done_with(fields)
        return status, fields, body

    def _done_with(self, fields):
        if fields.get("connection", "").lower() == "close":
            self.hang_up()

    async def _exchange(self, path, body, seen, leave_bytes, rate):
        reader = await self._send(b"POST", path, body)
        if rate is not None:
            return await self._dawdle(reader, seen, rate)
        status, fields = await self._head(reader)
        seen.head(status, fields)
        if "transfer-encoding" not in fields:
            seen.whole(await reader.readexactly(int(fields["content-length"])))
            return self._done_with(fields)
        while size := int(await reader.readuntil(b"\r\n"), 16):
            data = await reader.readexactly(size + 2)
            seen.body(data[:-2], time.monotonic())
            if leave_bytes is not None and seen.bytes >= leave_bytes and not seen.done:
                seen.left = True
                return
        await reader.readexactly(2)
        # A body that ends without its end is a failure that was told.
        self._done_with(fields)

    async def _dawdle(self, reader, seen, rate):
        """Reads slowly, or never: what it sees of the answer is not counted, and it is as one who left."""
        seen.left = True
        self._line[1].transport.pause_reading()
        until = time.monotonic() + 300
        while time.monotonic() < until and not reader.at_eof():
            await asyncio.sleep(1)
            if rate and not self._line[1].transport.is_closing():
                self._line[1].transport.resume_reading()
                try:
                    await asyncio.wait_for(reader.read(rate), 1)
                except TimeoutError:
                    pass
                self._line[1].transport.pause_reading()
