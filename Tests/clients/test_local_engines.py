"""Engines that are started here when they are needed: once, watched, stopped when idle, and never left behind."""

import json
import os
import pathlib
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from minitoolai import V1, Server, configuration, eventually, question

PROGRAM = str(pathlib.Path(__file__).with_name("local_engine.py"))
NANO = 4350  # 17 tokens in and 3 out


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Local:
    """One such engine in a configuration, and the lives it has had."""

    def __init__(self, folder, name, *options, spare=None, **process):
        self.name, self.notes, self.port = name, folder / f"lives-{name}", free_port()
        self.engine = {
            "kind": "openai", "base_url": f"http://127.0.0.1:{self.port}/v1",
            "command": [sys.executable, PROGRAM, str(self.port), str(self.notes), *options],
            "process": {"stop": "1s", **process},
        }
        routes = [{"engine": name, "model": "local"}]
        if spare:
            routes.append({"engine": spare, "model": "local", "priority": 2})
        self.model = {"kind": "chat", "price": {"input": 0.15, "output": 0.60}, "routes": routes}

    @property
    def lives(self):
        return [json.loads(note.read_text()) for note in sorted(self.notes.glob("*.json"))] if self.notes.exists() else []

    @property
    def pids(self):
        return [pid for life in self.lives for pid in (life["pid"], life["child"]) if pid]

    @property
    def running(self):
        return [pid for pid in self.pids if alive(pid)]


def alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def zombies(pid):
    """Children of a process, and theirs, that nobody has taken leave of."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] == "Z":
            found.append(int(entry.parent.name))
    return found


@pytest.fixture
def house(tmp_path, upstream):
    """Makes a server with such engines, started, and a customer with live money."""
    servers = []

    def make(*locals_, **more):
        # The configuration may not name a secret that the engine could read.
        server = Server(tmp_path, configuration(
            upstream, engines={one.name: one.engine for one in locals_}, models={one.name: one.model for one in locals_} | more,
        ))
        servers.append(server)
        server.start()
        return server, server.customer(live="5.00")

    yield make
    for server in servers:
        if server.process:
            assert server.stop() == 0
        server.verify()


def test_it_is_started_by_the_first_request_and_serves_the_next(tmp_path, house):
    local = Local(tmp_path, "local", "--loads", "0.5")
    server, customer = house(local)
    assert local.lives == []
    with customer.charged(2 * NANO):
        first, second = customer.chat(model="local"), customer.chat(model="local")
    assert first.status == second.status == 200, first.body
    assert first.json["choices"][0]["message"]["content"] == second.json["choices"][0]["message"]["content"]
    assert len(local.lives) == 1
    logged = server.logged()
    for event in ("engine.starting", "engine.ready", "engine.output"):
        assert event in logged
    assert "loading the model" in logged


def test_a_crowd_starts_it_once(tmp_path, house):
    local = Local(tmp_path, "local", "--loads", "1")
    _, customer = house(local)
    with customer.charged(40 * NANO), ThreadPoolExecutor(40) as hands:
        answers = list(hands.map(lambda _: customer.chat(model="local"), range(40)))
    assert {answer.status for answer in answers} == {200}
    assert len(local.lives) == 1


def test_it_is_stopped_when_idle_and_comes_again(tmp_path, house):
    local = Local(tmp_path, "local", "--parent", idle="1s")
    server, customer = house(local)
    assert customer.chat(model="local").status == 200
    assert len(local.running) == 2
    eventually(lambda: not local.running, "the engine and its child are gone")
    assert customer.chat(model="local").status == 200
    assert len(local.lives) == 2
    assert "engine.idle" in server.logged() and "engine.stopped" in server.logged()


def test_a_long_answer_is_not_idleness(tmp_path, house):
    local = Local(tmp_path, "local", idle="1s")
    _, customer = house(local)
    with customer.charged(NANO):
        assert customer.chat("sleep 3.5", model="local").status == 200
    assert len(local.lives) == 1


def test_one_that_dies_is_started_by_the_next_request(tmp_path, house):
    local = Local(tmp_path, "local")
    server, customer = house(local)
    with customer.charged(0):
        assert customer.chat("die", model="local").status in (502, 503)
    eventually(lambda: "engine.died" in server.logged(), "its end is in the log")
    with customer.charged(NANO):
        assert customer.chat(model="local").status == 200
    assert len(local.lives) == 2


def test_one_that_cannot_start_says_why_and_is_left_alone(tmp_path, house):
    broken = Local(tmp_path, "broken", "--fails")
    server, customer = house(broken)
    with customer.charged(0):
        first = customer.chat(model="broken")
        began = time.monotonic()
        again = [customer.chat(model="broken") for _ in range(5)]
    assert time.monotonic() - began < 3
    assert first.status in (502, 503) and {answer.status for answer in again} <= {502, 503}
    assert "model file" not in first.body.decode(), "an operator's matter is not the caller's"
    logged = server.logged()
    assert "model file is not there" in logged and "ended with code 3" in logged
    assert logged.count("engine.starting") <= 3


def test_where_it_cannot_start_another_engine_answers(tmp_path, house, upstream):
    broken = Local(tmp_path, "broken", "--fails", spare="plain")
    _, customer = house(broken)
    with customer.charged(NANO):
        assert customer.chat(model="broken").status == 200


def test_a_program_that_is_not_there(tmp_path, house):
    local = Local(tmp_path, "local")
    local.engine["command"] = ["/no/such/program"]
    server, customer = house(local)
    with customer.charged(0):
        assert customer.chat(model="local").status in (502, 503)
    assert "/no/such/program" in server.logged()
    check = server.run("engine", "check", "--json", *server._places())
    found = {one["name"]: one for one in json.loads(check.stdout)["engines"]}
    assert not found["local"]["usable"] and "not installed" in found["local"]["summary"]


def test_check_does_not_start_it(tmp_path, house):
    local = Local(tmp_path, "local")
    server, customer = house(local)
    found = {one["name"]: one for one in server.cli("engine", "check")["engines"]}
    assert found["local"]["usable"] and "when it is needed" in found["local"]["summary"]
    assert local.lives == []


def test_one_that_never_answers_is_given_up(tmp_path, house):
    local = Local(tmp_path, "local", "--loads", "1000", start="2s")
    server, customer = house(local)
    with customer.charged(0):
        assert customer.chat(model="local").status in (502, 503)
    eventually(lambda: not local.running, "it was stopped")
    assert "did not answer in 2 s" in server.logged()


def test_a_server_without_a_health_page_is_ready_when_it_answers(tmp_path, house):
    local = Local(tmp_path, "local", "--no-health")
    _, customer = house(local)
    assert customer.chat(model="local").status == 200


def test_a_caller_who_does_not_wait_pays_nothing(tmp_path, house):
    local = Local(tmp_path, "local", "--loads", "1.5")
    server, customer = house(local)
    with customer.charged(0):
        with pytest.raises(Exception):
            customer.ask(question(model="local"), V1, timeout=0.5)
    with customer.charged(NANO):
        assert customer.chat(model="local").status == 200
    assert len(local.lives) == 1


@pytest.mark.parametrize("options", [(), ("--stubborn",), ("--parent", "--stubborn")], ids=["plain", "stubborn", "a family"])
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_nothing_is_left_when_the_server_goes(tmp_path, house, options, how):
    local = Local(tmp_path, "local", *options)
    server, customer = house(local)
    assert customer.chat(model="local").status == 200
    pids = local.running
    assert pids
    getattr(server, how)()
    eventually(lambda: not any(map(alive, pids)), "the engine is gone with its server")


def test_the_next_server_waits_for_the_one_before_to_be_gone(tmp_path, house):
    local = Local(tmp_path, "local", "--stubborn", stop="2s")
    server, customer = house(local)
    assert customer.chat(model="local").status == 200
    server.kill()
    server.start()
    assert customer.chat(model="local").status == 200
    assert len(local.lives) == 2


def test_the_keeper_is_killed(tmp_path, house):
    local = Local(tmp_path, "local", "--parent")
    server, customer = house(local)
    assert customer.chat(model="local").status == 200
    pids = local.running
    keeper = int(pathlib.Path(f"/proc/{pids[0]}/stat").read_text().rsplit(")", 1)[1].split()[1])
    assert keeper != server.process.pid
    os.kill(keeper, 9)
    eventually(lambda: not any(map(alive, pids)), "the engine goes with its keeper")
    eventually(lambda: "engine.died" in server.logged(), "the server has seen it")
    assert customer.chat(model="local").status == 200


def test_there_are_no_zombies(tmp_path, house):
    local = Local(tmp_path, "local", "--parent", idle="1s")
    server, customer = house(local)
    for _ in range(3):
        assert customer.chat(model="local").status == 200
        with customer.charged(0):
            customer.chat("die", model="local")
        eventually(lambda: not local.running, "it is gone")
    assert zombies(server.process.pid) == []
    assert len(local.lives) == 3


def test_it_knows_none_of_the_servers_secrets(tmp_path, house):
    local = Local(tmp_path, "local", environment={"MODEL_DIR": "/models", "GIVEN": "${UPSTREAM_KEY}"})
    server, customer = house(local)
    assert customer.chat(model="local").status == 200
    seen = local.lives[0]["environment"]
    assert "UPSTREAM_KEY" not in seen and not any(name.startswith("MINITOOLAI") for name in seen)
    assert seen["MODEL_DIR"] == "/models" and seen["GIVEN"] == server.environment["UPSTREAM_KEY"]


def test_what_it_writes_cannot_drown_the_log(tmp_path, house):
    local = Local(tmp_path, "local", "--chatters", "3000")
    server, customer = house(local)
    assert customer.chat(model="local").status == 200
    lines = [line for line in server.logged().splitlines() if "engine.output" in line]
    assert 1 <= len(lines) <= 300 and max(map(len, lines)) < 2400


def test_vectors_start_it_too(tmp_path, house):
    local = Local(tmp_path, "local")
    _, customer = house(local, vectors={"kind": "embedding", "price": {"input": 0.02}, "routes": [{"engine": "local"}]})
    answer = customer.ask({"model": "vectors", "input": "x"}, "/v1/embeddings")
    assert answer.status == 200 and answer.json["data"][0]["embedding"] == [0.5, 0.25]
    assert len(local.lives) == 1


def test_speech_and_pictures_start_theirs(tmp_path, house):
    voice, painter = Local(tmp_path, "voice", idle="1s"), Local(tmp_path, "painter", idle="1s")
    voice.engine["kind"], painter.engine["kind"] = "openai-speech", "openai-images"
    voice.model = {"kind": "speech", "price": {"characters": 15}, "routes": [{"engine": "voice"}]}
    painter.model = {"kind": "image", "price": {"image": 0.0015}, "routes": [{"engine": "painter"}]}
    _, customer = house(voice, painter)
    with customer.charged(5 * 15_000):
        answer = customer.ask({"model": "voice", "input": "Hello", "voice": "alloy", "response_format": "wav"}, "/v1/audio/speech")
    assert answer.status == 200 and answer.body[:4] == b"RIFF", answer.body[:200]
    with customer.charged(1_500_000):
        answer = customer.ask({"model": "painter", "prompt": "night", "size": "256x256"}, "/v1/images/generations", timeout=60)
    assert answer.status == 200, answer.body[:300]
    assert len(voice.lives) == len(painter.lives) == 1
    eventually(lambda: not voice.running and not painter.running, "both are idle")


@pytest.mark.parametrize("change, said", [
    ({"command": "llama-server --port 1"}, "expected a program and its arguments"),
    ({"command": []}, "expected a program and its arguments"),
    ({"command": None}, "expected a command beside it"),
    ({"process": {"health": "health"}}, "expected a path that begins with a slash"),
    ({"process": {"idle": "1ms"}}, "expected a time from"),
    ({"process": {"environment": {"A=B": "x"}}}, "expected the name of an environment variable"),
    ({"process": {"shell": True}}, "unknown key"),
])
def test_what_is_wrong_with_a_command_is_said(tmp_path, upstream, change, said):
    local = Local(tmp_path, "local")
    server = Server(tmp_path, configuration(upstream, engines={"local": local.engine | change}))
    result = server.run("config", *server._places())
    assert result.returncode != 0 and said in result.stderr, result.stderr
