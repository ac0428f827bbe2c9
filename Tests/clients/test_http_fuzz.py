"""Nearly right requests on raw connections: one request in, at most one answer out, and the server lives."""

import asyncio
import time

import http1
import http_fuzz


def test_confusing_connections_are_answered_at_most_once_per_request(server, tester):
    count = asyncio.run(http_fuzz.run(server.port, range(700), tester.key))
    assert count == 700
    assert http1.ask(server, "GET", "/healthz").status == 200


def test_a_request_of_an_older_protocol_is_answered_once(server):
    with http1.Line(server) as line:
        line.send(b"GET /\r\n\r\n")
        assert line.answer().status in (400, 505)
        time.sleep(0.2)
        assert not line.data and not line._receive(), "one request, one answer"
