"""The command line: shapes that scripts rely on, with a server running and without one."""

import contextlib
import json
import os
import re
import socket
import stat
import subprocess
from decimal import Decimal

import pytest

import minitoolai
from http1 import ask
from minitoolai import BUILT_IN, NATIVE, SAMPLE_COST, UPSTREAM_KEY, V1, CommandFailed, Server, configuration, question

MONEY = re.compile(r"-?\d+\.\d{6,9}")


@pytest.fixture(params=["running", "at rest"])
def place(request, fresh):
    """The same commands work both while a server runs and while none does."""
    if request.param == "running":
        fresh.start()
    return fresh


def test_accounts(place):
    made = place.cli("account", "create", "acme")
    assert set(made) >= {"id", "name", "balance", "held", "test_balance"}
    assert made["name"] == "acme" and made["balance"] == made["held"] == made["test_balance"] == "0.000000"
    assert place.cli("account", "show", "acme") == place.cli("account", "show", made["id"]) == made
    place.cli("account", "create", "bolt")
    listed = place.cli("account", "list")["accounts"]
    assert [account["name"] for account in listed][-2:] == ["acme", "bolt"]
    assert "acme" in place.fails("account", "create", "acme").stderr
    place.fails("account", "show", "nobody")
    place.fails("account", "create", "")


def test_credit(place):
    place.cli("account", "create", "acme")
    first = place.cli("credit", "grant", "--account", "acme", "--amount", "5.00", "--reference", "invoice-1")
    assert set(first) >= {"account", "balance", "test_balance", "entry"}
    assert first["balance"] == "5.000000" and first["test_balance"] == "0.000000"
    again = place.cli("credit", "grant", "--account", "acme", "--amount", "5.00", "--reference", "invoice-1")
    assert (again["balance"], again["entry"]) == ("5.000000", first["entry"])
    exact = place.cli("credit", "grant", "--account", "acme", "--amount", "0.000000001", "--reference", "dust")
    assert exact["balance"] == "5.000000001"
    test = place.cli("credit", "grant", "--account", "acme", "--amount", "1", "--reference", "try", "--test")
    assert test["test_balance"] == "1.000000" and test["balance"] == "5.000000001"
    for amount in ("0", "-1", "1e3", "0.0000000001", "1,00", "99999999999999", "five", "", "NaN", " 5"):
        place.fails("credit", "grant", "--account", "acme", f"--amount={amount}", "--reference", "bad")
    result = place.fails("credit", "grant", "--account", "acme", "--amount", "-1", "--reference", "bad")
    assert result.returncode == 64 and "'-1' is invalid for '--amount" in result.stderr and "above zero" in result.stderr
    place.fails("credit", "grant", "--account", "nobody", "--amount", "1", "--reference", "x")
    place.fails("credit", "grant", "--account", "acme", "--amount", "1")
    assert place.cli("account", "show", "acme")["balance"] == "5.000000001"


def test_keys(place):
    place.cli("account", "create", "acme")
    live = place.cli("key", "create", "--account", "acme", "--label", "laptop", "--models", "gpt-4o,gpt-4o-mini", "--limit",
                     "2.50", "--expires", "2030-01-01T00:00:00Z")
    assert set(live) >= {"id", "key", "account", "mode"}
    assert live["mode"] == "live" and re.fullmatch(r"sk-(?!test-)[\w-]{40,}", live["key"])
    test = place.cli("key", "create", "--account", "acme", "--test")
    assert test["mode"] == "test" and test["key"].startswith("sk-test-")
    listed = place.run("key", "list", *place._places(), "--json")
    assert live["key"] not in listed.stdout and test["key"] not in listed.stdout, "a secret is shown once"
    rows = {row["id"]: row for row in json.loads(listed.stdout)["keys"]}
    assert rows[live["id"]]["label"] == "laptop" and rows[live["id"]]["mode"] == "live"
    place.cli("key", "revoke", live["id"])
    place.fails("key", "revoke", "key_999999")
    place.fails("key", "create", "--account", "nobody")
    place.fails("key", "create", "--account", "acme", "--expires", "tomorrow")
    assert "above zero" in place.fails("key", "create", "--account", "acme", "--limit", "-1").stderr
    for name, meant in (("gpt-4o-mni", "gpt-4o-mini"), ("gpt-4.1-2025-04-14", "gpt-4.1")):
        result = place.fails("key", "create", "--account", "acme", "--models", f"gpt-4o,{name}")
        assert result.returncode == 1 and f"got {name}; did you mean {meant}?" in result.stderr
    place.fails("key", "create", "--account", "acme", "--models", "claude")
    assert len(place.cli("key", "list", "--account", "acme")["keys"]) == 2, "what was refused made no key"


