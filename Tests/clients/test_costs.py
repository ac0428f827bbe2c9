"""What engines cost beside what customers pay: each attempt, each day, and the alarm when the two counts part."""

import socket
import time
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from http1 import ask
from minitoolai import engine, usd
from upstream import completion, plain, usage

COST = {"input": 0.10, "cached_input": 0.05, "output": 0.40}
# 17 tokens in and 3 out, at 0.15 / 0.60 and at 0.10 / 0.40.
CHARGE, SPENT = 4350, 2900


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def CONFIGURATION(upstream):
    def routed(*routes, **more):
        return {"kind": "chat", "price": {"input": 0.15, "output": 0.60}, "routes": [{"model": "up", **route} for route in routes],
                **more}

    dead = {"kind": "openai", "base_url": f"http://127.0.0.1:{closed_port()}/v1"}
    names = ("cost-well", "cost-cut", "cost-hung", "cost-greedy", "cost-mute", "cost-cached")
    return {
        "engines": {"cost-dead": dead, **{name: engine(upstream, name) for name in names}},
        "models": {
            **{name: routed({"engine": name, "cost": COST}) for name in names},
            "cost-two": routed({"engine": "cost-dead", "cost": COST}, {"engine": "cost-well", "priority": 2, "cost": COST}),
            "cost-hung-two": routed({"engine": "cost-hung", "cost": COST}, {"engine": "cost-well", "priority": 2, "cost": COST}),
            "cost-nobody-said": routed({"engine": "cost-well"}),
            "cost-gift": routed({"engine": "cost-well", "cost": {"free": True}}),
            "cost-voice": {"kind": "speech", "price": {"characters": 15}, "routes": [
                {"engine": "sandbox", "model": "tts-1", "cost": {"characters": 10}}]},
            "cost-picture": {"kind": "image", "price": {"image": 0.0015}, "routes": [
                {"engine": "sandbox", "model": "x", "cost": {"image": 0.001}}]},
        },
        "routing": {"sticky": False},
    }


@pytest.fixture(scope="module", autouse=True)
def scripts(upstream):
    def cut(exchange):
        exchange.open_stream()
        exchange.text("half")
        exchange.reset()

    upstream.scripts |= {
        "cost-well": plain, "cost-cut": cut, "cost-hung": lambda exchange: exchange.reset(),
        "cost-greedy": lambda exchange: plain(exchange, used=usage(prompt=9000)),
        "cost-mute": lambda exchange: exchange.reply(200, {**completion(exchange.json["model"]), "usage": None}),
        "cost-cached": lambda exchange: plain(exchange, used=usage() | {"prompt_tokens_details": {"cached_tokens": 10}}),
    }


def today():
    return datetime.now(timezone.utc).strftime("%Y-%m-%d")


def margin(server, model):
    said = server.cli("margin", "--model", model)
    assert len(said["days"]) <= 1
    if not said["days"]:
        return None
    return {name: Decimal(value) if name in ("charged", "cost", "margin") else value for name, value in said["days"][0].items()}


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_costs_what_its_route_says(server, live, stream):
    before = margin(server, "cost-well") or {"requests": 0, "attempts": 0}
    with live.charged(CHARGE):
        assert live.chat(model="cost-well", stream=stream).status == 200
    line = margin(server, "cost-well")
    count = before["requests"] + 1
    assert line == {
        "day": today(), "model": "cost-well", "requests": count, "requests_without_cost": 0, "charged": usd(CHARGE * count),
        "attempts": count, "attempts_failed": 0, "cost": usd(SPENT * count), "margin": usd((CHARGE - SPENT) * count),
        "billed_units": 20 * count, "reported_units": 20 * count,
    }


def test_an_engine_that_cannot_be_reached_costs_nothing_and_is_told(server, live):
    with live.charged(CHARGE):
        assert live.chat(model="cost-two").status == 200
    line = margin(server, "cost-two")
    assert (line["requests"], line["attempts"], line["attempts_failed"]) == (1, 2, 1)
    assert line["cost"] == usd(SPENT)


def test_what_an_engine_that_fell_silent_billed_nobody_knows(server, live):
    with live.charged(CHARGE):
        assert live.chat(model="cost-hung-two").status == 200
    line = margin(server, "cost-hung-two")
    assert (line["attempts"], line["attempts_failed"], line["cost"]) == (2, 1, usd(SPENT))


