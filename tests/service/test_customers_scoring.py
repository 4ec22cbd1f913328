"""Scoring customers: the night's own bits, per-record problems, warnings, limits, and models that come and go."""

from __future__ import annotations

import shutil
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.acceptance.customers_09_batch_equals_live import compared
from tests.batch import customer_night
from tests.scoring import customer_company as made
from tests.service.place import NOW, Running

from salescope.service import ServiceSettings
from salescope.service.customers_openapi import CUSTOMER_ANSWER, CUSTOMER_REQUEST
from salescope.store import create_key, open_store
from salescope.store.tables import PREDICTIONS

ADDRESS = "/v1/customers:score"
LINE = {"ordered_at": "2026-01-15", "product_id": "P-003", "quantity": 2, "unit_price": 20.0}
CUSTOMER = {"customer_id": "C-1", "region": "North", "orders": [LINE, {**LINE, "ordered_at": "2025-09-01"}]}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.night(tmp_path_factory.mktemp("night"))


def start(workspace, folder):
    url = f"sqlite:///{folder}/service.db"
    store = open_store(url)
    keys = {
        scope: create_key(store, label=scope, scopes=[scope], at=NOW).secret
        for scope in ("customers:score", "leads:score")
    }
    running = Running(ServiceSettings(published=workspace.published, store_url=url, max_records=50, max_events=20))
    client = running.start()

    def send(*records, scope="customers:score", **options):
        headers = {"Authorization": f"Bearer {keys[scope]}"}
        return client.post(ADDRESS, json={"records": list(records), **options}, headers=headers)

    def stop():
        client.close()
        running.stop()
        store.close()

    return send, store, stop


@pytest.fixture(scope="module")
def service(workspace, tmp_path_factory):
    send, store, stop = start(workspace, tmp_path_factory.mktemp("service"))
    yield send, store
    stop()


@pytest.fixture
def score(service):
    return service[0]


def test_a_live_call_equals_the_night_bit_for_bit(workspace):
    found = compared(workspace, as_of=made.as_of().to_pydatetime(), customers=60)
    assert (found.customers, found.profiles_differ, found.lines_differ) == (60, 0, 0)
    assert found.lines > 90


def test_the_answer_says_who_answered_and_when(score):
    answer = score(CUSTOMER)
    body = answer.json()
    assert {name: model["version"] for name, model in body["models"].items()} == dict.fromkeys(
        customer_night.NAMES, "1"
    )
    assert body["as_of"] == "2026-03-01T12:00:00Z"
    assert body["request_id"] == answer.headers["x-request-id"]
    (result,) = body["results"]
    assert result["tier"]["recency"] is not None
    assert result["value"]["money"] > 0
    assert result["next"]["rank"] is None
    assert len(result["products"]) == 5


def test_another_scope_may_not(score):
    answer = score(CUSTOMER, scope="leads:score")
    assert answer.status_code == 403
    assert "customers:score" in answer.json()["detail"]


def test_the_example_can_be_sent_and_its_answer_has_the_shape_it_shows(score):
    answer = score(*CUSTOMER_REQUEST["records"], top=1, as_of=CUSTOMER_REQUEST["as_of"]).json()
    assert answer.keys() == CUSTOMER_ANSWER.keys()
    right, wrong = answer["results"]
    example = CUSTOMER_ANSWER["results"][0]
    assert right.keys() == example.keys()
    for part in ("tier", "churn", "value", "next"):
        assert right[part].keys() == example[part].keys()
    assert right["churn"]["reasons"][0].keys() == example["churn"]["reasons"][0].keys()
    expected = CUSTOMER_ANSWER["results"][1]
    assert wrong == {**expected, "problem": {**expected["problem"], "detail": wrong["problem"]["detail"]}}


def test_a_record_is_answered_alone_as_among_others_and_at_its_own_moment(score):
    others = [
        {**CUSTOMER, "customer_id": None, "region": region, "orders": [LINE] * n} for n, region in enumerate("NESW")
    ]
    early = {**CUSTOMER, "customer_id": None, "as_of": "2025-12-01"}
    results = score(*others, early, *others).json()["results"]
    assert results[:4] == results[5:]
    for record, result in zip([*others, early], results, strict=False):
        assert score(record).json()["results"] == [result]
    assert results[4]["as_of"] == "2025-12-01T00:00:00Z"
    (same,) = score({**early, "as_of": None, "orders": CUSTOMER["orders"][1:]}, as_of="2025-12-01").json()["results"]
    assert same == results[4]