def test_ledger(place):
    place.cli("account", "create", "acme")
    for number in range(3):
        place.cli("credit", "grant", "--account", "acme", "--amount", "1.25", "--reference", f"r{number}")
    found = place.cli("ledger", "verify")
    assert found["ok"] is True and found["entries"] >= 3 and found["accounts"] >= 1
    plain = place.run("ledger", "verify", *place._places())
    assert plain.returncode == 0 and plain.stdout.startswith("ok")
    entries = place.cli("ledger", "statement", "--account", "acme")["entries"]
    assert len(entries) == 3
    for number, entry in enumerate(entries):
        assert set(entry) >= {"id", "at", "kind", "amount", "balance_after", "request", "note"}
        assert entry["kind"] == "grant" and f"r{number}" in entry["note"]
        assert MONEY.fullmatch(entry["amount"]) and Decimal(entry["balance_after"]) == Decimal("1.25") * (number + 1)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", entry["at"])
    assert place.cli("ledger", "statement", "--account", "acme", "--to", "2020-01-01")["entries"] == []
    assert len(place.cli("ledger", "statement", "--account", "acme", "--from", "2020-01-01")["entries"]) == 3
    csv = place.run("ledger", "statement", "--account", "acme", "--format", "csv", *place._places())
    header, *rows = csv.stdout.strip().splitlines()
    assert "balance_after" in header.split(",") and len(rows) == 3
    table = place.run("ledger", "statement", "--account", "acme", *place._places())
    assert table.returncode == 0 and "1.25" in table.stdout
    place.fails("ledger", "statement", "--account", "nobody")


def test_what_a_charge_says(server, live):
    live.chat()
    entry = live.statement()[-1]
    assert entry["amount"] == "-0.00000435" and entry["request"].startswith("req_")
    for part in ("17", "3", "gpt-4o-mini", "measured"):
        assert part in json.dumps(entry), f"the arithmetic of a charge shows {part}"
    table = server.run("ledger", "statement", "--account", live.name, *server._places()).stdout
    assert "-0.00000435" in table and entry["request"] in table


def test_usage(server):
    customer = server.customer(live="1.00")
    for model in ("gpt-4o-mini", "gpt-4o-mini", "gpt-4o"):
        assert customer.chat(model=model).status == 200
    customer.chat("refused", temperature=9)
    found = json.dumps(server.cli("usage", "--account", customer.name))
    for part in ("gpt-4o-mini", "gpt-4o", "0.0000087", "0.0000725"):
        assert part in found
    csv = server.run("usage", "--account", customer.name, "--format", "csv", *server._places())
    assert csv.returncode == 0 and len(csv.stdout.strip().splitlines()) == 3


def test_usage_over_http(server):
    customer = server.customer(live="1.00")
    for model in ("gpt-4o-mini", "gpt-4o-mini", "gpt-4o"):
        assert customer.chat(model=model).status == 200
    told = ask(server, "GET", "/api/usage/?model=gpt-4o-mini", key=customer.key)
    assert told.status == 200 and "0.0000087" in told.body.decode() and "0.0000725" not in told.body.decode()
    csv = ask(server, "GET", "/api/usage/?format=csv", key=customer.key)
    assert csv.headers["content-type"].startswith("text/csv") and len(csv.body.decode().strip().splitlines()) == 3
    for query in ("from=yesterday", "format=xml"):
        assert ask(server, "GET", f"/api/usage/?{query}", key=customer.key).status == 400
    assert ask(server, "GET", "/api/usage/").status == 401


def test_engine_check(tmp_path, upstream):
    config = json.loads(configuration(upstream))
    server = Server(tmp_path, json.dumps(config))
    result = server.run("engine", "check", "--config", server.config)
    assert result.returncode == 0 and "plain" in result.stdout and "sandbox" in result.stdout
    config["engines"]["broken"] = {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "api_key": "${UPSTREAM_KEY}"}
    server.config.write_text(json.dumps(config))
    result = server.run("engine", "check", "--config", server.config)
    assert result.returncode == 1 and "broken" in result.stdout + result.stderr
    result = server.run("engine", "check", "--config", server.config, "--json")
    assert result.returncode == 1 and UPSTREAM_KEY not in result.stdout + result.stderr
    rows = {row["name"]: row for row in json.loads(result.stdout)["engines"]}
    assert rows["plain"]["usable"] is True and rows["broken"]["usable"] is False


