"""`/v1/embeddings` through the built server: whole numbers of money, both encodings, whoever answers."""

import base64
import math
import struct

import pytest

from minitoolai import engine
from sdk import client

PATH = "/v1/embeddings"
VECTOR = [0.25, -0.5, 1.0]
PACKED = base64.b64encode(struct.pack("<3f", *VECTOR)).decode()


def embedding(vector=PACKED, tokens=5, **more):
    """Answers with one vector for each input, the last first."""
    def script(exchange):
        count = len(exchange.json["input"])
        data = [{"object": "embedding", "index": index, "embedding": vector} for index in reversed(range(count))]
        exchange.reply(200, {"object": "list", "data": data, "model": "up", "usage": {"prompt_tokens": tokens}, **more})
    return script


def CONFIGURATION(upstream):
    names = ["packed", "listed", "short", "greedy", "silent", "failing", "broken"]
    def routed(*engines):
        routes = [{"engine": name, "model": "up", "priority": place + 1} for place, name in enumerate(engines)]
        return {"kind": "embedding", "price": {"input": 0.02}, "routes": routes}
    return {
        "engines": {
            **{name: engine(upstream, f"vectors-{name}") for name in names},
            "keys": {"kind": "openai", "base_url": upstream.url("vectors-packed"), "api_keys": ["first", "second"]},
        },
        "models": {"keys": routed("keys"), **{name: routed(name) for name in names}, "two": routed("failing", "packed"), "text-embedding-3-small": {
            "routes": [{"engine": "packed", "model": "up"}]}},
    }


@pytest.fixture(scope="module", autouse=True)
def scripts(upstream):
    scripts = {
        "packed": embedding(), "listed": embedding(VECTOR), "greedy": embedding(tokens=10**9), "silent": embedding(tokens=None),
        "short": lambda exchange: exchange.reply(200, {"data": [{"index": 0, "embedding": PACKED}]}),
        "broken": embedding("AAAA"),
        "failing": lambda exchange: exchange.reply(500, {"error": {"message": "no"}}),
    }
    # The upstream is everybody's.
    upstream.scripts |= {f"vectors-{name}": script for name, script in scripts.items()}


def embed(customer, headers=(), **fields):
    return customer.ask({"model": "packed", "input": "Hello world", **fields}, PATH, headers)


@pytest.mark.parametrize("model", ["packed", "listed", "text-embedding-3-small"])
@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_vectors(server, upstream, model, encoding):
    customer = server.customer(live="1.00")
    with customer.charged(100):  # 5 tokens at 0.02 USD a million
        said = client(server, customer.key).embeddings.create(model=model, input=["one", "two"], encoding_format=encoding)
    vectors = [item.embedding for item in said.data]
    assert vectors == ([VECTOR] * 2 if encoding == "float" else [PACKED] * 2)
    assert [item.index for item in said.data] == [0, 1] and (said.usage.prompt_tokens, said.usage.total_tokens) == (5, 5)
    asked = upstream.asked("vectors-listed" if model == "listed" else "vectors-packed")[-1]
    assert asked.path.endswith("/embeddings") and asked.json["model"] == "up" and asked.json["input"] == ["one", "two"]


def test_tokens_and_dimensions_are_passed_on(server, upstream):
    customer = server.customer(live="1.00")
    assert embed(customer, input=[1, 2, 3], dimensions=3, user="u1").status == 200
    asked = upstream.asked("vectors-packed")[-1].json
    assert asked["input"] == [[1, 2, 3]] and asked["dimensions"] == 3 and asked["user"] == "u1"


@pytest.mark.parametrize("model, tokens", [("greedy", 4), ("silent", 4)])
def test_a_report_that_cannot_be_true_is_not_billed(server, model, tokens):
    customer = server.customer(live="1.00")
    with customer.charged(20 * tokens):
        assert embed(customer, model=model).status == 200


@pytest.mark.parametrize("model, status", [("short", 502), ("failing", 503), ("broken", 502)])
def test_a_failure_costs_nothing(server, model, status):
    customer = server.customer(live="1.00")
    with customer.charged(0):
        answer = embed(customer, model=model, input=["a", "b"])
    assert answer.status == status and "Nothing was charged" in answer.json["error"]["message"]


