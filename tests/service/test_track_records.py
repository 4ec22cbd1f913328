"""The track record over HTTP is the one of the store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.service.place import NOW
from tests.store.made import made_outcome, made_prediction

from salescope.store import open_store, record_outcomes, record_predictions
from salescope.store.model_record import RecordWish, model_record

ADDRESS = "/v1/models/churn/track-record"


def test_the_answer_is_the_record_of_the_store(place, start):
    store = open_store(place.settings().store_url.get_secret_value())
    then = NOW - timedelta(days=120)
    told = [
        made_prediction(subject_id=f"C-{n}", probability=(n + 1) / 32, as_of=then, at=then, version=str(1 + n % 2))
        for n in range(30)
    ]
    record_predictions(store, [told])
    came = [
        made_outcome(key=f"k-{n}", subject_id=f"C-{n}", happened_at=then + timedelta(days=3)) for n in range(0, 30, 3)
    ]
    # That nothing happened is believed only as far as outcomes were sent.
    came.append(made_outcome(key="late", subject_id="C-0", happened_at=NOW - timedelta(days=1)))
    record_outcomes(store, [came])
    running = start(place.settings())
    answer = running.get(ADDRESS, params={"period": "all", "days": 200}, headers=place.headers("models:read"))
    body = answer.json()
    wish = RecordWish(model="churn", since=NOW - timedelta(days=200), until=NOW, period="all")
    expected = model_record(store, wish).document()
    store.close()
    assert body == {"request_id": answer.headers["x-request-id"], **expected}
    assert body["judged"] == 30
    assert [cell["version"] for cell in body["versions"]] == ["1", "2"]
    assert {"auc", "lift_at_10", "calibration_error"} <= body["versions"][0]["figures"].keys()


def test_without_answers_it_says_so(client, shared_place):
    body = client.get(ADDRESS, headers=shared_place.headers("models:read")).json()
    assert (body["judged"], body["cells"]) == (0, [])
    assert body["message"].startswith("Nothing to judge yet")


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        ("/v1/models/segments/track-record", 404, "unknown-model"),
        ("/v1/models/s3cret/track-record", 404, "unknown-model"),
        (f"{ADDRESS}?period=day", 422, "request-shape"),
        (f"{ADDRESS}?days=0", 422, "request-shape"),
        (f"{ADDRESS}?days=3651", 422, "request-shape"),
        (f"{ADDRESS}?since=2026-01-01", 422, "request-shape"),
    ],
)
def test_what_cannot_be_told_is_a_problem(client, shared_place, address, status, kind):
    answer = client.get(address, headers=shared_place.headers("models:read"))
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert "s3cret" not in answer.text


def test_no_key_and_another_scope(client, shared_place):
    assert client.get(ADDRESS).status_code == 401
    assert client.get(ADDRESS, headers=shared_place.headers("leads:score")).status_code == 403
