"""The upstream, a process of its own: it does what the prompt of each request says, and writes down what it did.

A prompt is a JSON object, its plan: `m` names the request, `do` what becomes of it, the rest are its particulars.

    finish   `words` pieces of `size` bytes, `pace` seconds apart, the first after `wait`; usage when `usage` says one
    refuse   an error with `status`
    early    the connection is reset before a byte of an answer
    reset    after `words`; `close` and `error` end it in those ways
    stall    after `words` nothing more comes until the gateway leaves
    finish   again: `tail` seconds before its end, `usages` are sent as they stand instead of a usage
    raw      the bytes of `body`, up to `at`, then the connection is reset; `whole` says that nothing was cut

What stands under `on` and an engine's name (the first folder of the path) holds for that engine alone. What follows the object is
padding.

`python -m rig.upstream LOG` prints the port.
"""

import argparse
import asyncio
import itertools
import json
import socket
import struct
import sys
import time

CREATED = 1740734359
ERROR = {"error": {"message": "the upstream says no, at some length, so that it would cost something", "type": "server_error"}}


class Log:
    """Appended to line by line; each line is one write."""

    def __init__(self, path):
        self._file = open(path, "ab", buffering=0)
        self._numbers = itertools.count(1)

    def number(self):
        return next(self._numbers)

    def say(self, event, number, **more):
        self._file.write(json.dumps({"t": time.monotonic(), "e": event, "n": number, **more}).encode() + b"\n")


class Gone(Exception):
    pass