# Configuration.

def test_config_shows_every_key_with_its_source(tmp_path, upstream):
    server = Server(tmp_path, configuration(upstream, server={"host": "127.0.0.1", "port": 8123}))
    shown = server.run("config", "--config", server.config)
    assert shown.returncode == 0 and "8123" in shown.stdout and "config.yaml" in shown.stdout
    assert UPSTREAM_KEY not in shown.stdout, "secrets are masked"
    document = server.run("config", "--config", server.config, "--json")
    assert UPSTREAM_KEY not in document.stdout and json.loads(document.stdout)
    assert server.run("config").returncode == 0, "without a file the built-in default is shown"


BAD_CONFIGURATIONS = {
    "not YAML": ("server: [", None), "an unknown section": ("servers: {port: 1}", "servers"),
    "an unknown key": ("server: {prot: 1}", "prot"), "a port that is not one": ("server: {port: many}", "port"),
    "a port out of range": ("server: {port: 70000}", "port"),
    "an unknown kind of engine": ("engines: {x: {kind: magic}}", "kind"),
    "an engine without an address": ("engines: {x: {kind: openai}}", "base_url"),
    "a secret that is not there": (
        'engines: {x: {kind: openai, base_url: "http://127.0.0.1:1/v1", api_key: "${NOT_SET_ANYWHERE}"}}', "NOT_SET_ANYWHERE"),
    "a route to nowhere": ("models: {gpt-4o: {routes: [{engine: nobody, model: m}]}}", "nobody"),
    "a negative price": ("models: {m: {kind: chat, price: {input: -1, output: 1}}}", "input"),
    "a price in words": ("models: {m: {kind: chat, price: {input: cheap, output: 1}}}", "input"),
    "half a price": ("models: {m: {kind: chat, price: {input: 1}}}", "output"),
    "a key twice": ("server: {port: 1}\nserver: {port: 2}", "server"),
}


@pytest.mark.parametrize("text, named", BAD_CONFIGURATIONS.values(), ids=BAD_CONFIGURATIONS.keys())
def test_a_bad_configuration_is_refused(tmp_path, text, named):
    server = Server(tmp_path, text)
    for command in ("config", "serve"):
        result = server.run(command, "--config", server.config, timeout=20)
        assert result.returncode != 0
        assert "config.yaml" in result.stderr, "the message names the file"
        if named:
            assert named in result.stderr and re.search(r":\d+|line \d+", result.stderr), result.stderr


def test_the_environment_overrides_the_file(tmp_path, upstream):
    server = Server(tmp_path, configuration(upstream, server={"port": 8123}), environment={"MINITOOLAI_SERVER_PORT": "8321"})
    shown = server.run("config", "--config", server.config)
    assert "8321" in shown.stdout and "MINITOOLAI_SERVER_PORT" in shown.stdout


# The client commands.

def chat(server, *arguments, key=None, **more):
    environment = {"MINITOOLAI_URL": server.url, **({"MINITOOLAI_API_KEY": key} if key else {})}
    return server.run("chat", *arguments, environment=environment, **more)


def test_chat(server, live, tester):
    with live.charged(SAMPLE_COST):
        result = chat(server, "Hello", key=live.key)
    assert result.returncode == 0 and result.stdout.startswith("Ok.")
    assert "0.00000435" in result.stdout + result.stderr, "it shows the cost"
    assert f"{live.balance:f}" in result.stdout + result.stderr or "balance" in result.stdout + result.stderr
    document = json.loads(chat(server, "Hello", "--json", key=live.key).stdout)
    assert "Ok." in json.dumps(document)
    result = chat(server, "Hello", "--url", server.url, key=tester.key)
    assert result.returncode == 0 and result.stdout.strip()


