"""Pictures as the reference promises them: its samples, every model, scheduler, range and default, and what is refused."""

import json
import pathlib
import re
import subprocess
import sys
import time

import pytest

from images import MODELS, PRICE, SCHEDULERS, SMALL, SUBMIT, Job, accepted, fetch, routed, submit, talk
from minitoolai import BUILT_IN, UPSTREAM_KEY, eventually
from pictures import opened

SAMPLES = pathlib.Path(__file__).parent / "samples"
NOTHING = ["status", "jobid", "signature", "message", "code"]


def CONFIGURATION(upstream):
    return {"models": routed(*MODELS[1:])}


def run(server, name, tmp_path, changes):
    text = (SAMPLES / name).read_text().replace("https://minitoolai.com/", server.url + "/")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    script = tmp_path / name
    script.write_text(text)
    program = {".py": [sys.executable], ".php": ["php", "-d", "display_errors=stderr"], ".sh": ["sh"]}[script.suffix]
    result = subprocess.run([*program, script], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("sample", ["image.py", "image.php"])
def test_the_samples_and_the_poll_run_as_printed(server, tmp_path, sample):
    customer = server.customer(test="1.00", test_key=True)
    submitted = run(server, sample, tmp_path, {"MiniToolAI_API_Key": customer.key})
    assert list(submitted) == ["status", "jobid", "signature"] and submitted["status"] == "success"
    assert isinstance(submitted["jobid"], int) and 0 < submitted["jobid"] < 2**53
    assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", submitted["signature"]), "at least 128 bits"
    changes = {"12345678": str(submitted["jobid"]), "abcxyz123": submitted["signature"]}
    answers = []

    def is_done():
        answers.append(run(server, "jobs.sh", tmp_path, changes))
        return answers[-1]["status"] not in ("pending", "processing")

    eventually(is_done, "the job is over", 30)
    for early in answers[:-1]:
        assert list(early) == ["status", "image_url", "message", "progress", "queue_position"]
        assert early["image_url"] is None and 0 <= early["progress"] <= 1
    last = answers[-1]
    assert list(last)[:3] == ["status", "image_url", "message"] and last["status"] == last["message"] == "success"
    assert opened(fetch(server, last["image_url"]).body).size == (1152, 768)


def test_the_sample_of_an_error(server, tmp_path):
    answer = run(server, "image.py", tmp_path, {"MiniToolAI_API_Key": "sk-nobody"})
    assert (answer["status"], answer["jobid"], answer["signature"]) == ("error", None, None)


# What may be asked for.

@pytest.mark.parametrize("model", MODELS)
def test_every_model_paints(server, tester, model):
    state = accepted(server, tester.key, model=model).delivered()
    assert state["model"] == model and state["cost"] == "0.001500"


def test_every_model_is_listed_with_its_price(server, tester):
    listed = {one["id"]: one for one in talk(server, "GET", "/v1/models", key=tester.key).json["data"]}
    assert set(MODELS) | set(BUILT_IN) <= set(listed)
    for model in MODELS:
        assert listed[model]["kind"] == "image" and listed[model]["price"] == {"image": "0.001500"}, listed[model]


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_scheduler_paints_a_picture_of_its_own(server, tester, scheduler):
    job = accepted(server, tester.key, scheduler=scheduler, seed=1)
    assert job.delivered()["scheduler"] == scheduler
    plain = accepted(server, tester.key, scheduler="DPM++ SDE", seed=1)
    assert (job.picture().body == plain.picture().body) is (scheduler == "DPM++ SDE")


@pytest.mark.parametrize("field, low, high", [
    ("steps", 1, 8), ("cfgScale", 1, 7), ("cfgScale", 1.0, 7.0), ("width", 256, 1344), ("height", 256, 1344), ("seed", 0, 4294967295),
])
def test_a_range_holds_its_ends(server, tester, field, low, high):
    for value in (low, high):
        state = accepted(server, tester.key, **{field: value}).delivered(60)
        if field in state:
            assert state[field] == value


@pytest.mark.parametrize("field, value, words", [
    ("steps", 0, "steps must be between 1 and 8, got 0"), ("steps", 9, "steps must be between 1 and 8, got 9"),
    ("steps", 4.5, "steps must be an integer, got 4.5"), ("steps", "4", 'steps must be an integer, got the string "4"'),
    ("steps", True, "steps must be an integer, got true"), ("steps", -(10**40), "steps must be between 1 and 8"),
    ("cfgScale", 0.99, "cfgScale must be between 1 and 7, got 0.99"), ("cfgScale", 7.01, "cfgScale must be between 1 and 7, got 7.01"),
    ("cfgScale", "2", "cfgScale must be a number"), ("cfgScale", 1e400, "cfgScale"), ("cfgScale", [], "cfgScale must be a number"),
    ("width", 255, "width must be between 256 and 1344, got 255"), ("width", 1345, "width must be between 256 and 1344, got 1345"),
    ("height", 255, "height must be between 256 and 1344, got 255"), ("height", 1345, "height must be between 256 and 1344, got 1345"),
    ("height", {}, "height must be an integer"), ("seed", -2, "seed must be between 0 and 4294967295, or -1 for any, got -2"),
    ("seed", 2**32, "seed must be between 0 and 4294967295"), ("seed", 0.5, "seed must be an integer"),
    ("scheduler", "euler a", 'did you mean "Euler a"?'), ("scheduler", "UniPC", "scheduler must be one of"), ("scheduler", 1, "scheduler must be a string"),
    ("prompt", "", "prompt must not be blank"), ("prompt", " \n\t", "prompt must not be blank"), ("prompt", None, "prompt is required"),
    ("prompt", ["a"], "prompt must be a string"), ("prompt", "a" * 8001, "prompt must have at most 8000 bytes"),
    ("prompt", "a\0b", "U+0000"), ("negativePrompt", 1, "negativePrompt must be a string"),
    ("negativePrompt", "ü" * 4001, "negativePrompt must have at most 8000 bytes"), ("model", None, "model is required"),
    ("model", 1, "model must be a string"), ("format", "gif", "format must be one of"), ("callback_url", "ftp://example.com", "callback_url"),
    ("callback_url", "https://10.0.0.1/hook", "callback_url"),
], ids=lambda value: str(value)[:24])
def test_what_is_out_of_range_is_named_and_costs_nothing(server, tester, field, value, words):
    before = tester.purse
    body = json.dumps({**SMALL, field: value}).replace("Infinity", "1e400")
    answer = talk(server, "POST", SUBMIT, body, tester.key)
    assert answer.status == 400, answer.body
    refused(answer)
    assert words in answer.json["message"]
    assert tester.purse == before


def refused(answer):
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-request-id"].startswith("req_")
    value = answer.json
    assert list(value) == NOTHING
    assert (value["status"], value["jobid"], value["signature"]) == ("error", None, None) and value["message"] and value["code"]
    for secret in (UPSTREAM_KEY, "sqlite", ".swift", "/tmp", "SELECT"):
        assert secret not in answer.body.decode()
    return value


@pytest.mark.parametrize("nulls", [False, True])
def test_null_is_as_good_as_nothing(server, tester, nulls):
    optional = ("negativePrompt", "scheduler", "steps", "cfgScale", "width", "height", "seed", "format", "callback_url")
    body = {"model": "realvision", "prompt": "a fox"} | dict.fromkeys(optional if nulls else ())
    answer = talk(server, "POST", SUBMIT, body, tester.key)
    assert answer.status == 200, answer.body
    state = Job(server, answer.json["jobid"], answer.json["signature"]).delivered(60)
    assert (state["scheduler"], state["width"], state["height"], state["format"]) == ("DPM++ SDE", 1024, 1024, "png")


@pytest.mark.parametrize("field, default, other", [
    ("steps", 4, 5), ("cfgScale", 2, 3), ("negativePrompt", "", "owls"), ("scheduler", "DPM++ SDE", "Euler"),
])
def test_a_default_is_what_the_reference_says(server, tester, field, default, other):
    """Seen in the picture: left out, it is the one of the default and not that of another value."""
    left_out, said, changed = (accepted(server, tester.key, seed=3, **more) for more in ({}, {field: default}, {field: other}))
    assert left_out.picture().body == said.picture().body != changed.picture().body


@pytest.mark.parametrize("path", [SUBMIT, SUBMIT.rstrip("/")])
def test_with_and_without_a_trailing_slash(server, tester, path):
    assert talk(server, "POST", path, SMALL, tester.key).status == 200


def test_fields_nobody_knows_are_dropped(server, tester):
    assert accepted(server, tester.key, service_tier="gold", negative_prompt=7).delivered()


# Statuses.

def test_400_for_what_is_no_object(server, tester):
    for body in ("", "{", "[]", "null", '"x"', '{"model":', '{"model":"realvision","prompt":"a"} x', b"\xff\xfe"):
        answer = talk(server, "POST", SUBMIT, body, tester.key)
        assert answer.status == 400, (body, answer.body)
        refused(answer)


@pytest.mark.parametrize("key, code", [(None, ...), ("sk-nobody", "invalid_api_key"), ("x" * 300, ...)])
def test_401(server, key, code):
    answer = talk(server, "POST", SUBMIT, SMALL, key)
    assert answer.status == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert refused(answer)["code"] == code or code is ...


def test_401_for_a_revoked_key(server):
    customer = server.customer(test="1.00", test_key=True)
    server.cli("key", "revoke", customer.key_id)
    answer = submit(server, customer.key)
    assert answer.status == 401
    refused(answer)


def test_402(server):
    customer = server.customer(test="0.001499999", test_key=True)
    answer = submit(server, customer.key)
    assert answer.status == 402 and refused(answer)["code"] == "insufficient_quota"
    assert customer.statement("--test")[-1]["kind"] == "grant"


def test_the_last_cent_pays_for_a_picture(server):
    customer = server.customer(test="0.0015", test_key=True)
    accepted(server, customer.key).delivered()
    assert server.cli("account", "show", customer.name)["test_balance"] == "0.000000"
    assert submit(server, customer.key).status == 402


@pytest.mark.parametrize("model", ["sdxl", "", "gpt-4o", "Realvision", "x" * 200])
def test_404_for_a_model_that_paints_nothing(server, tester, model):
    answer = submit(server, tester.key, model=model)
    assert answer.status == (404 if model else 400)
    refused(answer)


def test_413(server, tester):
    answer = submit(server, tester.key, prompt="a" * (2 << 20))
    assert answer.status == 413
    refused(answer)


def test_503_for_a_live_key_without_an_engine(server, live):
    answer = submit(server, live.key)
    assert answer.status == 503 and refused(answer)["code"] == "engine_unavailable"
    assert live.held == 0


def test_a_key_for_other_models_paints_nothing(server):
    customer = server.customer(test="1.00", test_key=True, models="gpt-4o-mini")
    answer = submit(server, customer.key)
    assert answer.status in (403, 404)
    refused(answer)


def test_submitting_does_not_wait_for_the_picture(server, tester):
    began = time.monotonic()
    job = accepted(server, tester.key, prompt="slow [sandbox: delay=600s]")
    assert time.monotonic() - began < 1
    assert job.cancel().status == 200


def test_live_money_pays_for_a_live_key(server):
    customer = server.customer(live="1.00", test="1.00")
    with customer.charged(int(PRICE.scaleb(9))):
        accepted(server, customer.key, model="juggernaut").delivered()
    (line,) = [entry for entry in customer.statement() if entry["kind"] == "charge"]
    assert line["amount"] == "-0.001500"