def test_another_engine_is_asked(server):
    customer = server.customer(live="1.00")
    with customer.charged(100):
        assert embed(customer, model="two").json["data"][0]["embedding"] == VECTOR


def test_every_key_of_an_engine_is_used(server, upstream):
    customer = server.customer(live="1.00")
    before = len(upstream.asked("vectors-packed"))
    for _ in range(40):
        assert embed(customer, model="keys").status == 200
    shown = {exchange.headers["authorization"] for exchange in upstream.asked("vectors-packed")[before:]}
    assert shown == {"Bearer first", "Bearer second"}


def test_one_that_fails_is_passed_by(server, upstream):
    customer = server.customer(live="1.00")
    before = len(upstream.asked("vectors-failing"))
    with customer.charged(100 * 40):
        for _ in range(40):
            assert embed(customer, model="two").status == 200
    # Three in a row put it out for five seconds; this takes less.
    assert len(upstream.asked("vectors-failing")) - before <= 4


@pytest.mark.parametrize("fields, word", [
    ({"input": ""}, "input"), ({"input": []}, "input"), ({"input": ["a", ""]}, "input[1]"), ({"input": [[]]}, "input[0]"),
    ({"input": {"a": 1}}, "input"), ({"input": [1, "a"]}, "input"), ({"input": ["a"] * 2049}, "input"),
    ({"encoding_format": "hex"}, "encoding_format"), ({"dimensions": 0}, "dimensions"), ({"model": "nothing"}, "model"),
    ({"user": 7}, "user"),
])
def test_what_is_wrong_is_named(server, fields, word):
    customer = server.customer(live="1.00")
    with customer.charged(0):
        answer = embed(customer, **fields)
    assert answer.status in (400, 404) and word in answer.json["error"]["message"], answer.body


def test_no_money_no_vectors(server, upstream):
    before = len(upstream.asked("vectors-packed"))
    answer = embed(server.customer())
    assert answer.status == 429 and answer.json["error"]["code"] == "insufficient_quota"
    assert len(upstream.asked("vectors-packed")) == before


def test_a_balance_pays_for_all_that_may_be_charged(server):
    # 11 bytes may be 15 tokens, 300 nanodollars.
    assert embed(server.customer(live="0.000000299")).status == 429
    customer = server.customer(live="0.0000003")
    with customer.charged(100):
        assert embed(customer).status == 200


def test_a_repetition_by_name_pays_nothing(server):
    customer = server.customer(live="1.00")
    with customer.charged(100):
        answers = [embed(customer, [("idempotency-key", "one")]) for _ in range(2)]
    assert answers[0].status == 200 and answers[0].body == answers[1].body
    assert answers[1].headers["idempotent-replayed"] == "true"


def test_a_name_whose_request_failed_is_free_again(server):
    customer = server.customer(live="1.00")
    answers = [embed(customer, [("idempotency-key", "two")], model="failing") for _ in range(2)]
    assert [answer.status for answer in answers] == [503, 503]


def test_the_sandbox_puts_like_beside_like(server, tester):
    texts = ["The cat sat on the mat", "the cat sat on a mat", "Quarterly revenue rose"]
    answer = tester.ask({"model": "text-embedding-3-small", "input": texts, "dimensions": 256}, PATH)
    vectors = [item["embedding"] for item in answer.json["data"]]
    dot = lambda a, b: sum(x * y for x, y in zip(vectors[a], vectors[b]))
    assert all(len(vector) == 256 and math.isclose(dot(place, place), 1, abs_tol=1e-5) for place, vector in enumerate(vectors))
    assert dot(0, 1) > 0.6 > dot(0, 2)


def test_it_is_listed(server, live):
    listed = {item["id"]: item for item in client(server, live.key).get("/models", cast_to=object)["data"]}
    assert listed["text-embedding-3-small"]["kind"] == "embedding" and listed["text-embedding-3-small"]["available"]
    assert listed["text-embedding-3-small"]["price"] == {"input": "0.020000"}
    assert not listed["text-embedding-3-large"]["available"]
