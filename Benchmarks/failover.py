"""Asks a model of two routes whose first fails once in three times, and the failing upstream itself."""

import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests/clients"))
from minitoolai import V1, Server, configuration, engine, question  # noqa: E402
from upstream import Upstream, plain  # noqa: E402

REQUESTS, ALONE = 1500, 500


def main():
    upstream, asked = Upstream(), 0

    def flaky(exchange):
        nonlocal asked
        asked += 1
        # Seldom enough that the route is never put out.
        if asked % 3 == 0 or "x-fail" in exchange.headers:
            return exchange.reply(500, {"error": {"message": "no"}})
        plain(exchange)

    upstream.scripts |= {"flaky": flaky, "good": plain}
    routes = [{"engine": name, "model": "up", "priority": place} for place, name in enumerate(["flaky", "good"], 1)]
    engines = {name: engine(upstream, name) for name in ["flaky", "good"]}
    models = {"two": {"kind": "chat", "price": {"input": 0.15, "output": 0.60}, "routes": routes}}
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, configuration(upstream, engines=engines, models=models))
        server.start()
        customer = server.customer(live="10.00")
        body = json.dumps(question("Hi", "two", max_tokens=5))
        fields = {"authorization": f"Bearer {customer.key}", "content-type": "application/json"}
        line = http.client.HTTPConnection("127.0.0.1", server.port)
        at_once, handed_over = [], []
        for _ in range(REQUESTS):
            before = len(upstream.asked("good"))
            took = timed(line, V1, body, fields, 200)
            (handed_over if len(upstream.asked("good")) > before else at_once).append(took)
        address = urllib.parse.urlparse(upstream.url("flaky"))
        line = http.client.HTTPConnection(address.hostname, address.port)
        failing = [timed(line, f"{address.path}/chat/completions", body, {"x-fail": "1"}, 500) for _ in range(ALONE)]
        server.stop()
    upstream.close()
    first, second, alone = (statistics.median(times) * 1000 for times in (at_once, handed_over, failing))
    print(f"answered at once {first:.2f} ms ({len(at_once)}), handed over {second:.2f} ms ({len(handed_over)}), "
          f"the failed attempt itself {alone:.2f} ms: beyond it {second - first - alone:.2f} ms")


def timed(line, path, body, fields, status):
    began = time.perf_counter()
    line.request("POST", path, body, fields)
    answer = line.getresponse()
    answer.read()
    assert answer.status == status, answer.status
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
