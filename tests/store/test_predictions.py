"""The ledger: whole calls or nothing, and the newest score before a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from salescope.store import (
    HostileValueError,
    KeptReason,
    Prediction,
    StoreUnavailableError,
    decode_reasons,
    encode_reasons,
    latest_scores,
)
from salescope.store import record_predictions as record
from salescope.store.tables import PREDICTIONS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = Prediction(
    subject_id="lead-1",
    model="leads",
    version="3",
    digest="ab" * 32,
    probability=0.25,
    score=40,
    grade="B",
    as_of=NOW,
    request_id="r1",
    at=NOW,
)


def count(store) -> int:
    with store.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM predictions")).scalar_one()


def test_a_lead_never_scored_has_no_earlier_score(store):
    assert record(store, [[LINE]]) == [{}]
    assert count(store) == 1


def test_the_earlier_score_is_the_newest_before_the_call(store):
    record(store, [[LINE], [replace(LINE, score=55, at=NOW + timedelta(seconds=1))]])
    assert record(store, [[replace(LINE, score=70, at=NOW + timedelta(seconds=2))]]) == [{"lead-1": 55}]


def test_a_later_call_in_the_same_commit_sees_the_earlier_one(store):
    assert record(store, [[LINE], [replace(LINE, score=55)], [LINE]]) == [{}, {"lead-1": 40}, {"lead-1": 55}]


def test_a_lead_named_twice_in_one_call_has_one_earlier_score(store):
    record(store, [[LINE]])
    assert record(store, [[replace(LINE, score=50), replace(LINE, score=60)]]) == [{"lead-1": 40}]
    assert record(store, [[LINE]]) == [{"lead-1": 60}]


def test_another_model_s_scores_do_not_count(store):
    record(store, [[replace(LINE, model="churn")]])
    assert record(store, [[LINE]]) == [{}]


def test_a_lead_without_an_id_is_kept_and_has_no_history(store):
    assert record(store, [[replace(LINE, subject_id=None)], [replace(LINE, subject_id=None)]]) == [{}, {}]
    assert count(store) == 2


def test_nothing_to_record_is_fine(store):
    assert record(store, []) == []
    assert record(store, [[]]) == [{}]


def test_a_commit_is_whole_or_not_at_all(store):
    with store.writing() as connection:
        connection.execute(text("DROP TABLE predictions"))
    with pytest.raises(StoreUnavailableError):
        record(store, [[LINE]])


def test_a_thousand_leads_are_looked_up_in_one_go(store):
    lines = [replace(LINE, subject_id=f"lead-{n}", score=n % 100 + 1) for n in range(1_000)]
    record(store, [lines])
    assert record(store, [lines]) == [{line.subject_id: line.score for line in lines}]


def test_a_lookup_longer_than_one_statement_is_cut(store, monkeypatch):
    monkeypatch.setattr("salescope.store.predictions.MOST_IDS_A_QUERY", 3)
    lines = [replace(LINE, subject_id=f"lead-{n}") for n in range(10)]
    record(store, [lines])
    with store.reading() as connection:
        assert len(latest_scores(connection, [f"lead-{n}" for n in range(12)], model="leads")) == 10


def test_a_probability_comes_back_bit_equal(store):
    values = [0.1, 1 / 3, 5e-324, 1 - 2**-53, 0.0, 1.0]
    record(store, [[replace(LINE, probability=value) for value in values]])
    with store.reading() as connection:
        found = connection.execute(text("SELECT probability FROM predictions ORDER BY id")).scalars().all()
    assert found == values


def test_unusual_but_whole_text_comes_back_unchanged(store):
    names = ["客戶-7", "a'b\"c;--", "\U0001f600", "e\u0301", " ", "\u200b"]
    record(store, [[replace(LINE, subject_id=name) for name in names]])
    with store.reading() as connection:
        found = connection.execute(text("SELECT subject_id FROM predictions ORDER BY id")).scalars().all()
    assert found == names


def test_reasons_of_hostile_text_come_back_as_they_can_be_shown(store):
    hostile = ["a\x00b", "客戶 \U0001f600", "'; DROP TABLE predictions;--", "\\u0000", "<b>&", "\r\n\t\x7f"]
    reasons = [KeptReason(number / 8, text) for number, text in enumerate(hostile, start=1)]
    record(store, [[replace(LINE, reasons=encode_reasons(reasons)), LINE]])
    with store.reading() as connection:
        found = connection.execute(text("SELECT reasons FROM predictions ORDER BY id")).scalars().all()
    assert decode_reasons(found[0]) == tuple(reasons[::-1])
    assert found[1] is None


VALUE = Prediction(
    subject_id="C-7",
    model="value",
    version="3",
    digest="ab" * 32,
    value=410.25,
    value_low=90.0,
    value_high=820.0,
    horizon_days=365,
    as_of=NOW,
    request_id="night",
    at=NOW,
)


def test_an_expected_value_is_kept_beside_chances(store):
    both = replace(LINE, value=-1e13, outcome_window_days=90)
    assert record(store, [[VALUE], [both], [LINE]]) == [{}, {}, {"lead-1": 40}]
    with store.reading() as connection:
        found = connection.execute(
            text(
                "SELECT probability, score, grade, value, value_low, value_high, horizon_days, outcome_window_days "
                "FROM predictions ORDER BY id"
            )
        ).all()
    assert [tuple(row) for row in found] == [
        (None, None, None, 410.25, 90.0, 820.0, 365, None),
        (0.25, 40, "B", -1e13, None, None, None, 90),
        (0.25, 40, "B", None, None, None, None, None),
    ]


def test_a_value_is_no_earlier_score(store):
    record(store, [[replace(LINE, model="value")]])
    record(store, [[replace(VALUE, subject_id="lead-1")]])
    assert record(store, [[replace(VALUE, subject_id="lead-1")], [replace(LINE, model="value")]]) == [
        {},
        {"lead-1": 40},
    ]


@pytest.mark.parametrize(
    ("changes", "judged_at"),
    [
        ({}, NOW + timedelta(days=365)),
        ({"outcome_window_days": 90}, NOW + timedelta(days=90)),
        ({"at": NOW + timedelta(days=36.5)}, NOW + timedelta(days=365)),
        ({"at": NOW + timedelta(days=36.5, microseconds=1)}, None),
        ({"subject_id": None}, None),
        ({"horizon_days": None}, None),
        ({"as_of": datetime(9999, 6, 1, tzinfo=UTC), "at": datetime(9999, 6, 1, tzinfo=UTC)}, None),
    ],
)
def test_a_line_says_from_when_it_can_be_judged(store, changes, judged_at):
    line = replace(VALUE, **changes)
    assert line.judged_at == judged_at
    record(store, [[line]])
    with store.reading() as connection:
        assert connection.execute(select(PREDICTIONS.c.judged_at)).scalar_one() == judged_at


def test_instants_are_kept_to_the_microsecond_whoever_made_them(store):
    fine = pd.Timestamp("2026-03-01 20:00:00.123456999", tz="Asia/Taipei")
    record(store, [[replace(LINE, as_of=fine)]])
    with store.reading() as connection:
        assert connection.execute(select(PREDICTIONS.c.as_of)).scalar_one() == NOW.replace(microsecond=123456)


def test_zero_has_no_sign(store):
    record(store, [[replace(VALUE, value=-0.0, value_low=-0.0, value_high=0.0, probability=-0.0)]])
    with store.reading() as connection:
        row = connection.execute(text("SELECT value, value_low, value_high, probability FROM predictions")).one()
    assert [str(number) for number in row] == ["0.0"] * 4


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("value", None),
        ("value", float("nan")),
        ("value", 1e14),
        ("value", 10**400),
        ("value", Decimal("0.1")),
        ("value_low", None),
        ("value_low", 821.0),
        ("value_high", float("inf")),
        ("horizon_days", 0),
        ("horizon_days", 1.5),
        ("horizon_days", True),
        ("outcome_window_days", 36_501),
        ("as_of", "2026-03-01T12:00:00Z"),
        ("at", NOW.replace(tzinfo=None)),
        ("at", pd.NaT),
        ("at", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))),
    ],
)
def test_a_hostile_value_of_a_value_never_reaches_a_database(column, value):
    with pytest.raises(HostileValueError, match=r"predictions\."):
        replace(VALUE, **{column: value})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("probability", float("nan")),
        ("probability", float("inf")),
        ("probability", 1.0000001),
        ("probability", -0.1),
        ("probability", "0.5"),
        ("probability", True),
        ("score", 0),
        ("score", 101),
        ("score", 40.5),
        ("score", True),
        ("subject_id", ""),
        ("subject_id", "x" * 201),
        ("subject_id", "a\x00b"),
        ("subject_id", "\ud800"),
        ("subject_id", 7),
        ("grade", "AA"),
        ("model", ""),
        ("request_id", "x" * 65),
        ("reasons", ""),
        ("reasons", "x" * 4_001),
        ("reasons", "a\x00b"),
        ("reasons", "\ud800"),
        ("reasons", []),
    ],
)
def test_a_hostile_value_never_reaches_a_database(column, value):
    with pytest.raises(HostileValueError, match=rf"predictions\.{column}"):
        replace(LINE, **{column: value})


calls = st.lists(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(1, 100)), max_size=3), min_size=1, max_size=6
)


@settings(max_examples=25, deadline=None)
@given(calls, st.data())
def test_however_calls_share_commits_the_earlier_scores_are_those_of_one_commit_each(new_store, calls, data):
    # The oracle is a plain dictionary updated call by call.
    newest: dict[str, int] = {}
    expected = []
    for call in calls:
        expected.append({lead: newest[lead] for lead, _ in call if lead in newest})
        newest |= {lead: score for lead, score in call if lead is not None}
    batches = [
        [replace(LINE, subject_id=lead, score=score, at=NOW + timedelta(seconds=n)) for lead, score in call]
        for n, call in enumerate(calls)
    ]
    cut = data.draw(st.integers(0, len(batches)))
    store = new_store()
    try:
        found = record(store, batches[:cut]) + record(store, batches[cut:])
    finally:
        store.close()
    assert found == expected