def test_chat_that_fails(server):
    for key in (None, "sk-nobody"):
        result = chat(server, "Hello", key=key)
        assert result.returncode != 0 and result.stdout == "" and result.stderr
    result = server.run("chat", "Hello", "--url", "http://127.0.0.1:1", environment={"MINITOOLAI_API_KEY": "sk-x"})
    assert result.returncode != 0 and result.stdout == "" and result.stderr
    poor = server.customer()
    result = chat(server, "Hello", key=poor.key)
    assert result.returncode != 0 and "balance" in result.stderr.lower()


# Starting for the first time.

def test_the_first_start(tmp_path):
    """No configuration at all: a test key with a balance is printed, and a line of curl that works when pasted."""
    server = Server(tmp_path)
    server.start()
    printed = "\n".join(server.printed) + "\n" + server.logged()
    key = re.search(r"sk-test-[\w-]+", printed).group()
    assert Decimal(ask(server, "GET", "/api/account/", key=key).json["test_balance"]) > 0
    line = next(line for line in printed.replace("\\\n", " ").split("\n") if "curl " in line)
    pasted = subprocess.run(line[line.index("curl "):], shell=True, capture_output=True, text=True, timeout=30)
    assert pasted.stdout.rstrip().endswith("data: [DONE]"), pasted
    assert ask(server, "POST", NATIVE, question(), key=key).text()
    assert server.stop() == 0
    printed_before = len(server.printed)
    server.start()
    again = "\n".join(server.printed[printed_before:])
    assert "sk-test-" not in again, "only the first start makes a key"
    listed = ask(server, "GET", "/v1/models", key=key).json["data"]
    assert set(BUILT_IN) <= {model["id"] for model in listed}
    assert server.stop() == 0
    server.verify()


def test_ready_is_one_line_on_standard_output(fresh):
    fresh.start()
    ready = [line for line in fresh.printed if line.startswith("ready ")]
    assert ready == [f"ready {fresh.url}"]
    assert ask(fresh, "GET", "/readyz").status == 200


def test_the_data_directory_is_private(fresh):
    fresh.start()
    fresh.customer(live="1.00", test_key=True)
    for path in [fresh.data, *fresh.data.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, f"{path} can be read by others"


def test_no_secret_at_rest(fresh):
    fresh.start()
    customer = fresh.customer(live="1.00")
    assert customer.ask(question("a canary in the prompt 93aa"), V1).status == 200
    assert fresh.stop() == 0
    for path in [path for path in fresh.folder.rglob("*") if path.is_file() and path.name != "config.yaml"]:
        data = path.read_bytes()
        for secret in (customer.key, UPSTREAM_KEY, "93aa"):
            assert secret.encode() not in data, f"{secret} is in {path.name}"


@pytest.mark.parametrize("command", [
    [], ["serve"], ["account"], ["account", "create"], ["key"], ["key", "create"], ["credit", "grant"], ["ledger"],
    ["ledger", "statement"], ["usage"], ["engine", "check"], ["config"], ["backup"], ["restore"], ["chat"],
])
def test_help(tmp_path, command):
    result = subprocess.run([minitoolai.BINARY, *command, "--help"], capture_output=True, text=True, timeout=20, cwd=tmp_path)
    assert result.returncode == 0 and "USAGE" in result.stdout.upper()
    assert list(tmp_path.iterdir()) == [], "asking for help changes nothing"


@pytest.mark.parametrize("command", [["nothing"], ["account"], ["account", "create"], ["serve", "--port", "many"], ["--nothing"]])
def test_a_wrong_command(tmp_path, command):
    result = subprocess.run([minitoolai.BINARY, *command], capture_output=True, text=True, timeout=20, cwd=tmp_path)
    assert result.returncode != 0 or command == ["account"]
    assert result.stderr or command == ["account"]


def test_a_socket_of_somebody_else_is_not_asked(fresh):
    """Who may write into the data directory could put a socket there and listen to what is asked of the server."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    fresh.data.mkdir(exist_ok=True)
    place = fresh.data / "control.sock"
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(place))
        listener.listen()
        os.chown(place, 65534, 65534)
        with pytest.raises(CommandFailed, match="belongs to another user"):
            fresh.cli("account", "list")


def test_a_ledger_that_is_gone_is_not_replaced(fresh):
    fresh.start()
    fresh.stop()
    (fresh.data / "minitoolai.db").unlink()
    with pytest.raises(CommandFailed, match="minitoolai.db is missing, but the secret of its keys is there"):
        fresh.cli("account", "list")
