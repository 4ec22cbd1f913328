"""Signing in and out: what begins a session, what ends it, and what never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.console.conftest import KEY, NOW, Clock, Shelf, Visitor

from salescope.console import Viewer
from salescope.console.sessions import LIFETIME, MOST_SESSIONS, Sessions
from salescope.frames.errors import SalescopeError

FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_a_right_key_begins_a_session_in_a_locked_cookie(visitor: Visitor):
    answer = visitor.post("/console/sign-in", data={"key": f"  {KEY}\n"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console"
    cookie = answer.headers["set-cookie"]
    for part in ("salescope_session=", "HttpOnly", "SameSite=strict", "Secure", "Path=/console"):
        assert part in cookie
    assert KEY not in cookie
    assert visitor.get("/console").status_code == 200


def test_over_plain_http_the_cookie_is_not_marked_secure(visitor: Visitor):
    answer = visitor.post("http://console.test/console/sign-in", data={"key": KEY})
    assert "Secure" not in answer.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], "ss_" + "é" * 10])
def test_a_wrong_key_is_refused_without_saying_why(visitor: Visitor, key: str):
    answer = visitor.post("/console/sign-in", data={"key": key})
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert "set-cookie" not in answer.headers
    assert not key or key not in answer.text


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"key=" + b"a" * 5_000, FORM),
        (b"\xff\xfe", FORM),
        ("&".join(f"a{number}=1" for number in range(50)).encode(), FORM),
        (f'{{"key": "{KEY}"}}'.encode(), {"content-type": "application/json"}),
        (f"key={KEY}".encode(), {}),
        (f"key={KEY}".encode(), FORM | {"sec-fetch-site": "cross-site"}),
        (f"key={KEY}".encode(), FORM | {"sec-fetch-site": "same-site"}),
    ],
)
def test_a_form_that_is_not_ours_is_refused(visitor: Visitor, content: bytes, headers: dict[str, str]):
    answer = visitor.post("/console/sign-in", content=content, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_key_is_never_taken_from_the_address(visitor: Visitor):
    assert visitor.post(f"/console/sign-in?key={KEY}", data={"key": "wrong"}).status_code == 403
    assert visitor.get(f"/console?key={KEY}").status_code == 303


def test_signing_out_ends_the_session_here_and_in_the_browser(viewer: Visitor):
    token = viewer.cookies["salescope_session"]
    answer = viewer.post("/console/sign-out")
    assert answer.headers["location"] == "/console/sign-in"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    viewer.cookies.set("salescope_session", token)
    assert viewer.get("/console").status_code == 303


def test_another_site_cannot_sign_somebody_out(viewer: Visitor):
    assert viewer.post("/console/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert viewer.get("/console").status_code == 200


def test_a_revoked_key_closes_the_pages_it_opened(viewer: Visitor, shelf: Shelf):
    shelf.active = False
    assert viewer.get("/console").status_code == 303


def test_a_session_ends_after_its_lifetime(viewer: Visitor, clock: Clock):
    clock.now = NOW + LIFETIME - timedelta(seconds=1)
    assert viewer.get("/console").status_code == 200
    clock.now = NOW + LIFETIME
    assert viewer.get("/console").status_code == 303


@pytest.mark.parametrize("cookie", ["", "guess", "a" * 5_000, "%00"])
def test_a_guessed_cookie_opens_nothing(visitor: Visitor, cookie: str):
    visitor.cookies.set("salescope_session", cookie)
    assert visitor.get("/console").status_code == 303


def test_when_keys_cannot_be_read_signing_in_is_unavailable(visitor: Visitor, shelf: Shelf):
    shelf.fails = SalescopeError("The store is down.")
    assert visitor.post("/console/sign-in", data={"key": KEY}).status_code == 503


def test_two_sessions_never_share_a_name_and_the_oldest_gives_way():
    sessions = Sessions(Clock())
    tokens = [sessions.open(Viewer(str(number), "x")) for number in range(MOST_SESSIONS + 1)]
    assert len(set(tokens)) == len(tokens)
    assert sessions.find(tokens[0]) is None
    assert sessions.find(tokens[1]).key_id == "1"
    assert sessions.find(tokens[-1]).key_id == str(MOST_SESSIONS)


def test_sessions_hold_no_token():
    sessions = Sessions(Clock())
    token = sessions.open(Viewer("1", "x"))
    assert token not in repr(vars(sessions))
