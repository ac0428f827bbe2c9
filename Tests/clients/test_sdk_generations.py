"""OpenAI's own Python package against the server: images.generate."""

import base64
import threading
from decimal import Decimal

import openai
import pytest

from http1 import Line, encode
from images import ENDLESS, GENERATIONS, PRICE, accepted, blobs, fetch, quiet, routed
from minitoolai import eventually
from pictures import opened
from sdk import client

ASKED = {"model": "realvision", "prompt": "a fox", "size": "256x256"}


def CONFIGURATION(upstream):
    return {"models": routed("realvision")}


@pytest.fixture
def customer(server):
    return server.customer(test="1.00", test_key=True)


@pytest.fixture
def own(server, customer):
    """An SDK client of one's own customer, that tries once."""
    return client(server, customer.key, max_retries=0)


def left(server, customer):
    return Decimal(server.cli("account", "show", customer.name)["test_balance"])


def test_an_address(server, own, customer):
    answer = own.images.generate(**ASKED)
    (image,) = answer.data
    assert image.b64_json is None and answer.created > 1_700_000_000
    assert opened(fetch(server, image.url).body).size == (256, 256)
    assert left(server, customer) == 1 - PRICE


@pytest.mark.parametrize("output, kind", [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_file_itself(own, output, kind):
    (image,) = own.images.generate(**ASKED, response_format="b64_json", output_format=output).data
    picture = opened(base64.b64decode(image.b64_json, validate=True))
    assert image.url is None and (picture.format, picture.size) == (kind, (256, 256))


def test_three_are_three_pictures_and_three_charges(server, own, customer):
    images = own.images.generate(**ASKED, n=3, response_format="b64_json").data
    assert len({image.b64_json for image in images}) == 3
    assert left(server, customer) == 1 - 3 * PRICE
    assert [entry["amount"] for entry in customer.statement("--test")[1:]] == ["-0.001500"] * 3


def test_a_seed_goes_up_by_one_for_each(server, own, customer):
    images = own.images.generate(**ASKED, n=3, extra_body={"seed": 4294967295}).data
    assert [image.seed for image in images] == [4294967295, 0, 1]
    assert fetch(server, images[2].url).body == accepted(server, customer.key, prompt="a fox", seed=1).picture().body


def test_the_references_fields_by_their_snake_case_names(server, own, customer):
    more = {"negative_prompt": "owls", "scheduler": "Euler a", "steps": 2, "cfg_scale": 3.5, "seed": 5}
    (image,) = own.images.generate(**ASKED, extra_body=more, response_format="b64_json").data
    job = accepted(server, customer.key, prompt="a fox", negativePrompt="owls", scheduler="Euler a", steps=2, cfgScale=3.5, seed=5)
    assert base64.b64decode(image.b64_json) == job.picture().body


def test_width_and_height_instead_of_size(own):
    (image,) = own.images.generate(
        model="realvision", prompt="a fox", response_format="b64_json", extra_body={"width": 300, "height": 260}).data
    assert opened(base64.b64decode(image.b64_json)).size == (300, 260)


def test_auto_and_nothing_are_the_references_default(own):
    for more in ({"size": "auto"}, {}):
        (image,) = own.images.generate(model="realvision", prompt="a fox", response_format="b64_json", **more).data
        assert opened(base64.b64decode(image.b64_json)).size == (1024, 1024)


def test_wishes_of_openais_that_change_nothing(own):
    assert own.images.generate(**ASKED, quality="hd", style="vivid", moderation="low", user="u1", background="opaque").data


@pytest.mark.parametrize("change, param", [
    ({"prompt": ""}, "prompt"), ({"n": 0}, "n"), ({"n": 11}, "n"), ({"size": "255x256"}, "size"), ({"size": "1024"}, "size"),
    ({"size": "256x1345"}, "size"), ({"response_format": "file"}, "response_format"), ({"background": "transparent"}, "background"),
    ({"extra_body": {"steps": 9}}, "steps"), ({"extra_body": {"cfg_scale": 8}}, "cfg_scale"), ({"extra_body": {"seed": -2}}, "seed"),
    ({"extra_body": {"width": 512}}, "width"), ({"extra_body": {"scheduler": "x"}}, "scheduler"),
    ({"extra_body": {"callback_url": "https://example.com/"}}, "callback_url"), ({"extra_body": {"stream": True}}, "stream"),
], ids=str)
def test_a_bad_value_is_a_bad_request(server, own, customer, change, param):
    with pytest.raises(openai.BadRequestError) as raised:
        own.images.generate(**{**ASKED, **change})
    error = raised.value
    assert error.param == param and error.type == "invalid_request_error" and error.code
    assert left(server, customer) == 1


def test_an_unknown_model(own):
    with pytest.raises(openai.NotFoundError) as raised:
        own.images.generate(**{**ASKED, "model": "dall-e-3"})
    assert raised.value.code == "model_not_found"


def test_a_wrong_key(server):
    with pytest.raises(openai.AuthenticationError):
        client(server, "sk-nobody", max_retries=0).images.generate(**ASKED)


def test_money_for_two_pays_for_none_of_three(server):
    poor = server.customer(test="0.003", test_key=True)
    with pytest.raises(openai.RateLimitError) as raised:
        client(server, poor.key).images.generate(**ASKED, n=3)
    assert raised.value.code == "insufficient_quota" and raised.value.response.headers["x-should-retry"] == "false"
    quiet(server)
    assert left(server, poor) == Decimal("0.003")


def test_a_failure_is_a_502_and_costs_nothing(server, own, customer):
    with pytest.raises(openai.InternalServerError) as raised:
        own.images.generate(**{**ASKED, "prompt": "a fox [sandbox: fail=refused]"})
    assert raised.value.status_code == 502 and raised.value.code == "engine_failed"
    assert left(server, customer) == 1


def test_a_model_without_an_engine_is_told_to_a_live_key(server):
    live = server.customer(live="1.00")
    with pytest.raises(openai.InternalServerError) as raised:
        client(server, live.key, max_retries=0).images.generate(**{**ASKED, "model": "amigo"})
    assert raised.value.status_code == 503 and raised.value.code == "engine_unavailable"


def test_live_money(server):
    live = server.customer(live="1.00")
    with live.charged(int(2 * PRICE.scaleb(9))):
        client(server, live.key).images.generate(**ASKED, n=2)


def test_who_hangs_up_pays_for_nothing(server, customer):
    kept = blobs(server)
    with Line(server) as line:
        line.send(encode("POST", GENERATIONS, {**ASKED, "prompt": ENDLESS["prompt"], "n": 2}, customer.key))
        eventually(lambda: left(server, customer) == 1 - 2 * PRICE, "the money is held")
    eventually(lambda: left(server, customer) == 1, "the money is back", 10)
    assert blobs(server) == kept


def test_many_at_once(server, customer):
    own, answers = client(server, customer.key), []
    threads = [threading.Thread(target=lambda: answers.append(own.images.generate(**ASKED, n=2))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(answer.data) for answer in answers) == 16
    assert left(server, customer) == 1 - 16 * PRICE


def test_of_three_those_that_came_to_be_are_delivered_and_paid(server, own, customer):
    """An operator ends one of them while they are painted."""
    answers, asked = [], {**ASKED, "prompt": "a fox [sandbox: delay=1500ms]", "n": 3, "extra_body": {"steps": 2}}
    asking = threading.Thread(target=lambda: answers.append(own.images.generate(**asked)))
    asking.start()

    eventually(lambda: len(server.cli("image", "jobs", "list")["jobs"]) == 3, "all are there")
    server.cli("image", "jobs", "cancel", str(server.cli("image", "jobs", "list")["jobs"][2]["id"]))
    asking.join()
    assert len(answers[0].data) == 2 and all(fetch(server, image.url).status == 200 for image in answers[0].data)
    assert left(server, customer) == 1 - 2 * PRICE
