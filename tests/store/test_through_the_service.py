"""The service gives the same answers over both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from tests.service.place import LEAD, Running, made_bundle, made_scorer

from salescope.registry.published import publish
from salescope.service import ServiceSettings
from salescope.store import create_key, revoke_key


def test_scores_trends_and_keys(store, store_url, tmp_path):
    publish(tmp_path / "published" / "leads", made_bundle(made_scorer(seed=1)), version="1")
    now = datetime.now(UTC)
    key = create_key(store, label="CRM", scopes=["leads:score"], at=now)
    headers = {"Authorization": f"Bearer {key.secret}"}
    settings = ServiceSettings(published=tmp_path / "published", store_url=store_url, key_seconds=0)
    running = Running(settings)
    with running.start() as client:
        body = {"records": [LEAD, {**LEAD, "lead_id": "客戶-7"}, 5]}
        first = client.post("/v1/leads:score", json=body, headers=headers).json()["results"]
        again = client.post("/v1/leads:score", json=body, headers=headers).json()["results"]
        assert client.get("/readyz").status_code == 200
        revoke_key(store, key.record.id, at=now)
        assert client.post("/v1/leads:score", json=body, headers=headers).status_code == 401
    running.stop()
    assert [result.get("trend") for result in first] == [None, None, None]
    assert [result["trend"]["previous_score"] for result in again[:2]] == [result["score"] for result in first[:2]]
    assert [result["probability"] for result in again[:2]] == [result["probability"] for result in first[:2]]
    with store.reading() as connection:
        rows = connection.execute(text("SELECT subject_id, probability FROM predictions ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(result["lead_id"], result["probability"]) for result in first[:2]] * 2
