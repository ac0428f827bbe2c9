"""A house for one run: an upstream, a server with its data directory, callers with money, and the three logs."""

import asyncio
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "clients"))

import minitoolai  # noqa: E402
from .callers import Caller, Log, nanodollars  # noqa: E402

#: $0.15 and $0.60 a million, as gpt-4o-mini.
PRICE = {"input": 0.15, "output": 0.60}
#: The model that paints.
PICTURES = "realvision"


def engine(port, name, **more):
    return {"kind": "openai", "base_url": f"http://127.0.0.1:{port}/{name}/v1", "api_key": "${UPSTREAM_KEY}", **more}


class House:
    def __init__(self, folder, *, prices=PRICE, engines=None, wrapper=(), environment=None, data=None, **settings):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.upstream_log, self.clients_log = self.folder / "upstream.log", self.folder / "clients.log"
        self.log = Log(self.clients_log)
        self.upstream = subprocess.Popen(
            [sys.executable, "-m", "rig.upstream", str(self.upstream_log)], cwd=HERE, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.upstream_port = int(self.upstream.stdout.readline())
        self.engine_settings, self.settings = engines or {}, settings
        self.server = minitoolai.Server(self.folder, self.configuration(prices), environment)
        self.server.wrapper = list(wrapper)
        if data:
            self.server.data = pathlib.Path(data)
        self.epoch, self._starts = 0, []

    def configuration(self, prices=PRICE):
        port = self.upstream_port
        named = {
            "first": engine(port, "first"), "second": engine(port, "second"),
            "drained": engine(port, "drained", disconnect="drain")}
        for name, more in self.engine_settings.items():
            named[name] = engine(port, name, **more) if name not in named else named[name] | more
        def model(*routes):
            return {"kind": "chat", "price": prices, "routes": [{"engine": one, "model": "up"} for one in routes]}
        models = {"solid": model("first"), "pair": model("first", "second"), "drain": model("drained")}
        # Live money for the sandbox's pictures: nothing here is delivered that nobody pays for.
        named["sandbox"] = {"kind": "sandbox", "pace": "immediate"}
        models[PICTURES] = {"kind": "image", "routes": [{"engine": "sandbox", "model": PICTURES}]}
        models |= {name: model(name) for name in self.engine_settings if name not in ("first", "second", "drained")}
        return json.dumps({"engines": named, "models": models, **self.settings}, indent=1)

    def set_prices(self, prices):
        """From the next start on."""
        self.server.config.write_text(self.configuration(prices))

    # The server.

    @property
    def database(self):
        return self.server.data / "minitoolai.db"

    def query(self, sql, *arguments):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, arguments).fetchall()
        finally:
            connection.close()

    def start(self, failpoints="", timeout=60):
        """Starts the server and returns the seconds until it was ready."""
        self.server.environment["MINITOOLAI_FAILPOINTS"] = failpoints
        before = time.monotonic()
        self.server.start(timeout=timeout)
        took = time.monotonic() - before
        self._starts.append(took)
        self.epoch = self.query("SELECT max(number) FROM epochs")[0][0]
        self.log.say("up", epoch=self.epoch)
        self.log.say("prices", rows=self.query("SELECT id, model, input, cached_input, output, since FROM prices"))
        return took

    @property
    def slowest_start(self):
        """Of those that found a ledger already there."""
        return max(self._starts[1:], default=0)

    def kill(self):
        self.log.say("down", epoch=self.epoch)
        self.server.kill()

    def wait_for_end(self, timeout=30):
        """For a server that ends by itself; its exit status."""
        process, self.server.process = self.server.process, None
        status = process.wait(timeout)
        self.log.say("down", epoch=self.epoch)
        return status

    def stop(self, timeout=90):
        if self.server.process is None:
            return None
        process = self.server.process
        with stacks_if_it_hangs(process.pid, timeout - 5):
            status = self.server.stop(timeout)
        self.log.say("down", epoch=self.epoch)
        return status

    @property
    def is_up(self):
        return self.server.process is not None and self.server.process.poll() is None

    # People.

    def caller(self, dollars="100.00", account=None):
        """A new account with money; or another line of one that is there."""
        if account is not None:
            return Caller(self.server, self.log, account.account, account.key)
        name = f"caller-{time.monotonic_ns()}"
        number = int(self.server.cli("account", "create", name)["id"].removeprefix("acc_"))
        self.grant(number, dollars, "first")
        key = self.server.key(name)
        caller = Caller(self.server, self.log, number, key["key"])
        caller.key_id = key["id"]
        return caller

    def grant(self, account, dollars, reference):
        asked = {"account": account, "book": "live", "amount": nanodollars(dollars), "reference": reference}
        try:
            self.server.cli("credit", "grant", "--account", f"acc_{account}", "--amount", dollars, "--reference", reference)
        except minitoolai.CommandFailed:
            self.log.say("grant", confirmed=False, **asked)
            return False
        self.log.say("grant", confirmed=True, **asked)
        return True

    # The end.

    @property
    def pictures(self):
        """The folder in which they lie."""
        return self.server.data / "images"

    def audit(self, *options, at_rest=True):
        """The auditor's document; it runs as the program it is."""
        command = [sys.executable, "-m", "auditor", "--json", "--database", str(self.database), "--upstream", str(self.upstream_log),
                   "--clients", str(self.clients_log), "--pictures", str(self.pictures), *(["--at-rest"] if at_rest else []), *options]
        result = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
        if result.returncode not in (0, 1):
            raise AssertionError(f"the auditor failed:\n{result.stderr}")
        return json.loads(result.stdout)

    def settle_and_audit(self, *options):
        """A goodbye, and a last start if the server is down, so that everything is closed; then the auditor and the server's own word."""
        if not self.is_up:
            self.server.process = None
            self.start()
        status = self.stop()
        assert status == 0, f"the server ended with {status}:\n{self.server.logged()[-2000:]}"
        document = self.audit(*options)
        self.server.verify()
        return document

    def close(self):
        self.server.kill()
        self.upstream.stdin.close()
        self.upstream.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close()


@contextlib.contextmanager
def stacks_if_it_hangs(pid, seconds):
    """Says where the threads of a process stand that does not go: a hang is told, never only timed out."""
    def tell():
        for task in sorted(pathlib.Path(f"/proc/{pid}/task").glob("*")):
            print(task.name, *((task / name).read_text().strip() for name in ("comm", "wchan")), file=sys.stderr)
        if debugger := shutil.which("lldb"):
            subprocess.run([debugger, "-p", str(pid), "--batch", "-o", "thread backtrace all"], timeout=120, check=False)

    timer = threading.Timer(seconds, tell)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def run(coroutine):
    return asyncio.run(coroutine)


def rss_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
