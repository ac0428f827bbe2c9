"""Limits on requests, tokens and requests at once, through the built server."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from minitoolai import CommandFailed, Server, configuration, engine, model, usd
from sdk import client
from upstream import plain


def CONFIGURATION(upstream):
    return {
        "engines": {"slow": engine(upstream, "slow")},
        "models": {"slow": model("slow"), "narrow": model("plain"), "few": model("plain"),
                   "thrifty": model("plain"), "daily": model("plain")},
        "limits": {
            "key": {"concurrent": 20},
            "models": {"few": {"requests_per_minute": 3}, "tts-1": {"requests_per_minute": 2},
                       "realvision": {"requests_per_minute": 2}, "narrow": {"tokens_per_minute": 1000},
                       "thrifty": {"spend_per_minute": 0.001}, "daily": {"spend_per_day": 0.001, "requests_per_day": 1000},
                       "gpt-4o": {"requests_per_minute": 50}},
        },
    }


def test_a_thousand_requests_and_not_one_too_many(server, upstream):
    customer = server.customer(live="5.00")
    before = len(upstream.asked("plain"))
    with ThreadPoolExecutor(20) as hands:
        answers = list(hands.map(lambda n: customer.chat(model="gpt-4o", max_tokens=5), range(300)))
    assert sorted(answer.status for answer in answers) == [200] * 50 + [429] * 250
    assert len(upstream.asked("plain")) == before + 50


def test_the_fields_tell_what_is_left(server):
    customer = server.customer(live="1.00")
    left = []
    for stream in (False, True, False):
        answer = customer.chat(model="few", stream=stream)
        assert answer.status == 200 and answer.headers["x-ratelimit-limit-requests"] == "3"
        left.append(answer.headers["x-ratelimit-remaining-requests"])
        assert answer.headers["x-ratelimit-reset-requests"][-1] == "s"
    assert left == ["2", "1", "0"]
    with customer.charged(0):
        answer = customer.chat(model="few")
    assert answer.status == 429 and answer.json["error"]["code"] == "rate_limit_exceeded"
    assert answer.json["error"]["type"] == "requests"
    assert 0 < int(answer.headers["retry-after-ms"]) <= 62_001 and 0 < int(answer.headers["retry-after"]) <= 63
    assert "limit 3, used 3, requested 1" in answer.json["error"]["message"]
    assert "x-should-retry" not in answer.headers
    # Others are others.
    assert server.customer(live="1.00").chat(model="few").status == 200


def test_tokens_that_were_not_used_are_given_back(server):
    customer = server.customer(live="1.00")
    # Each may use some 900 and uses 20: without giving back the second would be refused.
    for _ in range(5):
        answer = customer.chat(model="narrow", max_tokens=890)
        assert answer.status == 200, answer.body
    refused = customer.chat(model="narrow", max_tokens=10_000)
    assert refused.status == 429 and refused.headers["x-should-retry"] == "false"
    assert refused.json["error"]["type"] == "tokens" and "max_completion_tokens" in refused.json["error"]["message"]


def test_requests_at_once(server, upstream):
    release, begun = threading.Event(), threading.Semaphore(0)

    def slow(exchange):
        begun.release()
        exchange.wait(release, 20)
        plain(exchange)

    upstream.scripts["slow"] = slow
    customer = server.customer(live="5.00")
    with ThreadPoolExecutor(20) as hands:
        asked = [hands.submit(customer.chat, model="slow", max_tokens=5) for _ in range(20)]
        for _ in asked:
            assert begun.acquire(timeout=10)
        refused = customer.chat(model="gpt-4o-mini", max_tokens=5)
        assert refused.status == 429 and "at once" in refused.json["error"]["message"]
        release.set()
        assert [one.result().status for one in asked] == [200] * 20
    assert customer.chat(model="gpt-4o-mini", max_tokens=5).status == 200


def test_places_are_given_back_by_callers_who_leave(server, upstream):
    def never(exchange):
        exchange.wait(threading.Event(), 20)

    upstream.scripts["slow"] = never
    customer = server.customer(live="5.00")

    def leave(_):
        try:
            customer.chat(model="slow", max_tokens=5, timeout=0.3)
        except OSError:
            pass

    with ThreadPoolExecutor(20) as hands:
        list(hands.map(leave, range(60)))
    until = time.monotonic() + 10
    while (status := customer.chat(model="gpt-4o-mini", max_tokens=5).status) == 429 and time.monotonic() < until:
        time.sleep(0.1)
    assert status == 200


def test_spending_is_limited_however_many_ask(server):
    customer = server.customer(live="5.00")
    with ThreadPoolExecutor(50) as hands:
        # Each may cost some 220,000 nanodollars and costs 4,350.
        answers = list(hands.map(lambda n: customer.chat(model="thrifty", max_tokens=100, stream=n % 2 == 0), range(400)))
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) <= 1_000_000 // 4350
    assert usd(5_000_000_000) - customer.balance <= usd(1_000_000)
    refused = next(answer for answer in answers if answer.status == 429)
    assert "spend per minute: limit $0.001" in refused.json["error"]["message"]


def test_a_request_that_costs_more_than_its_limit_is_told_so(server):
    answer = server.customer(live="5.00").chat(model="thrifty", max_tokens=10_000)
    assert answer.status == 429 and answer.headers["x-should-retry"] == "false"


def test_a_day_goes_on_after_a_power_cut(fresh):
    fresh.start()
    customer = fresh.customer(live="5.00")
    spent = 0
    while customer.chat(model="daily", max_tokens=3).status == 200:
        spent += 4350
    assert 0 < spent <= 1_000_000
    fresh.kill()
    fresh.start()
    answer = customer.chat(model="daily", max_tokens=3)
    assert answer.status == 429 and "spend per day" in answer.json["error"]["message"], answer.body
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    # Another account's day is its own.
    assert fresh.customer(live="5.00").chat(model="daily", max_tokens=3).status == 200


def test_a_key_has_limits_of_its_own(server):
    customer = server.customer(live="1.00")
    listed = server.key(customer.name, rate=["requests_per_minute=2", "spend_per_day=1.5"])
    customer.key = listed["key"]
    assert [customer.chat("x").status for _ in range(3)] == [200, 200, 429]
    shown = next(key for key in server.cli("key", "list", "--account", customer.name)["keys"] if key["id"] == listed["id"])
    assert shown["rates"] == {"requests_per_minute": "2", "spend_per_day": "1.500000"} and shown["caches"] is False
    # Another key of the account has none.
    customer.key = server.key(customer.name)["key"]
    assert [customer.chat("x").status for _ in range(3)] == [200] * 3


def test_a_keys_own_day_goes_on_after_a_restart(fresh):
    fresh.start()
    customer = fresh.customer(live="1.00")
    customer.key = fresh.key(customer.name, rate=["requests_per_day=3"])["key"]
    assert [customer.chat("x").status for _ in range(2)] == [200, 200]
    fresh.kill()
    fresh.start()
    assert [customer.chat("x").status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("rate, said", [
    ("requests=5", "expected a limit such as"), ("requests_per_minute=0", "expected a whole number from 1"),
    ("requests_per_minute=many", "expected a whole number from 1"), ("spend_per_day=0", "expected US dollars above 0"),
    ("spend_per_day=-1", "expected US dollars above 0"), ("requests_per_minut=1", "did you mean requests_per_minute"),
])
def test_a_limit_that_is_none_is_refused(server, live, rate, said):
    result = server.fails("key", "create", "--account", live.name, "--rate", rate)
    assert said in result.stderr, result.stderr


def test_speech_and_pictures_count_as_requests(server):
    customer = server.customer(test="5.00", test_key=True)
    speech = {"model": "tts-1", "input": "Hello", "voice": "alloy", "response_format": "wav"}
    assert [customer.ask(speech, path="/v1/audio/speech").status for _ in range(4)] == [200, 200, 429, 429]
    wish = {"model": "realvision", "prompt": "a fox"}
    answers = [customer.ask(wish, path="/api/texttoimage/") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert refused.json["status"] == "error" and refused.json["code"] == "rate_limit_exceeded"
    assert 0 < int(refused.headers["retry-after"]) <= 63


def test_openais_client_knows_the_error(server):
    customer = server.customer(live="1.00")
    narrow = client(server, customer.key).with_options(max_retries=0)
    with pytest.raises(openai.RateLimitError) as fault:
        narrow.chat.completions.create(
            model="narrow", max_tokens=4000, messages=[{"role": "user", "content": "Hello"}])
    assert fault.value.code == "rate_limit_exceeded"


def test_a_limit_on_a_model_nobody_knows_is_refused(tmp_path, upstream):
    text = configuration(upstream, limits={"models": {"gpt-4oo": {"requests_per_minute": 1}}})
    with pytest.raises(CommandFailed) as fault:
        Server(tmp_path, text).cli("config")
    assert "limits.models.gpt-4oo" in fault.value.result.stderr and "did you mean gpt-4o?" in fault.value.result.stderr
