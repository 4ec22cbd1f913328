"""What happened is kept once, acknowledged after it is kept, and refused where it cannot be kept as it was sent."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from salescope.store import open_store
from salescope.store.tables import OUTCOMES

ADDRESS = "/v1/outcomes"
ORDERED = {
    "key": "crm-1",
    "subject_kind": "customer",
    "subject_id": "C-1",
    "kind": "ordered",
    "happened_at": "2026-03-01T20:00:00+08:00",
    "amount": 12.5,
}


@pytest.fixture
def send(client, shared_place):
    headers = shared_place.headers("outcomes:write")
    return lambda *outcomes: client.post(ADDRESS, json={"outcomes": list(outcomes)}, headers=headers)


@pytest.fixture
def kept(shared_place):
    def count() -> int:
        store = open_store(shared_place.settings().store_url.get_secret_value())
        with store.reading() as connection:
            found = connection.execute(select(func.count()).select_from(OUTCOMES)).scalar_one()
        store.close()
        return found

    return count


def states(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [result["state"] for result in answer.json()["results"]]


def test_an_outcome_is_kept_once_and_another_under_its_key_is_a_conflict(send, kept):
    before = kept()
    mine = {**ORDERED, "key": "once"}
    other = {**mine, "amount": 13}
    new = {**mine, "key": "new", "amount": None}
    assert states(send(mine, mine, new, other)) == ["recorded", "known", "recorded", "conflict"]
    again = send(other, {**mine, "happened_at": "2026-03-01T12:00:00Z"}, new)
    assert states(again) == ["conflict", "known", "known"]
    conflict, known = again.json()["results"][:2]
    assert (conflict["key"], conflict["problem"]["type"]) == ("once", "/problems/outcome-conflict")
    assert "amount" in conflict["problem"]["detail"]
    assert known["problem"] is None
    assert again.json()["request_id"] == again.headers["x-request-id"]
    assert kept() == before + 2


def test_a_thousand_outcomes_are_answered_in_their_order(send):
    answer = send(*({**ORDERED, "key": f"many-{number % 999}"} for number in range(1_000)))
    assert [result["key"] for result in answer.json()["results"]] == [f"many-{number % 999}" for number in range(1_000)]
    assert states(answer) == ["recorded"] * 999 + ["known"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"key": ""}, "key"),
        ({"key": 7}, "key"),
        ({"key": "x" * 201}, "key"),
        ({"subject_id": "a\x00b"}, "subject_id"),
        ({"subject_kind": "region"}, "subject_kind"),
        ({"subject_kind": ["lead"]}, "subject_kind"),
        ({"kind": "won"}, "kind"),
        ({"happened_at": "yesterday"}, "happened_at"),
        ({"happened_at": None}, "happened_at"),
        ({"amount": "12"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 1e14}, "amount"),
        ({"received_at": "2026-03-01"}, "received_at"),
        ({"s/3": 1}, "s~13"),
    ],
)
def test_one_wrong_outcome_refuses_the_call_and_nothing_is_kept(send, kept, change, pointer):
    before = kept()
    answer = send({**ORDERED, "key": "good"}, {**ORDERED, **change})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/request-shape")
    assert answer.json()["errors"][0]["pointer"] == f"/outcomes/1/{pointer}"
    assert kept() == before


@pytest.mark.parametrize("body", [{}, [], {"outcomes": []}, {"outcomes": [ORDERED] * 1_001}, {"outcomes": 5}])
def test_another_shape_is_refused(client, shared_place, body):
    answer = client.post(ADDRESS, json=body, headers=shared_place.headers("outcomes:write"))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/request-shape")


@pytest.mark.parametrize("odd", [5, None, {}, {**ORDERED, "more": 1}])
def test_what_is_no_outcome_is_named_by_its_place(send, odd):
    answer = send(odd)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/outcomes/0")


def test_no_key_another_scope_another_body(client, shared_place):
    assert client.post(ADDRESS, json={"outcomes": [ORDERED]}).status_code == 401
    other = shared_place.headers("models:read")
    assert client.post(ADDRESS, json={"outcomes": [ORDERED]}, headers=other).status_code == 403
    headers = {**shared_place.headers("outcomes:write"), "Content-Type": "text/plain"}
    assert client.post(ADDRESS, content=b"{}", headers=headers).status_code == 415