class Exchange:
    """One request and the answer being made to it."""

    def __init__(self, server, reader, writer, headers, path, body):
        self.log, self.reader, self.writer = server.log, reader, writer
        self.asked = json.loads(body)
        engine = path.strip("/").split("/")[0]
        self.plan, _ = json.JSONDecoder().raw_decode(self.asked["messages"][-1]["content"])
        self.plan |= self.plan.get("on", {}).get(engine, {})
        self.number, self.out, self.first = self.log.number(), 0, True
        self.stream = bool(self.asked.get("stream"))
        self.cap = self.asked.get("max_tokens") or self.asked.get("max_completion_tokens") or 0
        self.log.say(
            "S", self.number, id=headers.get("x-client-request-id"), m=self.plan.get("m"), engine=engine,
            cap=self.cap, choices=self.asked.get("n") or 1, stream=self.stream)

    async def send(self, data):
        if self.writer.transport.is_closing():
            raise Gone
        self.writer.write(data)
        try:
            await self.writer.drain()
        except OSError:
            raise Gone from None

    async def pause(self, seconds):
        """Waits, but no longer than the gateway stays."""
        if seconds <= 0:
            return
        try:
            more = await asyncio.wait_for(self.reader.read(1), seconds)
        except TimeoutError:
            return
        except OSError:
            raise Gone from None
        if not more:
            raise Gone
        raise AssertionError("the gateway speaks out of turn")

    def reset(self):
        """Ends the connection with RST, as a crashed upstream does."""
        line = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def answer(self):
        """Returns whether the connection can carry another request."""
        plan = self.plan
        try:
            await self.pause(plan.get("wait", 0))
            match plan["do"]:
                case "refuse":
                    await self._reply(plan.get("status", 500), ERROR)
                    self.log.say("R", self.number, status=plan.get("status", 500))
                    return True
                case "early":
                    self.reset()
                    self._end("B")
                    return False
                case "raw": return await self._raw()
                case _ if self.stream: return await self._stream()
                case _: return await self._whole()
        except Gone:
            self._end("L")
            return False

    def _end(self, event, **more):
        self.log.say(event, self.number, out=self.out, **more)

    def _usage(self):
        return self.plan.get("usage")

    async def _reply(self, status, value):
        body = json.dumps(value).encode()
        await self.send(b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body))

    async def _whole(self):
        plan = self.plan
        text = "w" * (plan.get("words", 1) * plan.get("size", 5))
        await self.pause(plan.get("pace", 0) * plan.get("words", 1))
        if plan["do"] in ("reset", "close", "error"):
            await self.send(b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{\"id\": \"x\", ")
            self.reset()
            self._end("B")
            return False
        if plan["do"] == "stall":
            await self.pause(600)
        usage = self._usage()
        self.out = len(text)
        await self._reply(200, {
            "id": "chatcmpl-upstream", "object": "chat.completion", "created": CREATED, "model": self.asked["model"],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "logprobs": None, "finish_reason": "stop"}],
            **({"usage": official(usage)} if usage else {})})
        self._end("F", usage=usage)
        return True

    async def _stream(self):
        plan, usage = self.plan, self._usage()
        await self.send(b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                        + framed(event(self.asked["model"], {"role": "assistant", "content": ""})))
        size, pace = plan.get("size", 5), plan.get("pace", 0)
        piece = framed(event(self.asked["model"], {"content": "w" * size}))
        for word in range(plan.get("words", 1)):
            if word:
                await self.pause(pace)
            # Counted before it is sent: what is on its way may have arrived.
            self.out += size
            if self.first:
                self.first = False
                self.log.say("T", self.number)
            await self.send(piece)
        match plan["do"]:
            case "reset":
                await self.pause(plan.get("settle", 0))
                self.reset()
            case "close": self.writer.close()
            case "error":
                await self.send(framed("data: " + json.dumps(ERROR) + "\n\n") + b"0\r\n\r\n")
                self._end("B")
                return True
            case "stall":
                await self.pause(600)
                self.writer.close()
            case _:
                await self.pause(plan.get("tail", 0))
                last = [event(self.asked["model"], {}, finish="stop")]
                for one in plan.get("usages", [official(usage)] if usage else []):
                    last.append(event(self.asked["model"], None, usage=one))
                await self.send(framed("".join(last) + "data: [DONE]\n\n") + b"0\r\n\r\n")
                self._end("F", usage=usage)
                return True
        self._end("B")
        return False

    async def _raw(self):
        recorded = STREAMS[self.plan["body"]]
        at = self.plan["at"]
        data = recorded.data[:at]
        self.out = recorded.output_before(at)
        if self.out:
            self.log.say("T", self.number)
        if data:
            await self.send(data)
        whole = at >= len(recorded.data)
        if whole:
            self._end("F", usage=recorded.usage)
            return True
        # Long enough for the bytes to be read on most runs; the books must be right either way.
        await asyncio.sleep(self.plan.get("settle", 0))
        self.reset()
        self._end("B", usage=recorded.usage if at >= recorded.usage_at else None)
        return False


def official(usage):
    return {
        "prompt_tokens": usage["prompt"], "completion_tokens": usage["completion"],
        "total_tokens": usage["prompt"] + usage["completion"], "prompt_tokens_details": {"cached_tokens": usage.get("cached", 0)},
    }


def event(model, delta, finish=None, usage=None):
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    return "data: " + json.dumps({
        "id": "chatcmpl-upstream", "object": "chat.completion.chunk", "created": CREATED, "model": model, "choices": choices,
        "usage": usage}) + "\n\n"


def framed(text):
    data = text.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


from .streams import STREAMS  # noqa: E402  (the recorded streams are written with the functions above)


class Server:
    def __init__(self, log):
        self.log = Log(log)

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *fields = head.decode("latin-1").rstrip("\r\n").split("\r\n")
                headers = {name.lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = first.split(" ", 2)
                if method != "POST":
                    writer.write(b'HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 28\r\n\r\n{"object":"list","data":[]}\n')
                    continue
                if not await Exchange(self, reader, writer, headers, path, body).answer():
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    options = parser.parse_args()
    server = await asyncio.start_server(Server(options.log).serve, "127.0.0.1", 0, backlog=4096, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Its life is its parent's: the end of standard input is the end.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
