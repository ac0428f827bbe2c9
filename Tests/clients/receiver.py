"""Whoever is called back: an HTTP server that answers as told and remembers what it got."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
from typing import NamedTuple

HANG = "hang"


class Call(NamedTuple):
    path: str
    headers: dict
    body: bytes

    @property
    def name(self):
        return self.headers["webhook-id"]

    @property
    def value(self):
        return json.loads(self.body)

    def is_signed(self, secret):
        """Standard Webhooks, worked out from its text: https://www.standardwebhooks.com"""
        assert secret.startswith("whsec_")
        message = f"{self.name}.{self.headers['webhook-timestamp']}.".encode() + self.body
        code = hmac.new(base64.b64decode(secret.removeprefix("whsec_"), validate=True), message, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == "v1," + base64.b64encode(code).decode()


class Receiver:
    """Answers are statuses, (status, fields) or HANG, one after the other; the last goes on for ever."""

    def __init__(self, *answers):
        self.calls, self.answers = [], list(answers)
        self.freed = threading.Event()
        lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with lock:
                    answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                    receiver.calls.append(Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                if answer == HANG:
                    receiver.freed.wait(60)
                    return
                status, fields = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(status)
                for name, value in {"content-length": "0", **fields}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/hook?of=mine"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.freed.set()
        self.http.shutdown()
        self.http.server_close()
