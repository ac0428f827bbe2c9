"""Connections full of requests that are nearly right, for a server that must not be confused by them.

A case is what a client sends on one connection. A strict reading of RFC 9112, which knows nothing of the server's parser, says how many
requests are in it; the server may answer each once, and refuse once what is none. The answers themselves must be well formed, and the
same however the bytes are cut. `make fuzz` runs this for as long as one likes: a failure prints the seed that makes the case again.
"""

import argparse
import asyncio
import pathlib
import random
import re
import sys
import tempfile

import http1

#: What may be said of a bad request besides 4xx: a method or a version that is not served here, and a server that is too busy.
KNOWN_5XX = {501, 503, 505}
SILENCE = 0.25  # seconds without a byte, after which nothing more is expected on a connection that stays open

METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"]
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
EVIL = [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\0", b" ", b"\t", b":", b"\x7f", b"\xff", b",", b";", b"0\r\n\r\n", b"HTTP/1.1", b"chunked",
        b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"GET / HTTP/1.1\r\nHost: b\r\n\r\n", b"Host: c\r\n", b"x" * 20000, b"a:\r\n" * 120]


def case(seed, key):
    """The bytes of one connection."""
    dice = random.Random(seed)
    data = b"".join(_request(dice, key) for _ in range(dice.choice([1, 1, 1, 2, 3])))
    for _ in range(dice.choice([0, 1, 1, 2, 4])):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.randint(1, 12))
        what = dice.randrange(6)
        if what == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1:]
        elif what == 1:
            data = data[:at] + dice.choice(EVIL) + data[at:]
        elif what == 2:
            data = data[:at] + data[end:]
        elif what == 3:
            data = data[:end] + data[at:]
        elif what == 4:
            data = data.replace(b"\r\n", dice.choice([b"\n", b"\r", b"\r\n ", b"\r\n"]), dice.randint(1, 3))
        else:
            data = data[:at]
    return data


