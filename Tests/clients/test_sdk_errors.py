"""OpenAI's own Python package against the server: which errors it raises, and what it tries again."""

import openai
import pytest

from minitoolai import SAMPLE_COST
from sdk import ask, client
from upstream import plain

SCRIPTS = ("flaky", "dead")



def test_a_wrong_key(server):
    made = client(server, "sk-not-a-key-of-this-server-0123456789")
    with pytest.raises(openai.AuthenticationError) as caught:
        made.chat.completions.create(**ask("Hello"))
    assert caught.value.code == "invalid_api_key" and caught.value.type == "invalid_request_error"
    assert "0123456789" not in str(caught.value) and len(made.sent) == 1
    assert caught.value.request_id


def test_an_unknown_model(sdk_live):
    with pytest.raises(openai.NotFoundError) as caught:
        sdk_live.chat.completions.create(model="gpt-99", messages=[{"role": "user", "content": "x"}])
    assert caught.value.code == "model_not_found" and "gpt-99" in caught.value.message


def test_a_bad_value(sdk_live):
    with pytest.raises(openai.BadRequestError) as caught:
        sdk_live.chat.completions.create(**ask("Hello"), temperature=3)
    assert caught.value.param == "temperature" and caught.value.code == "decimal_above_max_value"


def test_an_empty_balance_is_not_retried(server, upstream):
    customer = server.customer()
    made = client(server, customer.key)
    asked = len(upstream.asked())
    for stream in (False, True):
        made.sent.clear()
        with pytest.raises(openai.RateLimitError) as caught:
            made.chat.completions.create(**ask("Hello"), stream=stream)
        assert caught.value.code == "insufficient_quota" and caught.value.type == "insufficient_quota"
        assert caught.value.response.headers["x-should-retry"] == "false"
        assert len(made.sent) == 1
    assert len(upstream.asked()) == asked


@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_is_busy_once_is_asked_again(sdk_live, live, upstream, stream):
    busy = [True]

    def script(exchange):
        if busy.pop() if busy else False:
            exchange.reply(503, {"error": {"message": "overloaded", "type": "server_error", "param": None, "code": None}})
        else:
            plain(exchange)

    upstream.scripts["flaky"] = script
    asked = len(upstream.asked("flaky"))
    sdk_live.sent.clear()
    with live.charged(SAMPLE_COST):
        answer = sdk_live.chat.completions.create(
            model="flaky", messages=[{"role": "user", "content": "x"}], stream=stream)
        text = "".join(part.choices[0].delta.content or "" for part in answer) if stream else answer.choices[0].message.content
    assert text == "Ok." and len(upstream.asked("flaky")) - asked == 2


def test_an_engine_that_is_dead_is_a_server_error(server, live, upstream):
    upstream.scripts["dead"] = lambda exchange: exchange.reset()
    made = client(server, live.key, max_retries=0)
    with live.charged(0):
        for stream in (False, True):
            with pytest.raises(openai.InternalServerError) as caught:
                made.chat.completions.create(model="dead", messages=[{"role": "user", "content": "x"}], stream=stream)
            assert caught.value.status_code in (502, 503)


def test_an_error_in_mid_stream_raises(sdk, server, live, upstream):
    with pytest.raises(openai.APIError):
        list(sdk.chat.completions.create(**ask("[sandbox: break after=3]"), stream=True))

    def script(exchange):
        exchange.open_stream()
        exchange.text("half a ")
        exchange.event({"error": {"message": "gone", "type": "server_error", "param": None, "code": None}})
        exchange.finish()

    upstream.scripts["dead"] = script
    with pytest.raises(openai.APIError):
        list(client(server, live.key).chat.completions.create(
            model="dead", messages=[{"role": "user", "content": "x"}], stream=True))
