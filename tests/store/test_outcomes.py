"""Outcomes: each key once, whatever is sent again, by whom, and in which company."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from tests.store.made import NOW, made_outcome

from salescope.store import (
    OUTCOME_KINDS,
    HostileValueError,
    Outcome,
    OutcomeConflictError,
    Store,
    StoreUnavailableError,
    record_outcomes,
)
from salescope.store import outcomes as module
from salescope.store.tables import OUTCOMES


def states(answers: Sequence[Sequence[object]]) -> list[list[str]]:
    return [["conflict" if isinstance(it, OutcomeConflictError) else it.state for it in batch] for batch in answers]


def kept(store: Store) -> dict[str, tuple[object, ...]]:
    with store.reading() as connection:
        rows = connection.execute(select(OUTCOMES).order_by(OUTCOMES.c.id)).all()
    assert len({row.idempotency_key for row in rows}) == len(rows)
    return {row.idempotency_key: (row.kind, row.happened_at, row.amount, row.request_id) for row in rows}


def test_an_outcome_comes_back_as_it_was_sent(store):
    outcome = made_outcome(key="鍵 ", amount=0.1, happened_at=NOW.replace(microsecond=1))
    assert states(record_outcomes(store, [[outcome]])) == [["recorded"]]
    with store.reading() as connection:
        row = connection.execute(select(OUTCOMES)).one()
    assert row._mapping == {
        "id": 1,
        "idempotency_key": "鍵 ",
        "subject_kind": "customer",
        "subject_id": "C-1",
        "kind": "ordered",
        "happened_at": NOW.replace(microsecond=1),
        "amount": 0.1,
        "received_at": outcome.received_at,
        "request_id": "call",
    }


def test_what_is_sent_again_is_known_and_keeps_the_first_call(store):
    record_outcomes(store, [[made_outcome()]])
    later = made_outcome(request_id="retry", received_at=NOW + timedelta(days=9))
    assert states(record_outcomes(store, [[later]])) == [["known"]]
    assert kept(store)["crm-1"][-1] == "call"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"amount": 12.51}, ("amount",)),
        ({"amount": None}, ("amount",)),
        ({"kind": "left"}, ("kind",)),
        ({"subject_id": "C-1 "}, ("subject_id",)),
        ({"happened_at": NOW}, ("happened_at",)),
        ({"subject_kind": "lead", "kind": "won"}, ("subject_kind", "kind")),
    ],
)
def test_a_known_key_with_another_content_is_a_conflict_that_changes_nothing(store, changes, fields):
    record_outcomes(store, [[made_outcome()]])
    before = kept(store)
    ((answer,),) = record_outcomes(store, [[made_outcome(**changes)]])
    assert isinstance(answer, OutcomeConflictError)
    assert answer.fields == fields
    assert "crm-1" not in str(answer)
    assert kept(store) == before


def test_a_conflict_keeps_nobody_else_out(store):
    record_outcomes(store, [[made_outcome()]])
    calls = [
        [made_outcome(key="a"), made_outcome(amount=9.0), made_outcome(key="b")],
        [made_outcome(), made_outcome(key="a", amount=1.0), made_outcome(key="c")],
        [],
    ]
    assert states(record_outcomes(store, calls)) == [
        ["recorded", "conflict", "recorded"],
        ["known", "conflict", "recorded"],
        [],
    ]
    assert sorted(kept(store)) == ["a", "b", "c", "crm-1"]


def test_equal_numbers_and_instants_are_equal_content_however_they_are_written(store):
    taipei = made_outcome().happened_at.astimezone(tz=None)
    record_outcomes(store, [[made_outcome(amount=-0.0), made_outcome(key="b", amount=7)]])
    again = [made_outcome(amount=0, happened_at=taipei), made_outcome(key="b", amount=7.0)]
    assert states(record_outcomes(store, [again])) == [["known", "known"]]


def test_nothing_to_record_costs_no_transaction(store):
    store.close()
    assert record_outcomes(store, []) == []
    assert record_outcomes(store, [[], []]) == [[], []]


def test_a_commit_is_whole_or_not_at_all(store):
    with store.writing() as connection:
        connection.execute(text("DROP TABLE outcomes"))
    with pytest.raises(StoreUnavailableError):
        record_outcomes(store, [[made_outcome()]])


def test_more_than_one_statement_can_ask_for_is_cut(store, monkeypatch):
    monkeypatch.setattr(module, "MOST_KEYS_A_QUERY", 3)
    calls = [[made_outcome(key=f"k{n}") for n in range(2_500)]]
    assert states(record_outcomes(store, calls)) == [["recorded"] * 2_500]
    assert states(record_outcomes(store, [calls[0][:10]])) == [["known"] * 10]


def test_writers_that_are_sent_the_same_at_once_keep_each_outcome_once(store):
    keys = [f"k{n}" for n in range(60)]
    calls = [[made_outcome(key=key) for key in (keys if n % 2 else keys[::-1])] for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda call: record_outcomes(store, [call])[0], calls))
    said = [it.key for answer in answers for it in answer if it.state == "recorded"]
    assert sorted(said) == sorted(keys)
    assert sorted(kept(store)) == sorted(keys)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("key", ""),
        ("key", "x" * 201),
        ("key", "a\x00b"),
        ("key", None),
        ("subject_id", "\ud800"),
        ("subject_kind", "order"),
        ("subject_kind", None),
        ("kind", "won"),
        ("kind", ["ordered"]),
        ("amount", float("inf")),
        ("amount", True),
        ("amount", 1e14),
        ("happened_at", NOW.replace(tzinfo=None)),
        ("happened_at", "2016-12-31T23:59:60Z"),
        ("received_at", None),
        ("request_id", ""),
    ],
)
def test_a_hostile_value_never_reaches_a_database(column, value):
    with pytest.raises(HostileValueError, match=r"outcomes\.\w+ (is|has|holds) "):
        made_outcome(**{column: value})


def test_every_kind_of_every_subject_can_be_kept(store):
    calls = [
        [made_outcome(key=f"{subject}-{kind}", subject_kind=subject, kind=kind)]
        for subject, kinds in OUTCOME_KINDS.items()
        for kind in kinds
    ]
    assert states(record_outcomes(store, calls)) == [["recorded"]] * 5


sent = st.lists(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1.0, 2.0])), max_size=4), min_size=1, max_size=6
)


@settings(max_examples=25, deadline=None)
@given(sent, st.data())
def test_however_calls_share_commits_the_answers_are_those_of_one_outcome_after_another(new_store, sent, data):
    # The oracle is a plain dictionary that the first content of a key stays in.
    known: dict[str, float] = {}
    expected = []
    for call in sent:
        told = []
        for key, amount in call:
            told.append("recorded" if key not in known else "known" if known[key] == amount else "conflict")
            known.setdefault(key, amount)
        expected.append(told)
    batches = [[made_outcome(key=key, amount=amount) for key, amount in call] for call in sent]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(batches)), max_size=2)))
    waiting = iter(batches)
    groups: list[list[list[Outcome]]] = [list(islice(waiting, cut)) for cut in cuts] + [list(waiting)]
    store = new_store()
    try:
        found = [told for group in groups for told in states(record_outcomes(store, group))]
        amounts = {key: row[2] for key, row in kept(store).items()}
    finally:
        store.close()
    assert found == expected
    assert amounts == known
