"""The product as its users meet it: the binary, its command line, its HTTP."""

import contextlib
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time
from decimal import Decimal

import http1

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("MINITOOLAI", str(ROOT / ".build/debug/minitoolai"))
UPSTREAM_KEY = "sk-upstream-canary-7b1f"
NATIVE, V1 = "/api/chat-completions/", "/v1/chat/completions"
BUILT_IN = ("gpt-4o-mini", "gpt-4o", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano")


class CommandFailed(Exception):
    def __init__(self, arguments, result):
        super().__init__(f"minitoolai {' '.join(arguments)}: exit {result.returncode}\n{result.stdout}\n{result.stderr}")
        self.result = result


def engine(upstream, script, **more):
    """An engine of the configuration that a script of the upstream's answers for."""
    return {"kind": "openai", "base_url": upstream.url(script), "api_key": "${UPSTREAM_KEY}", **more}


def model(*engines, price=None):
    """A chat model of the configuration, answered by these."""
    routes = [{"engine": name, "model": "up-model"} for name in engines]
    return {"kind": "chat", "price": price or {"input": 0.15, "output": 0.60}, "routes": routes}


def configuration(upstream, scripts=(), engines=None, models=None, **more):
    """The five models on the scripted upstream's plain answer, and one model of its own for each script."""
    named = {
        "plain": engine(upstream, "plain"), "sandbox": {"kind": "sandbox", "pace": "immediate"},
        **{script: engine(upstream, script) for script in scripts},
    }
    listed = {name: {"routes": [{"engine": "plain", "model": f"{name}-upstream"}]} for name in BUILT_IN}
    listed |= {script: model(script) for script in scripts}
    # JSON is YAML.
    return json.dumps({"engines": named | (engines or {}), "models": listed | (models or {}), **more}, indent=1)


class Server:
    """One data directory with its configuration, and the process that serves it, when one does."""

    def __init__(self, folder, config=None, environment=None):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.config = self.folder / "config.yaml" if config is not None else None
        if self.config:
            self.config.write_text(config)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MINITOOLAI")},
            "UPSTREAM_KEY": UPSTREAM_KEY, **(environment or {}),
        }
        self.process, self.port, self.printed = None, None, []
        #: What the server is started under, if anything.
        self.wrapper = []
        self._customers = 0

    # The process.

    def start(self, *options, timeout=30):
        assert self.process is None
        self.log = open(self.folder / "server.log", "ab")
        self.process = subprocess.Popen(
            [*self.wrapper, BINARY, "serve", "--port", "0", *self._places(), *options], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        lines = queue.Queue()

        def read(stream):
            for line in stream:
                self.printed.append(line.rstrip("\n"))
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, args=(self.process.stdout,), daemon=True).start()
        until = time.monotonic() + timeout
        while True:
            try:
                line = lines.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise AssertionError(f"not ready after {timeout} s:\n{self.logged()}") from None
            if line is None:
                code = self.process.wait()
                self.process = None
                raise AssertionError(f"serve ended with {code}:\n{self.logged()}")
            if line.startswith("ready http://"):
                self.url = line.split()[1]
                self.port = int(self.url.rsplit(":", 1)[1])
                return self

    def kill(self):
        """As a power cut would: no goodbye."""
        self._end(signal.SIGKILL, 10)

    def stop(self, timeout=60):
        """Asks it to go, and returns its exit status."""
        return self._end(signal.SIGTERM, timeout)

    def _end(self, how, timeout):
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(how)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            self.log.close()

    def logged(self):
        return (self.folder / "server.log").read_text(errors="replace")

    # The command line.

    def _places(self):
        places = ["--data", str(self.data)]
        if self.config:
            places += ["--config", str(self.config)]
        return places

    def run(self, *arguments, environment=None, timeout=60, stdin=None):
        """A command as typed; its result whatever it was."""
        return subprocess.run(
            [BINARY, *map(str, arguments)], cwd=self.folder, env={**self.environment, **(environment or {})},
            capture_output=True, text=True, timeout=timeout, input=stdin)

    def cli(self, *arguments):
        """An administration command with --json; what it printed."""
        result = self.run(*arguments, *self._places(), "--json")
        if result.returncode != 0:
            raise CommandFailed(list(map(str, arguments)), result)
        return json.loads(result.stdout)

    def fails(self, *arguments):
        """The same, expected to fail: non-zero, and the reason on standard error alone."""
        result = self.run(*arguments, *self._places(), "--json")
        assert result.returncode != 0, f"{arguments} succeeded: {result.stdout}"
        assert result.stdout.strip() == "", result.stdout
        assert result.stderr.strip() != ""
        return result

    def verify(self):
        found = self.cli("ledger", "verify")
        assert found["ok"] is True
        return found

    # Customers.

    def customer(self, live=None, test=None, test_key=False, **key_options):
        """A new account with money and a key."""
        self._customers += 1
        name = f"customer-{time.monotonic_ns()}-{self._customers}"
        account = self.cli("account", "create", name)
        for amount, book in ((live, ()), (test, ("--test",))):
            if amount:
                self.cli("credit", "grant", "--account", name, "--amount", amount, "--reference", "first", *book)
        return Customer(self, name, account["id"], self.key(name, test_key, **key_options))

    def key(self, account, test=False, **options):
        flags = ["--test"] if test else []
        for name, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                flags += [f"--{name}"] if one is True else [f"--{name}", str(one)]
        return self.cli("key", "create", "--account", account, *flags)


class Customer:
    def __init__(self, server, name, account, key):
        self.server, self.name, self.account = server, name, account
        self.key, self.key_id = key["key"], key["id"]

    def ask(self, body, path=V1, headers=(), timeout=30):
        return http1.ask(self.server, "POST", path, body, self.key, headers, timeout)

    def chat(self, text="Hello", path=V1, timeout=30, **fields):
        return self.ask(question(text, **fields), path, timeout=timeout)

    @property
    def purse(self):
        """The account as its key sees it."""
        answer = http1.ask(self.server, "GET", "/api/account/", key=self.key)
        assert answer.status == 200, answer.body
        return answer.json

    @property
    def balance(self):
        return Decimal(self.purse["balance"])

    @property
    def held(self):
        return Decimal(self.purse["held"])

    def statement(self, *options):
        return self.server.cli("ledger", "statement", "--account", self.name, *options)["entries"]

    @contextlib.contextmanager
    def charged(self, nanodollars=None, between=None):
        """What happens inside costs exactly this much (or lies within the two bounds), and nothing stays held."""
        before = self.balance
        yield
        eventually(lambda: self.held == 0, "the hold is closed")
        cost = before - self.balance
        if between:
            low, high = (usd(bound) for bound in between)
            assert low <= cost <= high, f"cost {cost}, expected {low} to {high}"
        else:
            assert cost == usd(nanodollars), f"cost {cost}, expected {usd(nanodollars)}"


def question(text="Hello", model="gpt-4o-mini", **fields):
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}


def usd(nanodollars):
    return Decimal(nanodollars).scaleb(-9)


#: 17 tokens in and 3 out on gpt-4o-mini, the reference's own sample.
SAMPLE_COST = 4350


def eventually(condition, what, seconds=10):
    """Waits for something that follows from what was done, but not at once."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not after {seconds} s: {what}"
        time.sleep(0.02)
