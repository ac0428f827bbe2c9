"""The ways between the load and the upstream, and the upstream itself."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

from processes import Gauge, free_port, wait_for

HERE = pathlib.Path(__file__).resolve().parent
SYSTEM_PATH = os.environ["PATH"] + ":/usr/sbin"
MODELS = ("mock", "mock-c3", "mock-c200", "mock-c200-d5", "mock-c200-d50")
# The same answer, but asked for over TLS.
TLS_MODEL = "mock-tls"


def filled_in(name, folder, places):
    """A configuration of this folder with its @PLACES@ filled in, written where it can be read."""
    text = (HERE / name).read_text()
    for place, value in places.items():
        text = text.replace(f"@{place}@", str(value))
    path = folder / name
    path.write_text(text)
    return path


class Upstream:
    """The scripted upstream, and the same behind TLS."""

    def __init__(self, running, tools, folder):
        self.port, self.tls_port = free_port(), free_port()
        self.process = running.start([tools / "mock_upstream", self.port])
        wait_for(self.port, self.process)
        self.certificate = folder / "upstream.crt"
        key = folder / "upstream.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        both = folder / "upstream.pem"
        both.write_text(self.certificate.read_text() + key.read_text())
        places = {"TLS": self.tls_port, "UPSTREAM": self.port, "PEM": both}
        configuration = filled_in("tls_upstream.cfg", folder, places)
        terminator = running.start([shutil.which("haproxy", path=SYSTEM_PATH), "-db", "-q", "-f", configuration])
        wait_for(self.tls_port, terminator)


class Target:
    """Where the load goes, and whose CPU counts. Without a process: nobody's."""

    def __init__(self, name, port, tls_port=None, key="none", process=None):
        self.name, self.port, self.tls_port, self.key = name, port, tls_port, key
        self.gauge = Gauge(process.pid) if process else None


def direct(upstream):
    return Target("direct", upstream.port)


def proxy(name, words, running, folder, upstream):
    """nginx or haproxy: plain proxies with kept connections, one to the upstream and one to its TLS."""
    places = {"PORT": free_port(), "TLS_PORT": free_port(), "UPSTREAM": upstream.port, "TLS": upstream.tls_port,
              "CERTIFICATE": upstream.certificate}
    program = shutil.which(name, path=SYSTEM_PATH)
    configuration = filled_in(f"{name}.{words['ending']}", folder, places)
    process = running.start([program, *(word.format(folder=folder, file=configuration) for word in words["start"])])
    wait_for(places["PORT"], process)
    return Target(name, places["PORT"], places["TLS_PORT"], process=process)


PROXIES = {
    "nginx": {"ending": "conf", "start": ["-p", "{folder}", "-c", "{file}", "-e", "{folder}/nginx.log"]},
    "haproxy": {"ending": "cfg", "start": ["-db", "-q", "-f", "{file}"]},
}


class Server:
    """This server on one loop, as nginx on one worker; its ledger on disk."""

    def __init__(self, running, binary, folder, upstream, data=None, before=()):
        """`before`: words in front of the command, valgrind's for instance."""
        self.running, self.binary, self.folder = running, binary, folder
        self.data = data or folder / "data"
        price = {"input": 0.15, "output": 0.60}

        def model(engine, name):
            return {"kind": "chat", "price": price, "routes": [{"engine": engine, "model": name}]}

        plain = {"kind": "openai", "base_url": f"http://127.0.0.1:{upstream.port}/v1", "api_key": "none"}
        secured = {"kind": "openai", "base_url": f"https://localhost:{upstream.tls_port}/v1", "api_key": "none",
                   "trusted_roots": str(upstream.certificate)}
        models = {name: model("mock", name) for name in MODELS} | {TLS_MODEL: model("secured", TLS_MODEL)}
        self.config = folder / "config.yaml"
        self.config.write_text(json.dumps(
            {"server": {"loops": 1, "access_log": str(folder / "access.log")},
             "engines": {"mock": plain, "secured": secured}, "models": models}))
        self.before = before
        self.key = None

    def start(self):
        """Starts it. Returns the seconds until it said that it is ready."""
        began = time.monotonic()
        with open(self.folder / "server.log", "a") as log:
            self.process = self.running.start(
                [*self.before, self.binary, "serve", "--port", "0", *self.places()], cwd=self.folder, stdout=subprocess.PIPE,
                text=True, stderr=log)
        ready = next((line for line in self.process.stdout if line.startswith("ready ")), None)
        if ready is None:
            sys.exit((self.folder / "server.log").read_text())
        took = time.monotonic() - began
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.port = int(ready.strip().rsplit(":", 1)[1])
        return took

    def stop(self):
        if self.running.stop(self.process):
            sys.exit(f"the server did not end well:\n{(self.folder / 'server.log').read_text()[-2000:]}")

    def open_account(self):
        """One customer with a live key."""
        self.cli("account", "create", "bench")
        self.cli("credit", "grant", "--account", "bench", "--amount", "1000000", "--reference", "bench")
        self.key = self.cli("key", "create", "--account", "bench")["key"]

    def target(self):
        return Target("minitoolai", self.port, self.port, self.key, self.process)

    def places(self):
        return ["--data", str(self.data), "--config", str(self.config)]

    def cli(self, *words):
        result = subprocess.run([self.binary, *words, *self.places(), "--json"], cwd=self.folder, capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"minitoolai {' '.join(words)}: {result.stderr or result.stdout}")
        return json.loads(result.stdout)


def litellm(running, python, folder, upstream):
    """LiteLLM's proxy, one worker, no database. Its configuration is JSON, which YAML includes."""
    port, key = free_port(), "sk-bench-0001"
    upstream_place = {"api_base": f"http://127.0.0.1:{upstream.port}/v1", "api_key": "none"}
    configuration = folder / "litellm.yaml"
    configuration.write_text(json.dumps({
        "model_list": [{"model_name": name, "litellm_params": {"model": f"openai/{name}", **upstream_place}} for name in MODELS],
        "general_settings": {"master_key": key},
        "litellm_settings": {"telemetry": False, "num_retries": 0, "request_timeout": 120},
    }))
    program = python.parent / "litellm"
    with open(folder / "litellm.log", "w") as log:
        process = running.start(
            [program, "--config", configuration, "--host", "127.0.0.1", "--port", port, "--num_workers", "1"], cwd=folder,
            stdout=log, stderr=log, env={**os.environ, "LITELLM_LOG": "ERROR", "DISABLE_ADMIN_UI": "True"})
    wait_for(port, process, seconds=120)
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=2).close()
            return Target("litellm", port, key=key, process=process)
        except OSError:
            if time.monotonic() > until:
                sys.exit((folder / "litellm.log").read_text()[-3000:])
            time.sleep(0.2)
