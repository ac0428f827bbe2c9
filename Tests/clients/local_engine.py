"""A model server as somebody might run on their own machine: it takes a while to load, writes what it does, and can go wrong."""

import argparse
import base64
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

options = argparse.ArgumentParser()
options.add_argument("port", type=int)
options.add_argument("notes", type=pathlib.Path, help="a folder where each life leaves a file with its environment")
options.add_argument("--loads", type=float, default=0.0, help="seconds in which /health says 503")
options.add_argument("--stubborn", action="store_true", help="does not end when it is told to")
options.add_argument("--parent", action="store_true", help="has a child of its own")
options.add_argument("--fails", action="store_true")
options.add_argument("--chatters", type=int, default=0)
options.add_argument("--no-health", action="store_true")
asked = options.parse_args()

print("loading the model", flush=True)
if asked.fails:
    print("model file is not there", file=sys.stderr, flush=True)
    sys.exit(3)
if asked.stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "1000"]) if asked.parent else None
ready = time.monotonic() + asked.loads
for line in range(asked.chatters):
    print("line", line, "x" * 5000, flush=True)
life = {"pid": os.getpid(), "child": child.pid if child else None, "environment": dict(os.environ)}
asked.notes.mkdir(exist_ok=True)
(asked.notes / f"{time.monotonic_ns()}.json").write_text(json.dumps(life))


def png(width, height):
    """A black picture."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = (b"\0" + bytes(3 * width)) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav():
    """A tenth of a second of silence."""
    samples = bytes(4800)
    return (b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 24000, 48000, 2, 16)
            + b"data" + struct.pack("<I", len(samples)) + samples)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body):
        self.send(status, "application/json", json.dumps(body).encode())

    def send(self, status, content_type, data):
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if asked.no_health:
            self.reply(404, {})
        else:
            self.reply(503 if time.monotonic() < ready else 200, {"status": "loading" if time.monotonic() < ready else "ok"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.endswith("/embeddings"):
            return self.reply(200, {"data": [{"index": 0, "embedding": [0.5, 0.25]}], "usage": {"prompt_tokens": 1}})
        if self.path.endswith("/audio/speech"):
            return self.send(200, "application/octet-stream", wav() if body.get("response_format") == "wav" else bytes(4800))
        if self.path.endswith("/images/generations"):
            width, height = map(int, body.get("size", "256x256").split("x"))
            return self.reply(200, {"created": 1, "data": [{"b64_json": base64.b64encode(png(width, height)).decode()}]})
        text = body["messages"][-1]["content"]
        if text == "die":
            os._exit(9)
        if text.startswith("sleep"):
            time.sleep(float(text.split()[1]))
        message = {"role": "assistant", "content": str(os.getpid())}
        self.reply(200, {
            "id": "x", "object": "chat.completion", "created": 1, "model": "local",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20},
        })


ThreadingHTTPServer(("127.0.0.1", asked.port), Handler).serve_forever()