def test_the_trend_is_against_the_last_answer_and_the_ledger_has_both_models(service):
    score, store = service
    first, second = (score({**CUSTOMER, "customer_id": 77}, top=top).json()["results"][0] for top in (2, 0))
    assert first["customer_id"] == "77"
    assert first["trend"] is None
    assert second["trend"]["previous_score"] == first["churn"]["score"]
    with store.reading() as connection:
        lines = connection.execute(select(PREDICTIONS).where(PREDICTIONS.c.subject_id == "77")).mappings().all()
    assert sorted(line["model"] for line in lines) == ["churn", "churn", "value", "value"]
    told = {line["model"]: line for line in lines[:2]}
    assert told["churn"]["probability"] == first["churn"]["probability"]
    assert told["churn"]["judged_at"] is not None
    assert (told["value"]["value"], told["value"]["horizon_days"]) == (first["value"]["money"], 90)
    assert told["value"]["as_of"] == NOW.astimezone(UTC)
    assert [line["reasons"] is None for line in lines if line["model"] == "churn"] == [False, True]


def test_who_must_not_be_contacted_is_told_why_and_offered_nothing(score):
    (result,) = score({**CUSTOMER, "opted_out": True}, language="zh").json()["results"]
    assert (result["next"]["skipped"], result["next"]["step"], result["products"]) == ("已拒絕聯絡", None, [])
    assert result["churn"]["reasons"]


def test_what_was_perhaps_not_meant_is_named(score):
    record = {**CUSTOMER, "shoe_size": 44, "orders": [LINE, {**LINE, "ordered_at": "2026-03-02", "colour": "red"}]}
    warnings = score(record, {**record, "customer_id": 2}).json()["warnings"]
    assert [(warning["type"], warning["column"], warning["records"]) for warning in warnings] == [
        ("unknown-field", "shoe_size", 2),
        ("late-fact", None, 2),
        ("unknown-fact-member", None, 2),
    ]


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        (7, ""),
        ({"customer_id": ""}, "/customer_id"),
        ({"as_of": "soon"}, "/as_of"),
        ({"region": {"x": 1}}, "/region"),
        ({"region": "x" * 10_001}, "/region"),
        ({"staff": 2**63}, "/staff"),
        ({"orders": {}}, "/orders"),
        ({"orders": [LINE] * 21}, "/orders"),
        ({"orders": [5]}, "/orders/0"),
        ({"orders": [{"quantity": 1}]}, "/orders/0/ordered_at"),
        ({"orders": [LINE, {**LINE, "quantity": "two"}]}, "/orders/1/quantity"),
        ({"orders": [{**LINE, "unit_price": True}]}, "/orders/0/unit_price"),
        ({"orders": [{**LINE, "product_id": [1]}]}, "/orders/0/product_id"),
        ({"orders": [{**LINE, "promised_at": "later"}]}, "/orders/0/promised_at"),
        ({"contacts": [{"at": 5}]}, "/contacts/0/at"),
        ({"invoices": [{"issued_at": "2026-01-01", "amount": []}]}, "/invoices/0/amount"),
    ],
)
def test_a_wrong_record_gets_a_problem_in_its_place_and_the_others_are_answered(score, record, pointer):
    results = score(CUSTOMER, record, CUSTOMER).json()["results"]
    assert [result["result"] for result in results] == ["score", "problem", "score"]
    problem = results[1]["problem"]
    assert (problem["type"], problem["pointer"]) == ("/problems/invalid-record", f"/records/1{pointer}")


def test_a_call_of_another_shape_is_refused(score):
    answer = score(*[CUSTOMER] * 51, languge="en", top=21)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/languge", "/records", "/top"}


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
facts = st.lists(
    st.fixed_dictionaries(
        {"ordered_at": st.sampled_from(["2026-01-01", "1900-01-01T00:00Z", "2199-12-31"])},
        optional=dict.fromkeys(("quantity", "unit_price", "discount", "product_id", "category", "delivered_at"), cells),
    ),
    max_size=3,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(
        st.dictionaries(
            st.sampled_from(["region", "segment", "owner", "since", "opted_out", "tier", "value", "x"]), cells
        ),
        min_size=1,
        max_size=3,
    ),
    orders=facts,
)
def test_whatever_is_sent_gets_an_answer_in_its_place(score, records, orders):
    answer = score(*({**record, "orders": orders} for record in records))
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["results"]) == len(records)


def test_models_that_are_absent_leave_their_part_null_and_none_is_a_problem(workspace, tmp_path):
    bare = workspace.model_copy(update={"path": tmp_path})
    shutil.copytree(workspace.published_of("segments"), bare.published_of("segments"))
    send, _, stop = start(bare, tmp_path)
    (result,) = send(CUSTOMER).json()["results"]
    assert result["tier"]["name"]
    assert (result["churn"], result["value"], result["products"]) == (None, None, [])
    stop()
    shutil.rmtree(bare.published)
    send, _, stop = start(bare, tmp_path)
    answer = send(CUSTOMER)
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/no-model"
    stop()
