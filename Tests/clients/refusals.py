"""What a refusal of the server looks like, and the good request that each bad one differs from in one thing."""

import json

from minitoolai import UPSTREAM_KEY, question

ANY = object()
GOOD = json.dumps(question())


def refused(answer, status, code=ANY, param=ANY, kind="invalid_request_error"):
    assert answer.status == status, answer.body
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-request-id"].startswith("req_")
    error = answer.error
    assert error["type"] == kind and error["message"]
    if code is not ANY:
        assert error["code"] == code, error
    if param is not ANY:
        assert error["param"] == param, error
    for secret in (UPSTREAM_KEY, "sqlite", ".swift", "/tmp", "SELECT"):
        assert secret not in answer.body.decode(), "no message shows a key, a path, SQL or a stack"
    return error


def parts(*content, role="user"):
    return [{"role": role, "content": list(content)}]


def image(url, **more):
    return {"type": "image_url", "image_url": {"url": url, **more}}
