"""One `Idempotency-Key` is asked once and charged once, whoever repeats it and whatever happens in between."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from images import talk
from minitoolai import NATIVE, V1, engine, model
from upstream import plain

SPEECH = "/v1/audio/speech"


def CONFIGURATION(upstream):
    return {
        "engines": {"slow": engine(upstream, "named-slow"), "failing": engine(upstream, "named-failing"), "long": engine(upstream, "named-long")},
        "models": {"slow": model("slow"), "failing": model("failing"), "long": model("long")},
    }


@contextlib.contextmanager
def paying(customer):
    before = customer.balance
    yield
    assert customer.balance < before


def ask(customer, name="order-7", path=V1, **fields):
    fields = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return customer.ask(fields, path, [("idempotency-key", name)])


@pytest.mark.parametrize("path", [V1, NATIVE])
@pytest.mark.parametrize("stream", [False, True])
def test_a_repetition_hears_the_same_and_pays_nothing(server, upstream, path, stream):
    customer = server.customer(live="1.00")
    with paying(customer):
        first = ask(customer, path=path, stream=stream)
    asked = len(upstream.asked())
    with customer.charged(0):
        second = ask(customer, path=path, stream=stream)
    assert first.status == second.status == 200 and first.body == second.body and b"Ok" in first.body
    assert first.headers["content-type"] == second.headers["content-type"]
    assert second.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    assert float(second.headers["x-minitoolai-cost"]) > 0
    assert len(upstream.asked()) == asked
    # Another name is another request, and so is another's name.
    with paying(customer):
        assert ask(customer, "order-8", path, stream=stream).body != first.body
    assert ask(server.customer(live="1.00"), path=path, stream=stream).body != first.body


def test_another_body_or_address_under_the_same_name_is_refused(server):
    customer = server.customer(live="1.00")
    assert ask(customer).status == 200
    with customer.charged(0):
        for answer in [ask(customer, temperature=0.5), ask(customer, path=NATIVE, stream=False)]:
            assert answer.status == 422 and answer.json["error"]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("name", ["", "a b", "k" * 256])
def test_what_is_no_name_is_refused(server, name):
    answer = ask(server.customer(live="1.00"), name)
    assert answer.status == 400 and "Idempotency-Key" in answer.json["error"]["message"]


def test_a_hundred_at_once_ask_one_engine_once(server, upstream):
    customer = server.customer(live="1.00")
    upstream.scripts["named-slow"] = lambda exchange: (exchange.pause(0.3), plain(exchange))
    before = len(upstream.asked("named-slow"))
    with ThreadPoolExecutor(25) as hands:
        answers = list(hands.map(lambda _: ask(customer, "race", model="slow"), range(100)))
    done = [answer for answer in answers if answer.status == 200]
    busy = [answer for answer in answers if answer.status != 200]
    assert len({answer.body for answer in done}) == 1 and len(upstream.asked("named-slow")) == before + 1
    assert all(answer.status == 409 and answer.json["error"]["code"] == "idempotency_key_in_use" for answer in busy)
    assert all("retry-after-ms" in answer.headers for answer in busy) and busy
    assert ask(customer, "race", model="slow").body == done[0].body
    assert len([line for line in customer.statement() if line["kind"] == "charge"]) == 1


def test_what_cost_nothing_may_be_asked_again(server, upstream):
    customer = server.customer(live="1.00")
    upstream.scripts["named-failing"] = lambda exchange: exchange.reply(503, {"error": {"message": "no"}})
    with customer.charged(0):
        assert ask(customer, "again", model="failing").status == 503
    upstream.scripts["named-failing"] = plain
    assert ask(customer, "again", model="failing").status == 200
    poor = server.customer(live="0.000001")
    assert ask(poor, "poor").status == 429
    server.cli("credit", "grant", "--account", poor.account, "--amount", "1.00", "--reference", "more")
    assert ask(poor, "poor").status == 200


def test_what_was_too_large_to_keep_is_not_asked_again(server, upstream):
    customer = server.customer(live="5.00")
    upstream.scripts["named-long"] = lambda exchange: plain(exchange, pieces=["x"] * 6000)
    first = ask(customer, "long", model="long", stream=True, max_tokens=16_000)
    assert first.status == 200
    with customer.charged(0):
        second = ask(customer, "long", model="long", stream=True, max_tokens=16_000)
    assert second.status == 409 and second.json["error"]["code"] == "already_completed"
    assert second.headers["x-should-retry"] == "false" and float(second.headers["x-minitoolai-cost"]) > 0


def test_speech_is_spoken_once(server):
    customer = server.customer(live="1.00")
    body = {"model": "tts-1", "input": "Hello there.", "voice": "alloy"}
    for delivery in ["audio", "sse"]:
        name = [("idempotency-key", f"speech-{delivery}")]
        wish = {**body, "stream_format": delivery}
        with paying(customer):
            first = customer.ask(wish, SPEECH, name)
        with customer.charged(0):
            second = customer.ask(wish, SPEECH, name)
        assert first.status == second.status == 200 and first.body == second.body and len(first.body) > 100
        assert second.headers["idempotent-replayed"] == "true"
        assert customer.ask({**wish, "input": "Else."}, SPEECH, name).status == 422


def test_a_speech_that_was_refused_may_be_asked_again(server):
    customer = server.customer(live="0.000001")
    body = {"model": "tts-1", "input": "Hello there.", "voice": "alloy"}
    assert [customer.ask(body, SPEECH, [("idempotency-key", "poor")]).status for _ in range(2)] == [429, 429]


def test_a_generation_is_painted_once(server, tester):
    fields = {"model": "realvision", "prompt": "a hill", "n": 2, "size": "256x256", "steps": 1}
    answers = [talk(server, "POST", "/v1/images/generations", fields, tester.key, [("idempotency-key", "hill")]) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200], answers[0].body
    files = [[image["url"].split("?")[0] for image in answer.json["data"]] for answer in answers]
    assert files[0] == files[1] and len(set(files[0])) == 2


@pytest.mark.parametrize("moment, charged", [("hold.committed", False), ("settle.committed", True)])
def test_repeated_after_a_power_cut(fresh, moment, charged):
    fresh.start()
    customer = fresh.customer(live="1.00")
    assert fresh.stop() == 0
    fresh.environment["MINITOOLAI_FAILPOINTS"] = f"{moment}=kill"
    fresh.start()
    with pytest.raises(Exception):
        assert ask(customer, "cut").status == 200
    process, fresh.process = fresh.process, None
    process.wait(30)
    fresh.log.close()
    fresh.environment["MINITOOLAI_FAILPOINTS"] = ""
    fresh.start()
    answer = ask(customer, "cut")
    if charged:
        assert answer.status == 409 and answer.json["error"]["code"] == "already_completed"
    else:
        assert answer.status == 200 and ask(customer, "cut").body == answer.body
    assert len([line for line in customer.statement() if line["kind"] == "charge"]) == 1
    fresh.verify()
