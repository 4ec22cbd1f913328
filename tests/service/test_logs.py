"""The log: a line of JSON for each call, and nothing in it that a person would mind."""

from __future__ import annotations

import io
import json
import logging
import socket
from time import monotonic

import pytest
from tests.service.place import LEAD

from salescope.service.logs import JsonFormatter, log_to


@pytest.fixture
def lines():
    """Collects the log of the service as it is written."""
    stream = io.StringIO()
    names = ("salescope", "uvicorn")
    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).level) for name in names}
    log_to(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for name, (handlers, level) in before.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, True
        logger.setLevel(level)


def test_a_call_is_one_line_with_route_status_time_and_records(client, shared_place, lines):
    body = {"records": [LEAD, 5]}
    headers = {**shared_place.headers("leads:score"), "X-Request-Id": "log-1"}
    client.post("/v1/leads:score", json=body, headers=headers)
    client.get("/v1/models/somebody@example.com", headers={**headers, "X-Request-Id": "log-2"})
    client.get("/nowhere", headers={"X-Request-Id": "log-3"})
    client.get("/healthz")
    calls = {line.get("request_id"): line for line in lines() if line["event"] == "call"}
    assert calls["log-1"]["route"] == "/v1/leads:score"
    assert (calls["log-1"]["status"], calls["log-1"]["records"]) == (200, 2)
    assert calls["log-1"]["ms"] > 0
    assert calls["log-1"]["error"] is None
    assert calls["log-2"]["error"] == "MissingScopeError"
    assert (calls["log-2"]["route"], calls["log-2"]["status"]) == ("/v1/models/{name}", 403)
    assert (calls["log-3"]["route"], calls["log-3"]["status"]) == (None, 401)


def test_a_caller_that_hangs_up_is_a_line_and_no_failure(client, shared_place, lines):
    head = "POST /v1/leads:score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
    head += f"X-Request-Id: gone\r\nAuthorization: Bearer {shared_place.keys['admin']}\r\n\r\n{{"
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=20) as connection:
        connection.sendall(head.encode())
    deadline = monotonic() + 20
    while not [line for line in lines() if line.get("request_id") == "gone"]:
        assert monotonic() < deadline
        assert client.get("/healthz").status_code == 200
    (line,) = [line for line in lines() if line.get("request_id") == "gone"]
    assert (line["event"], line["status"], line["error"]) == ("call", 499, None)


def test_no_body_no_key_and_no_person_is_in_the_log(client, shared_place, lines):
    body = {"records": [{**LEAD, "lead_id": "somebody@example.com", "source": "s3cret"}]}
    client.post("/v1/leads:score", json=body, headers=shared_place.headers("leads:score"))
    client.get("/v1/models/somebody@example.com", headers=shared_place.headers("admin"))
    client.get("/healthz")
    text = json.dumps(lines())
    for secret in ("somebody", "s3cret", *shared_place.keys.values()):
        assert secret not in text


def test_an_exception_is_its_class_and_places_without_its_text():
    try:
        raise ValueError("s3cret")
    except ValueError as error:
        record = logging.LogRecord(
            "salescope", logging.ERROR, "x.py", 1, "failed", (), (type(error), error, error.__traceback__)
        )
    line = json.loads(JsonFormatter().format(record))
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["places"][0]
    assert "s3cret" not in json.dumps(line)
