"""What an operator watches: figures, and whether the server is ready; and who else may look."""

import contextlib
import sqlite3
import threading

import pytest
import requests

from http1 import ask
from minitoolai import eventually, question
from upstream import plain

SCRIPTS = ("slow",)


def figures(server):
    """Each figure without labels, by name."""
    text = ask(server, "GET", "/metrics").body.decode()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name.removeprefix("minitoolai_"): float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize("name", [
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded", "Forwarded", "Forwarded-For", "Via", "X-Real-IP",
    "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "Fly-Client-IP", "Fastly-Client-IP", "X-Envoy-External-Address",
    "X-Original-Forwarded-For", "X-Cluster-Client-IP",
])
def test_figures_are_not_for_whom_a_proxy_speaks(server, name):
    assert ask(server, "GET", "/metrics", headers={name: "192.0.2.1"}).status == 404


def test_figures_are_not_for_a_page_that_found_its_way_here(server):
    """A name of somebody else's that leads to this machine is still the name in `Host`."""
    for host, status in ((f"localhost:{server.port}", 200), (f"127.0.0.1:{server.port}", 200), (f"[::1]:{server.port}", 200),
                         (f"rebound.example:{server.port}", 404), ("127.0.0.1.rebound.example", 404)):
        assert ask(server, "GET", "/metrics", headers={"host": host}).status == status, host


def test_books_that_are_tampered_with_while_serving_are_soon_added_to_no_more(fresh, upstream):
    """What is wrong is found at the next look, and these are a minute apart."""
    fresh.start()
    customer = fresh.customer(live="1.00")
    assert customer.chat().status == 200
    verified = figures(fresh)
    assert verified["ledger_verified_entries"] <= 4 and verified["ledger_verify_age_seconds"] <= 60
    with contextlib.closing(sqlite3.connect(fresh.data / "minitoolai.db")) as books:
        # Balances are brought up to date in a pause; what is changed before that is written over.
        folded = "SELECT entry = (SELECT max(id) FROM entries) FROM folded"
        eventually(lambda: books.execute(folded).fetchone() == (1,), "the balances are as of the last entry")
        with books:
            books.execute("UPDATE balances SET available = available + 1 WHERE book = 'live'")
    eventually(lambda: requests.get(f"{fresh.url}/readyz", timeout=5).status_code == 503, "it is quarantined", seconds=90)
    asked = len(upstream.asked())
    assert customer.ask(question()).status == 503 and len(upstream.asked()) == asked
    assert customer.purse["currency"] == "USD", "reads go on"
    eventually(lambda: "ledger.quarantined" in fresh.logged(), "the log says so")
    assert "the balance of acc_1 live" in fresh.logged()
    assert figures(fresh)["ledger_verified_entries"] == verified["ledger_verified_entries"], "a look that did not agree is none"


def test_a_locked_ledger_is_not_a_restart(fresh, upstream):
    """While a settlement finds the database locked, the server says that it is hindered; afterwards all is as it was."""
    answered = threading.Event()
    upstream.scripts["slow"] = lambda exchange: (exchange.wait(answered), plain(exchange))
    fresh.start()
    customer = fresh.customer(live="1.00")
    asking = threading.Thread(target=customer.ask, args=(question("Hi", "slow"),))
    asking.start()
    eventually(lambda: customer.held > 0, "it is held")
    with contextlib.closing(sqlite3.connect(fresh.data / "minitoolai.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answered.set()
        # SQLite itself waits for five seconds before it gives up.
        eventually(lambda: requests.get(f"{fresh.url}/readyz", timeout=5).status_code == 503, "it is hindered", seconds=15)
        told = requests.get(f"{fresh.url}/readyz", timeout=5)
        assert told.status_code == 503 and told.json()["status"] == "hindered" and "locked" in told.json()["message"]
        assert figures(fresh)["ledger_hindered"] == 1
        assert customer.chat().status == 503
        other.execute("ROLLBACK")
    asking.join()
    eventually(lambda: requests.get(f"{fresh.url}/readyz", timeout=5).json() == {"status": "ready"}, "it goes on")
    assert customer.held == 0 and len(customer.statement()) == 2
    fresh.verify()
