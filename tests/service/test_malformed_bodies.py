"""Malformed bodies: the short form of the acceptance check, and each kind by name."""

from __future__ import annotations

import gzip
import json
import socket
import time
import tracemalloc

import pytest
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from tests.acceptance.leads_13_malformed_bodies import ADDRESS, malformed_bodies, offer, run_schemathesis
from tests.service.place import LEAD, Addresses, payments_bundle, publish_sales, segments_bundle

from salescope.registry import publish
from salescope.service.errors import MalformedJsonError
from salescope.service.json_body import decode_body


def test_three_hundred_malformed_bodies_get_no_5xx_and_always_a_problem(client, shared_place):
    tally = offer(client, 300, key=shared_place.keys["leads:score"])
    assert tally.wrong == []
    assert sum(tally.statuses.values()) == 300
    assert tally.statuses.keys() <= {200, 400, 413, 415, 422}
    assert client.get("/healthz").status_code == 200


def test_the_bodies_are_the_same_every_time_and_of_every_kind():
    one, other = (list(malformed_bodies(150, seed=1)) for _ in range(2))
    assert one == other
    assert len({kind for kind, _ in one}) == 15


# Two thousand calls more, each to a process of its own: the acceptance row makes them.
TARGETS = "^/v1/(plans|targets|budget|bonus|territories)"


def test_schemathesis_finds_nothing(place, start):
    publish(place.published / "segments", segments_bundle(), version="1")
    publish(place.published / "payments", payments_bundle(), version="1")
    publish_sales(place)
    client = start(place.settings())
    code, said = run_schemathesis(str(client.base_url).rstrip("/"), place.keys["admin"], examples=5, without=TARGETS)
    assert code == 0, said[-4_000:]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "byte order mark"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": -Infinity}', "not valid JSON"),
        (b'{"a": 1e400}', "out of range"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "out of range"),
        (b'{"a": "\\ud800"}', "not valid JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" * 9 + b"]" * 9, "nested too deeply"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a" : 1 , "a" : 2}', "twice"),
        (b'{"b": ":", "a": {"c": 1, "c": 2}}', "twice"),
        (b'{"a": 1, "\\u0061": 2}', "twice"),
        (b"{} {}", "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": "\x00"}', "not valid JSON"),
    ],
)
def test_json_with_no_or_two_meanings_is_refused(body, says):
    with pytest.raises(MalformedJsonError, match=says):
        decode_body(body, max_depth=8)


@pytest.mark.parametrize(
    "value",
    [{}, [], {"a": {"b": [1, 2.5, None, True, "x:y", "a\x00b", "\U0001f600"]}}, {"": 1, ":": 2, '"': 3, "\\": '":"'}],
)
def test_json_with_one_meaning_is_read(value):
    for separators in ((",", ":"), (", ", " : ")):
        assert decode_body(json.dumps(value, separators=separators).encode(), max_depth=8) == value
    assert decode_body(json.dumps(value, ensure_ascii=False).encode(), max_depth=8) == value


def test_eight_levels_are_read():
    assert decode_body(b"[" * 8 + b"]" * 8, max_depth=8) == [[[[[[[[]]]]]]]]


@pytest.mark.parametrize("claimed", ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp"])
def test_another_content_type_is_refused(client, shared_place, claimed):
    headers = {**shared_place.headers("leads:score"), "Content-Type": claimed}
    answer = client.post(ADDRESS, content=json.dumps({"records": [LEAD]}), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-body")


def test_parameters_of_the_content_type_do_not_matter(client, shared_place):
    headers = {**shared_place.headers("leads:score"), "Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post(ADDRESS, content=json.dumps({"records": [LEAD]}), headers=headers).status_code == 200


def test_a_compressed_body_is_refused_unread(client, shared_place):
    headers = {**shared_place.headers("leads:score"), "Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = client.post(ADDRESS, content=gzip.compress(b" " * 1_000_000), headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_limit_is_refused_while_it_arrives(place, start, declared):
    running = start(place.settings(max_body=10_000))
    headers = {**place.headers("leads:score"), "Content-Type": "application/json"}
    parts = (b" " * 1_000 for _ in range(20))
    answer = running.post(ADDRESS, content=b" " * 20_000 if declared else parts, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert answer.headers["connection"] == "close"


async def read_form(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def test_an_open_address_of_an_extension_has_the_same_limits(place, start):
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/sign-in", read_form, methods=["POST"])
    running = start(place.settings(max_body=10_000), extensions=[Addresses(router, frozenset({"/sign-in"}))])
    assert running.post("/sign-in", content=b"x" * 10_000).text == "10000"
    assert running.post("/sign-in", content=(b"x" * 1_000 for _ in range(11))).status_code == 413
    assert running.post("/sign-in", content=b"x", headers={"Content-Encoding": "br"}).status_code == 415


def test_a_slow_body_is_given_up(place, start):
    running = start(place.settings(body_seconds=0.2))
    head = f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
    head += f"Authorization: Bearer {place.keys['leads:score']}\r\n\r\n{{"
    with socket.create_connection((running.base_url.host, running.base_url.port), timeout=20) as connection:
        connection.sendall(head.encode())
        began = time.monotonic()
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"/problems/slow-body" in answer
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("headers", [{"X-Long": "x" * 40_000}, {f"X-{n}": "y" for n in range(120)}])
def test_too_many_headers_are_refused(client, headers):
    answer = client.get("/healthz", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (431, "/problems/headers-too-large")


def test_more_calls_than_can_wait_are_told_to_come_back(place, start):
    running = start(place.settings(max_waiting=1))
    held = b"POST /v1/leads:score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
    held += f"Authorization: Bearer {place.keys['admin']}\r\n\r\n".encode()
    with socket.create_connection((running.base_url.host, running.base_url.port), timeout=20) as connection:
        connection.sendall(held)
        deadline = time.monotonic() + 20
        while (answer := running.get("/v1/models", headers=place.headers("admin"))).status_code == 200:
            assert time.monotonic() < deadline
        assert answer.json()["type"] == "/problems/overloaded"
        assert answer.headers["retry-after"] == "1"
        assert running.get("/healthz").status_code == 200
        connection.sendall(b"{}       ")
        assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 422")


def test_no_value_of_a_body_is_quoted_in_a_problem(client, shared_place):
    body = {"records": [{"lead_id": ["s3cret"]}], "language": "s3cret", "top": "s3cret"}
    answer = client.post(ADDRESS, json=body, headers=shared_place.headers("leads:score"))
    assert answer.status_code == 422
    assert "s3cret" not in answer.text


def test_decoding_a_nested_body_takes_no_more_memory_than_the_body_deserves():
    body = b'{"a":' * 200_000
    tracemalloc.start()
    with pytest.raises(MalformedJsonError):
        decode_body(body, max_depth=8)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * len(body)
