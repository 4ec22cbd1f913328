"""Invoices are scored with why and when, each in its place, as the scorer itself would."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.service.place import NOW, Running, made_place, payments_bundle

from salescope.bundle import load_model
from salescope.registry import publish
from salescope.service.invoices_openapi import INVOICE_ANSWER, INVOICE_REQUEST
from salescope.store import open_store
from salescope.store.tables import PREDICTIONS

PAID = {"issued_at": "2025-11-03", "due_at": "2025-12-03", "paid_at": "2025-12-20", "amount": 160.0}
INVOICE = {
    "invoice_id": "I-1", "issued_at": "2026-02-10", "due_at": "2026-03-12", "amount": 480.0, "invoices": [PAID],
}  # fmt: skip


@pytest.fixture(scope="module")
def bundle():
    return payments_bundle()


@pytest.fixture(scope="module")
def house(tmp_path_factory, bundle):
    place = made_place(tmp_path_factory.mktemp("invoices"))
    publish(place.published / "payments", bundle, version="3")
    running = Running(place.settings(max_records=50, max_events=20))
    with running.start() as client:
        yield place, client
    running.stop()


@pytest.fixture
def score(house):
    place, client = house

    def send(*records, **options):
        body = {"records": list(records), **options}
        return client.post("/v1/invoices:score", json=body, headers=place.headers("invoices:score"))

    return send


def test_an_invoice_is_answered_as_the_scorer_itself_would(score, bundle):
    answer = score(INVOICE, top=2).json()
    (result,) = answer["results"]
    told = load_model(bundle).predict_scores([INVOICE], as_of=NOW.replace(tzinfo=None), top=2).iloc[0]
    assert (answer["model"], answer["version"]) == ("payments", "3")
    assert (result["probability"], result["score"], result["grade"]) == (told.probability, told.score, told.grade)
    assert [reason["text"] for reason in result["reasons"]] == [reason.text for reason in told.reasons]
    days = result["days"]
    assert (days["median"], days["low"], days["high"]) == (told.days_median, told.lo_80, told.hi_80)
    assert (days["overdue"], days["level"]) == (told.overdue_days, 80)


def test_each_record_alone_is_answered_with_the_same_bits(score):
    records = [INVOICE, {**INVOICE, "as_of": "2026-02-11"}, {"issued_at": "2026-02-01"}]
    together = score(*({**record, "invoice_id": None} for record in records)).json()["results"]
    assert [score({**record, "invoice_id": None}).json()["results"][0] for record in records] == together
    assert together[2]["days"]["overdue"] is None


def test_the_ledger_has_the_days_that_are_left_and_the_trend_is_against_the_last_answer(score, house):
    first, second = (score({**INVOICE, "invoice_id": 7}, top=top).json()["results"][0] for top in (2, 0))
    assert (first["invoice_id"], first["trend"], second["trend"]["change"]) == ("7", None, 0)
    store = open_store(house[0].settings().store_url.get_secret_value())
    with store.reading() as connection:
        lines = connection.execute(select(PREDICTIONS).where(PREDICTIONS.c.subject_id == "7")).mappings().all()
    store.close()
    assert [(line["model"], line["probability"]) for line in lines] == [("payments", first["probability"])] * 2
    assert [line["value"] for line in lines] == [first["days"]["median"] - 19] * 2
    assert [line["reasons"] is None for line in lines] == [False, True]


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        (7, ""),
        ({}, "/issued_at"),
        ({**INVOICE, "invoice_id": ""}, "/invoice_id"),
        ({**INVOICE, "as_of": "soon"}, "/as_of"),
        ({**INVOICE, "due_at": 5}, "/due_at"),
        ({**INVOICE, "amount": "much"}, "/amount"),
        ({**INVOICE, "terms": {"x": 1}}, "/terms"),
        ({**INVOICE, "invoices": [PAID] * 21}, "/invoices"),
        ({**INVOICE, "invoices": [{"amount": 1}]}, "/invoices/0/issued_at"),
    ],
)
def test_a_wrong_record_gets_a_problem_in_its_place(score, record, pointer):
    results = score(INVOICE, record, INVOICE).json()["results"]
    assert [result["result"] for result in results] == ["score", "problem", "score"]
    assert results[1]["problem"]["type"] == "/problems/invalid-record"
    assert results[1]["problem"]["pointer"] == f"/records/1{pointer}"


def test_what_was_perhaps_not_meant_is_named(score):
    others = [PAID, {**PAID, "issued_at": "2026-03-02", "colour": "red"}]
    warnings = score({**INVOICE, "shoe_size": 44, "invoices": others}).json()["warnings"]
    assert [(one["type"], one["column"]) for one in warnings] == [
        ("unknown-field", "shoe_size"), ("late-fact", None), ("unknown-fact-member", None),
    ]  # fmt: skip


def test_the_example_can_be_sent_and_its_answer_has_the_shape_it_shows(score):
    answer = score(*INVOICE_REQUEST["records"], top=INVOICE_REQUEST["top"]).json()
    assert answer.keys() == INVOICE_ANSWER.keys()
    assert answer["results"][0].keys() == INVOICE_ANSWER["results"][0].keys()
    assert answer["results"][1] == INVOICE_ANSWER["results"][1]
