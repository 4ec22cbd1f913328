"""Scoring leads: order, reasons, per-record problems, trends, limits."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.service.place import LEAD, NOW, made_leads

from salescope.features.leads import record_features

ADDRESS = "/v1/leads:score"


def test_anonymous(client):
    answer = client.post(ADDRESS, json={"records": [LEAD]})
    assert answer.status_code == 401


def test_wrong_scope(client, shared_place):
    answer = client.post(ADDRESS, json={"records": [LEAD]}, headers=shared_place.headers("models:read"))
    assert answer.status_code == 403
    assert "leads:score" in answer.json()["detail"]


def test_an_administrator_may(client, shared_place):
    assert client.post(ADDRESS, json={"records": [LEAD]}, headers=shared_place.headers("admin")).status_code == 200


def test_the_answer_says_who_answered_and_when(score):
    answer = score(LEAD)
    body = answer.json()
    assert (body["model"], body["version"], body["as_of"]) == ("leads", "1", "2026-03-01T12:00:00Z")
    assert len(body["digest"]) == 64
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["warnings"] == []


def test_the_answer_is_the_scorer_s_own(score, scorer):
    records = made_leads(seed=5, n_rows=30).drop(columns=["outcome", "events_total", "events_of_call"])
    sent = json.loads(records.to_json(orient="records"))
    results = score(*sent).json()["results"]
    expected = scorer.predict_scores([{**record, "as_of": NOW.replace(tzinfo=None)} for record in sent])
    assert [result["probability"] for result in results] == expected["probability"].tolist()
    assert [result["score"] for result in results] == expected["score"].tolist()
    assert [result["grade"] for result in results] == expected["grade"].tolist()
    for result, reasons in zip(results, expected["reasons"], strict=True):
        assert [reason["text"] for reason in result["reasons"]] == [reason.text for reason in reasons]


def test_one_record_answers_as_the_batch_does_to_the_last_bit(score):
    records = [{**LEAD, "lead_id": None, "staff": n * 7, "source": "fair" if n % 3 else "web"} for n in range(40)]
    batch = score(*records).json()["results"]
    assert [score(record).json()["results"][0] for record in records] == batch


def test_the_order_of_records_is_kept_and_does_not_matter(score):
    records = [{"lead_id": f"order-{n}", "staff": n * 11} for n in range(30)]
    forward = score(*records).json()["results"]
    backward = score(*reversed(records)).json()["results"]
    assert [result["lead_id"] for result in forward] == [record["lead_id"] for record in records]
    assert [result["probability"] for result in reversed(backward)] == [result["probability"] for result in forward]


def test_base_rest_and_reasons_add_up_to_the_log_odds(score):
    records = [{**LEAD, "staff": n * 50, "source": "never seen" if n % 2 else None} for n in range(12)]
    for result in score(*records, top=1).json()["results"]:
        total = result["base"] + result["rest"] + sum(reason["contribution"] for reason in result["reasons"])
        assert total == pytest.approx(math.log(result["probability"] / (1 - result["probability"])), abs=1e-9)


def test_without_a_limit_on_reasons_what_they_leave_is_small(score):
    for result in score(LEAD, {**LEAD, "staff": 3}, top=20).json()["results"]:
        assert abs(result["rest"]) < 0.1


def test_reasons_come_in_the_language_asked_for(score):
    english, chinese = (score(LEAD, language=language).json()["results"][0]["reasons"] for language in ("en", "zh"))
    assert [reason["contribution"] for reason in english] == [reason["contribution"] for reason in chinese]
    assert any("機會" in reason["text"] for reason in chinese)


def test_no_reasons_are_given_when_none_are_asked_for(score):
    assert score(LEAD, top=0).json()["results"][0]["reasons"] == []


def test_events_before_as_of_change_the_score_and_later_ones_do_not(score, scorer):
    call = {"kind": "call", "channel": "phone"}
    past = [{**call, "at": "2026-02-01T10:00:00Z"}, {**call, "at": "2026-02-20"}]
    future = [{**call, "at": "2026-03-01T12:00:00Z"}, {**call, "at": "2026-04-01"}]
    body = score({**LEAD, "events": past}, {**LEAD, "events": past + future}, {**LEAD, "events": []}).json()
    with_past, with_all, with_none = (result["probability"] for result in body["results"])
    assert with_past == with_all != with_none
    assert [warning["type"] for warning in body["warnings"]] == ["late-event"]
    naive = NOW.replace(tzinfo=None)
    (oracle,) = record_features([{**LEAD, "events": past, "as_of": naive}], kinds=["call"])
    assert with_past == scorer.predict_scores([oracle])["probability"][0]


def test_a_record_s_own_as_of_wins_and_offsets_are_converted(score):
    event = {"at": "2026-02-10T00:00:00Z", "kind": "call"}
    body = score(
        {**LEAD, "events": [event]},
        {**LEAD, "events": [event], "as_of": "2026-02-10T08:00:00+08:00"},
        {**LEAD, "events": []},
        as_of="2026-02-11",
    ).json()
    assert [result["as_of"] for result in body["results"]] == [
        "2026-02-11T00:00:00Z",
        "2026-02-10T00:00:00Z",
        "2026-02-11T00:00:00Z",
    ]
    one, other, none = (result["probability"] for result in body["results"])
    assert one != other == none


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        (5, ""),
        (None, ""),
        ("text", ""),
        ([], ""),
        ({"lead_id": ""}, "/lead_id"),
        ({"lead_id": "x" * 201}, "/lead_id"),
        ({"lead_id": 1.5}, "/lead_id"),
        ({"lead_id": True}, "/lead_id"),
        ({"lead_id": "a\x00b"}, "/lead_id"),
        ({"as_of": "soon"}, "/as_of"),
        ({"as_of": "2026-02-30"}, "/as_of"),
        ({"as_of": "1026-02-03"}, "/as_of"),
        ({"as_of": 20260301}, "/as_of"),
        ({"source": ["web"]}, "/source"),
        ({"source": {"is": "web"}}, "/source"),
        ({"a/b": []}, "/a~1b"),
        ({"staff": 2**63}, "/staff"),
        ({"note": "x" * 10_001}, "/note"),
        ({f"field_{n}": 1 for n in range(501)}, ""),
        ({"events": {}}, "/events"),
        ({"events": [5]}, "/events/0"),
        ({"events": [{"at": "2026-01-01"}, {"kind": "call"}]}, "/events/1/at"),
        ({"events": [{"at": "2026-01-01", "kind": 5}]}, "/events/0/kind"),
        ({"events": [{"at": "2026-01-01"}] * 1_001}, "/events"),
    ],
)
def test_a_wrong_record_gets_its_problem_in_its_place_and_the_others_are_scored(score, record, pointer):
    answer = score(LEAD, record, LEAD)
    assert answer.status_code == 200
    first, wrong, last = answer.json()["results"]
    assert first["result"] == last["result"] == "score"
    assert wrong["result"] == "problem"
    assert wrong["problem"]["pointer"] == f"/records/1{pointer}"
    assert wrong["problem"]["type"] == "/problems/invalid-lead"
    assert wrong["problem"]["status"] == 422
    assert wrong["problem"]["detail"].endswith("accepted.")


def test_a_problem_names_its_lead(score):
    assert score({"lead_id": "lead-9", "source": []}).json()["results"][0]["lead_id"] == "lead-9"


def test_a_call_of_wrong_records_only_is_still_answered(score):
    answer = score(1, 2)
    assert answer.status_code == 200
    assert [result["result"] for result in answer.json()["results"]] == ["problem", "problem"]


def test_a_number_and_its_text_are_the_same_lead(score):
    assert score({**LEAD, "lead_id": 77}).json()["results"][0]["lead_id"] == "77"
    assert score({**LEAD, "lead_id": "77"}).json()["results"][0]["trend"]["direction"] == "same"


def test_the_trend_compares_with_the_last_answer(score):
    lead = {**LEAD, "lead_id": "trend", "source": "web", "staff": 20}
    first = score(lead).json()["results"][0]
    better = score({**lead, "source": "referral", "staff": 480}).json()["results"][0]
    same, worse = score({**lead, "source": "referral", "staff": 480}, lead).json()["results"]
    assert first["trend"] is None
    assert better["trend"] == {
        "previous_score": first["score"],
        "change": better["score"] - first["score"],
        "direction": "up",
    }
    assert same["trend"]["direction"] == "same"
    assert worse["trend"]["direction"] == "down"


def test_a_lead_without_an_id_has_no_trend(score):
    for _ in range(2):
        assert score({"source": "web"}).json()["results"][0]["trend"] is None


def test_unknown_fields_and_categories_are_scored_and_named_once(score):
    body = score(*[{**LEAD, "sorce": "web", "source": "carrier pigeon"}] * 3).json()
    assert [result["result"] for result in body["results"]] == ["score"] * 3
    assert [(warning["type"], warning["column"], warning["records"]) for warning in body["warnings"]] == [
        ("unknown-field", "sorce", 3),
        ("unknown-category", "source", 3),
    ]


def test_what_the_contract_knows_needs_no_warning(score):
    record = {**LEAD, "created_at": "2026-01-01", "as_of": "2026-02-01", "events": []}
    assert score(record).json()["warnings"] == []


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/records"]),
        ({"records": []}, ["/records"]),
        ({"records": {}}, ["/records"]),
        ({"records": None}, ["/records"]),
        ({"records": [LEAD] * 1_001}, ["/records"]),
        ({"records": [LEAD], "language": "fr"}, ["/language"]),
        ({"records": [LEAD], "language": ["en"]}, ["/language"]),
        ({"records": [LEAD], "top": -1}, ["/top"]),
        ({"records": [LEAD], "top": 21}, ["/top"]),
        ({"records": [LEAD], "top": True}, ["/top"]),
        ({"records": [LEAD], "top": 2.5}, ["/top"]),
        ({"records": [LEAD], "top": "5"}, ["/top"]),
        ({"records": [LEAD], "as_of": None}, ["/as_of"]),
        ({"records": [LEAD], "as_of": "2026-13-01"}, ["/as_of"]),
        ({"records": [], "top": -1, "langauge": "en"}, ["/langauge", "/records", "/top"]),
        ([LEAD], [""]),
        ("records", [""]),
    ],
)
def test_a_body_of_another_shape_is_told_every_place(client, shared_place, body, pointers):
    answer = client.post(ADDRESS, json=body, headers=shared_place.headers("leads:score"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/request-shape"
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


def test_of_very_many_wrong_names_some_are_told(client, shared_place, score):
    options = {f"option-{n}": n for n in range(50_000)}
    answer = client.post(ADDRESS, json=options, headers=shared_place.headers("leads:score"))
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 6
    fields = [{f"field-{n}-{m}": 1 for m in range(400)} for n in range(50)]
    assert len(score(*fields).json()["warnings"]) == 20


def test_a_misspelt_option_gets_the_nearest_name(client, shared_place):
    answer = client.post(
        ADDRESS, json={"records": [LEAD], "langauge": "zh"}, headers=shared_place.headers("leads:score")
    )
    assert "Did you mean 'language'?" in answer.json()["errors"][0]["detail"]


def test_a_thousand_records_are_answered(score):
    results = score(*[{**LEAD, "lead_id": f"many-{n}"} for n in range(1_000)], top=0).json()["results"]
    assert [result["lead_id"] for result in results] == [f"many-{n}" for n in range(1_000)]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
names = st.sampled_from(["source", "staff", "region", "newsletter", "created_at", "x"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(names, scalars, max_size=6), min_size=1, max_size=5))
def test_any_record_of_plain_values_is_scored(score, records):
    answer = score(*records)
    assert answer.status_code == 200
    for result in answer.json()["results"]:
        assert result["result"] == "score"
        assert 0 <= result["probability"] <= 1
        assert 1 <= result["score"] <= 100
