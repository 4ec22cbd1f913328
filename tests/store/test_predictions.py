"""The ledger: whole calls or nothing, and the newest score before a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from salescope.store import (
    HostileValueError,
    KeptReason,
    Prediction,
    StoreUnavailableError,
    decode_reasons,
    encode_reasons,
    latest_scores,
    open_store,
)
from salescope.store import record_predictions as record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = Prediction(
    lead_id="lead-1",
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
    assert record(store, [[replace(LINE, lead_id=None)], [replace(LINE, lead_id=None)]]) == [{}, {}]
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
    lines = [replace(LINE, lead_id=f"lead-{n}", score=n % 100 + 1) for n in range(1_000)]
    record(store, [lines])
    assert record(store, [lines]) == [{line.lead_id: line.score for line in lines}]


def test_a_lookup_longer_than_one_statement_is_cut(store, monkeypatch):
    monkeypatch.setattr("salescope.store.predictions.MOST_IDS_A_QUERY", 3)
    lines = [replace(LINE, lead_id=f"lead-{n}") for n in range(10)]
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
    record(store, [[replace(LINE, lead_id=name) for name in names]])
    with store.reading() as connection:
        found = connection.execute(text("SELECT lead_id FROM predictions ORDER BY id")).scalars().all()
    assert found == names


def test_reasons_of_hostile_text_come_back_as_they_can_be_shown(store):
    hostile = ["a\x00b", "客戶 \U0001f600", "'; DROP TABLE predictions;--", "\\u0000", "<b>&", "\r\n\t\x7f"]
    reasons = [KeptReason(number / 8, text) for number, text in enumerate(hostile, start=1)]
    record(store, [[replace(LINE, reasons=encode_reasons(reasons)), LINE]])
    with store.reading() as connection:
        found = connection.execute(text("SELECT reasons FROM predictions ORDER BY id")).scalars().all()
    assert decode_reasons(found[0]) == tuple(reasons[::-1])
    assert found[1] is None


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
        ("lead_id", ""),
        ("lead_id", "x" * 201),
        ("lead_id", "a\x00b"),
        ("lead_id", "\ud800"),
        ("lead_id", 7),
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
def test_however_calls_share_commits_the_earlier_scores_are_those_of_one_commit_each(calls, data):
    # The oracle is a plain dictionary updated call by call.
    newest: dict[str, int] = {}
    expected = []
    for call in calls:
        expected.append({lead: newest[lead] for lead, _ in call if lead in newest})
        newest |= {lead: score for lead, score in call if lead is not None}
    batches = [
        [replace(LINE, lead_id=lead, score=score, at=NOW + timedelta(seconds=n)) for lead, score in call]
        for n, call in enumerate(calls)
    ]
    cut = data.draw(st.integers(0, len(batches)))
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'service.db'}")
        try:
            found = record(store, batches[:cut]) + record(store, batches[cut:])
        finally:
            store.close()
    assert found == expected
