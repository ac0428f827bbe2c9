"""`/openapi.json` is valid, and the server does what it says: schemathesis makes requests of every kind it allows."""

import json
import pathlib
import subprocess
import sys

import requests
from openapi_spec_validator import validate


def described(server):
    answer = requests.get(server.url + "/openapi.json", timeout=10)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    return answer.json()


def test_it_is_valid_and_of_this_server(server):
    document = described(server)
    validate(document)
    assert document["openapi"] == "3.1.0" and document["servers"] == [{"url": server.url}]


def test_it_has_every_model_and_scheduler(server):
    schemas = described(server)["components"]["schemas"]
    listed = requests.get(
        server.url + "/v1/models", headers={"Authorization": f"Bearer {server.customer().key}"}, timeout=10).json()["data"]
    for kind, schema in (("chat", "ChatRequest"), ("image", "ImageOrder"), ("speech", "SpeechRequest")):
        assert schemas[schema]["properties"]["model"]["enum"] == [model["id"] for model in listed if model["kind"] == kind]
    assert len(schemas["ImageOrder"]["properties"]["scheduler"]["enum"]) == 19


def test_the_server_keeps_to_it(server, tmp_path):
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(described(server)))
    customer = server.customer(test="1000", test_key=True)
    # Unknown methods are answered 501, as RFC 9110 has it, and by design nothing is said of those here: no coverage phase.
    result = subprocess.run(
        [pathlib.Path(sys.executable).with_name("schemathesis"), "run", document, "--url", server.url,
         "-H", f"Authorization: Bearer {customer.key}", "--phases", "examples,fuzzing", "--max-examples", "25", "--seed", "7",
         "--request-timeout", "20", "--exclude-path-regex", "events$", "--checks",
         "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"],
        cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout[-6000:]