def test_an_answer_that_broke_off_is_estimated(server, live):
    with live.charged(between=(1, CHARGE * 10)):
        live.chat(model="cost-cut", stream=True)
    line = margin(server, "cost-cut")
    assert (line["attempts"], line["attempts_failed"], line["reported_units"]) == (1, 1, 0)
    assert line["cost"] > 0


def test_cached_input_costs_its_own_rate(server, live):
    assert live.chat(model="cost-cached").status == 200
    assert margin(server, "cost-cached")["cost"] == usd(700 + 500 + 1200)


def test_a_route_without_a_cost_is_counted_apart(server, live):
    with live.charged(CHARGE):
        assert live.chat(model="cost-nobody-said").status == 200
    line = margin(server, "cost-nobody-said")
    assert (line["requests"], line["requests_without_cost"], line["attempts"]) == (1, 1, 0)
    assert line["cost"] == usd(0)


def test_a_free_engine_is_no_unknown(server, live):
    assert live.chat(model="cost-gift").status == 200
    line = margin(server, "cost-gift")
    assert (line["requests_without_cost"], line["cost"], line["margin"]) == (0, usd(0), usd(CHARGE))


def test_speech_and_pictures_are_in_the_book(server, live):
    assert live.ask({"model": "cost-voice", "input": "Hello", "voice": "alloy"}, "/v1/audio/speech").status == 200
    line = margin(server, "cost-voice")
    assert (line["charged"], line["cost"]) == (usd(75_000), usd(50_000))
    answer = live.ask({"model": "cost-picture", "prompt": "a house", "size": "256x256"}, "/v1/images/generations")
    assert answer.status == 200, answer.body
    line = margin(server, "cost-picture")
    assert (line["charged"], line["cost"], line["attempts"]) == (usd(1_500_000), usd(1_000_000), 1)


def test_test_keys_are_not_in_the_book(server, tester):
    before = margin(server, "cost-well")
    assert tester.chat(model="cost-well").status == 200
    assert margin(server, "cost-well") == before


def test_the_table_and_the_list_say_the_same(server, live):
    assert live.chat(model="cost-well").status == 200
    table = server.run("margin", *server._places()).stdout.splitlines()
    rows = server.run("margin", "--format", "csv", *server._places()).stdout.splitlines()
    assert table[0].split()[:3] == ["DAY", "MODEL", "REQUESTS"] and table[-1].startswith("total")
    assert rows[0].startswith("day,model,requests,requests_without_cost")
    assert len(rows) == len(table) - 1


def test_the_book_is_there_after_a_power_cut(fresh):
    fresh.start()
    customer = fresh.customer(live="5.00")
    assert customer.chat(model="cost-well").status == 200
    fresh.kill()
    assert margin(fresh, "cost-well")["cost"] == usd(SPENT)
    fresh.verify()


def metric(server, name, engine_name):
    for line in ask(server, "GET", "/metrics").body.decode().splitlines():
        if line.startswith(f"minitoolai_{name}{{") and f'engine="{engine_name}"' in line:
            return int(line.rsplit(" ", 1)[1])
    raise AssertionError(f"no {name} of {engine_name}")


@pytest.mark.parametrize("script, unreported", [("cost-greedy", False), ("cost-mute", True)])
def test_when_charges_part_from_reports_there_is_an_alarm_once(server, live, script, unreported):
    for _ in range(60):
        assert live.chat(model=script).status == 200
    assert metric(server, "usage_answers_today", script) == 60
    if unreported:
        assert metric(server, "usage_unreported_today", script) == 60
    else:
        # A report of 9,000 tokens for a prompt that cannot be so many is not charged.
        assert metric(server, "usage_drift_ppm", script) < -800_000
    time.sleep(0.2)
    alarms = [line for line in server.logged().splitlines() if "usage.drift" in line and f"engine={script} " in line]
    assert len(alarms) == 1, alarms


def test_no_alarm_where_they_agree(server, live):
    for _ in range(60):
        assert live.chat(model="cost-well").status == 200
    assert metric(server, "usage_drift_ppm", "cost-well") == 0
    assert "engine=cost-well" not in "".join(line for line in server.logged().splitlines() if "usage.drift" in line)
