"""Jobs of pictures as a caller handles them: submitted, asked after, cancelled, fetched."""

import contextlib
import json
import sqlite3
import urllib.parse
from decimal import Decimal

from http1 import ask
from minitoolai import eventually

SUBMIT, JOBS, GENERATIONS = "/api/texttoimage/", "/api/texttoimage/jobs/", "/v1/images/generations"
PRICE = Decimal("0.0015")
MODELS = (
    "realvision", "juggernaut", "autismmix", "dreamshaper", "valhalla", "mixrealistic", "campursari", "reality", "extrarealistic",
    "realism", "realgirls", "realityreborn", "amigo", "simplemix", "beautifulrealistic",
)
SCHEDULERS = (
    "Euler a", "Euler", "LMS", "Heun", "DPM2", "DPM2 a", "DPM++ 2S a", "DPM++ 2M", "DPM++ SDE", "DPM++ 2M SDE", "DPM fast",
    "LMS Karras", "DPM2 Karras", "DPM2 a Karras", "DPM++ 2S a Karras", "DPM++ 2M Karras", "DPM++ SDE Karras", "DPM++ 2M SDE Karras",
)
#: Small, so that a debug build paints it in a moment.
SMALL = {"model": "realvision", "prompt": "a fox in a forest", "width": 256, "height": 256}
#: Pictures that the sandbox paints at a time.
HANDS = 8
#: A job that does not end by itself while a test looks at it.
ENDLESS = {**SMALL, "prompt": "a fox in a forest [sandbox: delay=600s]"}


def routed(*models, engine="sandbox"):
    """Configuration: live keys' pictures of these models are painted by the sandbox."""
    return {name: {"kind": "image", "routes": [{"engine": engine, "model": name}]} for name in models}


def talk(server, method, path, body=b"", key=None, headers=(), timeout=30):
    """As `http1.ask`, with the whole of the address in `Host`: picture addresses are made from it."""
    return ask(server, method, path, body, key, {"host": f"127.0.0.1:{server.port}", **dict(headers)}, timeout)


class Job:
    """A job that was accepted, as whoever has its signature."""

    def __init__(self, server, number, signature):
        self.server, self.number, self.signature = server, number, signature

    @property
    def question(self):
        return {"jobid": self.number, "signature": self.signature}

    def ask(self, method="POST", **changed):
        return talk(self.server, method, JOBS, {**self.question, **changed})

    @property
    def state(self):
        answer = self.ask()
        assert answer.status == 200, answer.body
        return answer.json

    @property
    def is_over(self):
        return self.state["status"] not in ("pending", "processing")

    def ended(self, seconds=30):
        """Its last state."""
        eventually(lambda: self.is_over, f"job {self.number} is over", seconds)
        return self.state

    def delivered(self, seconds=30):
        state = self.ended(seconds)
        assert state["status"] == "success", state
        return state

    def failed(self, seconds=30):
        state = self.ended(seconds)
        assert state["status"] == "error" and state["image_url"] is None, state
        return state

    def running(self):
        eventually(lambda: self.state["status"] == "processing", f"job {self.number} runs")
        return self

    def cancel(self):
        return self.ask("DELETE")

    @property
    def events_path(self):
        return f"{JOBS}{self.number}/events?signature={self.signature}"

    def events(self, timeout=30):
        """[(name, data)] until its end."""
        return events(talk(self.server, "GET", self.events_path, timeout=timeout))

    def picture(self):
        """The file it made."""
        return fetch(self.server, self.delivered()["image_url"])


def events(answer):
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/event-stream"), answer
    assert not answer.cut
    found = []
    for block in answer.body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            assert set(fields) == {"event", "data"}, block
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def submit(server, key, timeout=30, **fields):
    """The answer to a submission of SMALL, changed by `fields`."""
    return talk(server, "POST", SUBMIT, {**SMALL, **fields}, key, timeout=timeout)


def accepted(server, key, **fields):
    """The job, which must have been accepted."""
    answer = submit(server, key, **fields)
    assert answer.status == 200, answer.body
    value = answer.json
    assert list(value) == ["status", "jobid", "signature"] and value["status"] == "success", value
    return Job(server, value["jobid"], value["signature"])


def fetch(server, url, method="GET", **headers):
    """What lies under a picture's address."""
    address = urllib.parse.urlsplit(url)
    assert address.netloc == f"127.0.0.1:{server.port}", url
    return talk(server, method, address.path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def blobs(server):
    """The pictures that lie in the data directory."""
    return sorted(path for path in (server.data / "images").rglob("*") if path.is_file())


def quiet(server, seconds=30):
    """Waits until no job is unfinished, as the database says."""
    def unfinished():
        with contextlib.closing(sqlite3.connect(f"file:{server.data}/minitoolai.db?mode=ro", uri=True, timeout=10)) as books:
            return books.execute("SELECT count(*) FROM jobs WHERE NOT is_over").fetchone()[0]
    eventually(lambda: unfinished() == 0, "all jobs are over", seconds)