def _request(dice, key):
    method = dice.choice(METHODS[:2] * 6 + METHODS)
    target = dice.choice(["/healthz", "/readyz", "/v1/models", "/v1/models/gpt-4o-mini", "/v1/chat/completions", "/api/chat-completions/", "/api/account/",
                          "/", "*", "//", "/..", "/%2e%2e/", "http://a/healthz", "/v1/models?x=" + "y" * dice.choice([0, 9000]), "/\u00e9", "healthz"])
    version = dice.choice(["HTTP/1.1"] * 12 + ["HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "http/1.1", "HTTP/1.1 "])
    body = dice.choice([b"", b"{}", b"hello", b'{"model":"gpt-4o-mini","stream":false,"messages":[{"role":"user","content":"Hi"}]}', b"x" * 3000])
    fields = [dice.choice(["Host: a"] * 9 + ["host:b", "Host : a", "", "Host: a\r\nHost: b"])]
    if method != "GET" or dice.random() < 0.2:
        if dice.random() < 0.4:
            fields.append(dice.choice(["Transfer-Encoding: chunked"] * 6 + ["Transfer-Encoding: xchunked", "transfer-encoding:\tCHUNKED", "Transfer-Encoding: gzip, chunked"]))
            body = b"".join(b"%x%s\r\n%s\r\n" % (len(part), dice.choice([b"", b"", b";a=b"]), part) for part in (body[:3], body[3:]) if part)
            body += dice.choice([b"0\r\n\r\n"] * 6 + [b"0\r\nx: y\r\n\r\n", b"0\r\n", b"-1\r\n\r\n", b"0\n\n"])
        if "Transfer-Encoding: chunked" not in fields or dice.random() < 0.1:
            fields.append("Content-Length: " + dice.choice([str(len(body))] * 9 + ["0", "5, 5", "+5", "0x5", "-1", "99999999999999999999", "5\r\nContent-Length: 6"]))
        fields.append("Content-Type: application/json")
    else:
        body = b""
    if dice.random() < 0.4:
        fields.append(f"Authorization: Bearer {key}")
    if dice.random() < 0.3:
        fields.append(dice.choice(["Connection: close", "Connection: keep-alive", "Expect: 100-continue", "Expect: tea", "Upgrade: h2c", "X: \u00fc", "X: y\r\n z",
                                   "Content-Encoding: gzip", "Connection: upgrade\r\nUpgrade: websocket", "X-Request-Id: a", "Idempotency-Key: k"]))
    dice.shuffle(fields)
    head = f"{method} {target} {version}\r\n" + "".join(field + "\r\n" for field in fields if field) + "\r\n"
    return head.encode("latin-1") + body


def requests_in(data):
    """How many whole requests the strict grammar finds, and whether something is left that is none, or not whole."""
    found, at = 0, 0
    while at < len(data):
        end = _request_end(data, at)
        if end is None:
            return found, True
        found, at = found + 1, end
    return found, False


def _request_end(data, at):
    if data.startswith(b"\r\n", at):
        at += 2
    close = data.find(b"\r\n\r\n", at)
    if close < 0:
        return None
    first, *fields = data[at:close].split(b"\r\n")
    line = re.fullmatch(rb"(" + TOKEN + rb") ([!-~]+) HTTP/1\.([01])", first)
    if not line or line[1].decode() not in METHODS:
        return None
    values = {}
    for field in fields:
        match = re.fullmatch(rb"(" + TOKEN + rb"):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*", field)
        if not match:
            return None
        values.setdefault(match[1].lower(), []).append(match[2])
    if len(values.get(b"host", [])) > 1 or (line[3] == b"1" and b"host" not in values):
        return None
    at = close + 4
    lengths, codings = values.get(b"content-length", []), values.get(b"transfer-encoding", [])
    if len(lengths) + len(codings) > 1 or (codings and (codings[0].lower() != b"chunked" or line[3] == b"0")):
        return None
    if lengths:
        if not re.fullmatch(rb"[0-9]{1,18}", lengths[0]) or len(data) - at < int(lengths[0]):
            return None
        return at + int(lengths[0])
    return _chunks_end(data, at) if codings else at


def _chunks_end(data, at):
    while True:
        line = re.compile(rb"([0-9A-Fa-f]{1,15})(;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n").match(data, at)
        if not line:
            return None
        at, size = line.end(), int(line[1], 16)
        if size == 0:
            trailers = re.compile(rb"(" + TOKEN + rb":[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*\r\n").match(data, at)
            return trailers and trailers.end()
        if data[at + size:at + size + 2] != b"\r\n":
            return None
        at += size + 2


async def talk(port, pieces):
    """Sends the pieces one by one; everything that came back, and whether the server ended the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    data, ended = b"", False
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if len(pieces) > 1:
                await asyncio.sleep(0.002)
        while True:
            more = await asyncio.wait_for(reader.read(65536), SILENCE)
            if not more:
                ended = True
                break
            data += more
    except asyncio.TimeoutError:
        pass
    except ConnectionError:
        ended = True
    finally:
        writer.close()
    return data, ended


def answers(data, methods):
    """The statuses of the answers in what came back, to whole requests of these methods and to what is none."""
    statuses = []
    while data:
        head = re.match(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [ -~]*\r\n((?:" + TOKEN + rb":[^\r\n\0]*\r\n)*)\r\n", data)
        assert head, f"not an answer: {data[:300]!r}"
        status, fields = int(head[1]), head[2].lower()
        assert status < 500 or status in KNOWN_5XX, f"status {status}: {data[:300]!r}"
        if status < 200:
            data = data[head.end():]
            continue
        method = methods[len(statuses)] if len(statuses) < len(methods) else None
        length = re.search(rb"content-length: ([0-9]+)\r\n", fields)
        statuses.append(status)
        if method == "HEAD" or status in (204, 304):
            data = data[head.end():]
        elif method is None and head.end() == len(data):
            # What cannot be read may have been a HEAD.
            data = b""
        elif b"transfer-encoding: chunked" in fields:
            assert not length, "an answer has two lengths"
            _, data, whole = http1._unchunk(data[head.end():])
            assert whole, "an answer was cut"
        else:
            assert length, f"an answer without a length: {head[0]!r}"
            body, data = data[head.end():][:int(length[1])], data[head.end() + int(length[1]):]
            assert len(body) == int(length[1]), "an answer was cut"
    return statuses


def _methods(data):
    """The methods of the whole requests, in order."""
    methods, at = [], 0
    while at < len(data) and (end := _request_end(data, at)) is not None:
        start = at + 2 if data.startswith(b"\r\n", at) else at
        methods.append(data[start:].split(b" ", 1)[0].decode())
        at = end
    return methods


async def check(port, seed, key):
    """Runs one case, whole and cut."""
    data = case(seed, key)
    if not data:
        return
    dice = random.Random(seed)
    found, rest = requests_in(data)
    cuts = sorted(dice.sample(range(len(data) + 1), min(len(data), dice.randint(1, 6))))
    pieces = [data[start:end] for start, end in zip([0] + cuts, cuts + [len(data)]) if start < end]
    try:
        whole, ended = await talk(port, [data])
        said = answers(whole, _methods(data))
        assert len(said) <= found + rest, f"{found} requests{' and a bad one' if rest else ''}, but answers {said}"
        cut, _ = await talk(port, pieces)
        # A connection that is reset may lose what was on its way; one answer too many is never right.
        assert len(answers(cut, _methods(data))) <= found + rest, f"{found} requests, but answers {answers(cut, _methods(data))} when cut"
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}\n{data[:2000]!r}") from None


async def run(port, seeds, key, at_once=48):
    """Checks every seed; how many there were."""
    gate, count = asyncio.Semaphore(at_once), 0

    async def one(seed):
        async with gate:
            await check(port, seed, key)

    batch = []
    for seed in seeds:
        batch.append(asyncio.create_task(one(seed)))
        count += 1
        if len(batch) >= at_once * 4:
            await asyncio.gather(*batch)
            batch = []
    await asyncio.gather(*batch)
    return count


def main():
    import time

    from minitoolai import Server, configuration
    from upstream import Upstream

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, help="replays one case")
    options = parser.parse_args()
    upstream = Upstream()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(pathlib.Path(folder), configuration(upstream)).start()
        try:
            tester = server.customer(test="5.00", test_key=True)
            first, until = random.randrange(1 << 40), time.monotonic() + options.seconds

            def seeds():
                if options.seed is not None:
                    yield options.seed
                    return
                seed = first
                while time.monotonic() < until:
                    yield seed
                    seed += 1

            count = asyncio.run(run(server.port, seeds(), tester.key))
            assert server.process.poll() is None, "the server is gone"
            assert http1.ask(server, "GET", "/healthz").status == 200
            print(f"http surface: {count} connections from seed {first}, every request answered at most once")
            server.stop()
        finally:
            server.kill()
            upstream.close()


if __name__ == "__main__":
    sys.exit(main())
