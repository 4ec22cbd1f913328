"""Alive and ready are two different things."""

from __future__ import annotations

import sqlite3

import pytest
from tests.service.place import LEAD

from salescope.store import Store, StoreUnavailableError


def test_a_service_with_a_model_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["model"], body["version"], body["warnings"]) == ("ready", "leads", "1", [])


def test_without_a_model_it_is_alive_and_says_what_to_do(empty_place, start):
    running = start(empty_place.settings())
    assert running.get("/healthz").status_code == 200
    answer = running.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/no-model"
    assert "salescope promote" in answer.json()["detail"]
    asked = running.post("/v1/leads:score", json={"records": [LEAD]}, headers=empty_place.headers("leads:score"))
    assert asked.status_code == 503
    assert asked.json()["type"] == "/problems/no-model"


def test_without_a_ledger_no_score_is_given(place, start):
    running = start(place.settings())
    headers = place.headers("leads:score")
    assert running.post("/v1/leads:score", json={"records": [LEAD]}, headers=headers).status_code == 200
    with sqlite3.connect(place.folder / "service.db") as connection:
        connection.execute("ALTER TABLE predictions RENAME TO elsewhere")
    connection.close()
    answer = running.post("/v1/leads:score", json={"records": [LEAD]}, headers=headers)
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/store-unavailable"
    assert answer.headers["retry-after"] == "1"
    assert "sqlite" not in answer.text
    with sqlite3.connect(place.folder / "service.db") as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO predictions")
    connection.close()
    assert running.post("/v1/leads:score", json={"records": [LEAD]}, headers=headers).status_code == 200


def test_while_the_store_is_down_it_is_alive_but_not_ready(place, start, monkeypatch: pytest.MonkeyPatch):
    running = start(place.settings())

    def fail(store: Store) -> None:
        raise StoreUnavailableError(store.address, reason="OperationalError")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "ping", fail)
        answer = running.get("/readyz")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/store-unavailable")
        assert str(place.folder) not in answer.text
        assert running.get("/healthz").status_code == 200
    assert running.get("/readyz").status_code == 200
