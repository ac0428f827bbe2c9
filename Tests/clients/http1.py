"""HTTP/1.1 by hand, so that a test sees the bytes: whether a body ended or was cut, and what stood in every frame."""

import asyncio
import json
import socket
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    #: The connection ended before the body did.
    cut: bool

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """OpenAI's error object; all four keys are always there."""
        value = self.json["error"]
        assert set(value) == {"message", "type", "param", "code"}, value
        return value

    @property
    def events(self):
        return events(self.body)

    @property
    def chunks(self):
        return [one for one in self.events if isinstance(one, dict) and "error" not in one]

    @property
    def failure(self):
        """The error frame that ended a stream, if one did."""
        last = self.events[-1] if self.events else None
        return last["error"] if isinstance(last, dict) and "error" in last else None

    @property
    def done(self):
        return b"data: [DONE]" in self.body

    @property
    def comments(self):
        return [line[1:].strip() for line in self.body.decode().split("\n") if line.startswith(":")]

    def text(self, index=0):
        if b"data: " not in self.body:
            return self.json["choices"][index]["message"]["content"]
        pieces = [one["delta"].get("content") or "" for part in self.chunks for one in part["choices"] if one["index"] == index]
        return "".join(pieces)

    @property
    def usage(self):
        if b"data: " not in self.body:
            return self.json["usage"]
        found = [part["usage"] for part in self.chunks if part.get("usage")]
        return found[-1] if found else None


def events(body):
    """The data of every server-sent event. Only what every SDK survives may stand in a stream: data lines and comments."""
    found = []
    for block in body.decode().split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        assert all(line.startswith("data: ") for line in lines), f"a frame that some SDK dies of: {block!r}"
        if lines:
            data = "\n".join(line.removeprefix("data: ") for line in lines)
            found.append(data if data == "[DONE]" else json.loads(data))
    if "[DONE]" in found:
        assert found.count("[DONE]") == 1 and found[-1] == "[DONE]", "[DONE] is said once, at the end"
    return found


def encode(method, path, body=b"", key=None, headers=(), close=True):
    """The bytes of a request; `body` may be anything that becomes JSON. A header given as None is left out."""
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    fields = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body))}
    if key is not None:
        fields["authorization"] = f"Bearer {key}"
    if close:
        fields["connection"] = "close"
    fields.update(headers)
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return f"{method} {path} HTTP/1.1\r\n".encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def parse(data, ended=True):
    """One answer out of `data` and the bytes after it; None while it is incomplete and the connection stands."""
    if b"\r\n\r\n" not in data:
        assert not ended or not data, f"not an answer: {data[:200]!r}"
        return None, data
    head, rest = data.split(b"\r\n\r\n", 1)
    first, *fields = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ")[1])
    headers = {name.strip().lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body, rest, whole = _unchunk(rest)
    elif "content-length" in headers:
        length = int(headers["content-length"])
        body, rest, whole = rest[:length], rest[length:], len(rest) >= length
    else:
        body, rest, whole = rest, b"", ended
    if not whole and not ended:
        return None, data
    return Answer(status, headers, body, cut=not whole), rest


def _unchunk(data):
    body = b""
    while True:
        size, separator, data = data.partition(b"\r\n")
        if not separator:
            return body, b"", False
        length = int(size.split(b";")[0], 16)
        if length == 0:
            return body, data.removeprefix(b"\r\n"), data.startswith(b"\r\n")
        if len(data) < length + 2:
            return body + data[:length], b"", False
        body, data = body + data[:length], data[length + 2:]


class Line:
    """A client's connection, to be read a little at a time or dropped at a bad moment."""

    def __init__(self, server, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def read_until(self, mark):
        """Reads until `mark` was seen or the other side ended; says which."""
        while mark not in self.data:
            more = self._receive()
            if not more:
                return False
        return True

    def answer(self):
        """The next answer on this connection."""
        while True:
            answer, rest = parse(self.data, ended=False)
            if answer:
                self.data = rest
                return answer
            if not self._receive():
                answer, self.data = parse(self.data, ended=True)
                return answer

    def _receive(self):
        try:
            more = self.socket.recv(65536)
        except ConnectionResetError:
            more = b""
        self.data += more
        return more

    def close(self):
        self.socket.close()


def ask(server, method, path, body=b"", key=None, headers=(), timeout=30):
    """One request on a connection of its own."""
    with Line(server, timeout) as line:
        return line.send(encode(method, path, body, key, headers)).answer()


async def ask_soon(server, method, path, body=b"", key=None):
    """As `ask`, for many at once; None when the connection was refused or ended without an answer."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 22)
    except OSError:
        return None
    try:
        writer.write(encode(method, path, body, key))
        data = b""
        while more := await reader.read(65536):
            data += more
    except OSError:
        pass
    finally:
        writer.close()
    answer, _ = parse(data, ended=True)
    return answer
