"""The track record against a plain loop: what counts, for what, and in which period."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.made import NOW, made_outcome, made_prediction

from salescope.store import (
    TRACK_COLUMNS,
    HostileValueError,
    Outcome,
    Prediction,
    Store,
    TrackWish,
    predictions_with_outcomes,
    record_outcomes,
    record_predictions,
)

CHURN = TrackWish(model="churn", subject_kind="customer", since=NOW, until=NOW + timedelta(days=100))
LEADS = TrackWish(model="leads", subject_kind="lead", since=NOW, until=NOW + timedelta(days=100))


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


def lead(**changes: object) -> Prediction:
    return made_prediction(**{"subject_id": "L-1", "model": "leads", "outcome_window_days": None, **changes})


def closed(**changes: object) -> Outcome:
    return made_outcome(**{"subject_kind": "lead", "subject_id": "L-1", "kind": "won", **changes})


def tracked(store: Store, wish: TrackWish, *, rows: int = 3) -> list[dict[str, Any]]:
    found = []
    for batch in predictions_with_outcomes(store, wish, rows=rows):
        assert tuple(batch) == TRACK_COLUMNS
        lengths = {len(column) for column in batch.values()}
        assert len(lengths) == 1
        assert 1 <= lengths.pop() <= rows
        found += [dict(zip(batch, row, strict=True)) for row in zip(*batch.values(), strict=True)]
    return found


def kept(store: Store, predictions: Sequence[Prediction], outcomes: Sequence[Outcome] = ()) -> None:
    record_predictions(store, [[line] for line in predictions])
    record_outcomes(store, [[outcome] for outcome in outcomes])


class TestAnswersWithAWindow:
    def test_what_happened_in_the_window_counts(self, store):
        days = [(-0.001, 1.0), (0, 0.1), (89.999, 0.2), (90, 4.0)]
        outcomes = [made_outcome(key=f"{day}", happened_at=after(day), amount=amount) for day, amount in days]
        kept(store, [made_prediction()], outcomes[::-1])
        (row,) = tracked(store, CHURN)
        assert (row["outcome"], row["happened_at"], row["outcomes"]) == ("ordered", NOW, 2)
        assert row["amount"] == math.fsum([0.1, 0.2])
        assert (row["known_at"], row["prediction_id"], row["subject_id"]) == (after(90), 1, "C-1")
        assert (row["probability"], row["outcome_window_days"], row["version"]) == (0.25, 90, "3")

    def test_that_nothing_happened_is_known_when_the_window_closes(self, store):
        kept(store, [made_prediction()])
        (row,) = tracked(store, CHURN)
        assert (row["outcome"], row["happened_at"], row["outcomes"], row["amount"]) == (None, None, 0, 0.0)

    def test_no_amount_is_not_nothing(self, store):
        kept(store, [made_prediction()], [made_outcome(kind="left", amount=None)])
        (row,) = tracked(store, CHURN)
        assert (row["outcome"], row["outcomes"], row["amount"]) == ("left", 1, None)

    def test_an_open_window_is_left_out(self, store):
        kept(store, [made_prediction(as_of=after(10), at=after(10))], [made_outcome(happened_at=after(20))])
        assert tracked(store, CHURN) == []

    def test_the_newest_of_several_answers_counts(self, store):
        early, late = after(0), after(5)
        kept(
            store,
            [
                made_prediction(as_of=late, at=late, probability=0.5),
                made_prediction(as_of=early, at=late, probability=0.1),
                made_prediction(as_of=late, at=late, probability=0.75),
            ],
        )
        assert [row["probability"] for row in tracked(store, CHURN)] == [0.75]

    def test_every_period_has_its_own(self, store):
        kept(store, [made_prediction(as_of=after(day), at=after(day), score=day + 1) for day in range(0, 60, 6)])
        periods = [
            TrackWish(model="churn", subject_kind="customer", since=after(day), until=after(day + 30))
            for day in range(60, 180, 30)
        ]
        assert [[row["score"] for row in tracked(store, period)] for period in periods] == [[], [25], [55], []]

    def test_an_answer_that_may_have_known_is_left_out(self, store):
        kept(
            store,
            [
                made_prediction(subject_id="in time", at=after(9)),
                made_prediction(subject_id="late", at=after(9.01)),
                made_prediction(subject_id="long after", at=after(400)),
            ],
        )
        assert [row["subject_id"] for row in tracked(store, CHURN)] == ["in time"]

    def test_a_value_has_its_horizon_for_a_window(self, store):
        value = {"probability": None, "outcome_window_days": None, "model": "value"}
        kept(
            store,
            [made_prediction(**value, value=30.0, value_low=0.0, value_high=90.0, horizon_days=30)],
            [made_outcome(key=f"{day}", happened_at=after(day), amount=float(day)) for day in (1, 29, 31)],
        )
        wish = TrackWish(model="value", subject_kind="customer", since=NOW, until=after(31))
        (row,) = tracked(store, wish)
        assert (row["value"], row["value_low"], row["value_high"], row["horizon_days"]) == (30.0, 0.0, 90.0, 30)
        assert (row["outcomes"], row["amount"]) == (2, 30.0)

    def test_only_the_kinds_that_were_asked_for_count(self, store):
        kept(store, [made_prediction()], [made_outcome(), made_outcome(key="b", kind="left", happened_at=after(2))])
        asked = {
            kinds: tracked(
                store,
                TrackWish(model="churn", subject_kind="customer", kinds=kinds, since=NOW, until=CHURN.until),
            )[0]
            for kinds in [("left",), ("ordered",), ("left", "ordered"), ()]
        }
        assert [(row["outcome"], row["outcomes"]) for row in asked.values()] == [
            ("left", 1),
            ("ordered", 1),
            ("ordered", 2),
            ("ordered", 2),
        ]

    def test_an_invoice_of_the_same_id_is_another_subject(self, store):
        kept(store, [made_prediction()], [made_outcome(subject_kind="invoice", kind="paid")])
        assert tracked(store, CHURN)[0]["outcomes"] == 0


class TestAnswersWithoutAWindow:
    def test_the_newest_answer_before_the_outcome_counts(self, store):
        lines = [lead(at=after(day), as_of=after(day), score=day + 1) for day in (0, 1, 2, 3)]
        kept(store, lines, [closed(happened_at=after(2.5))])
        (row,) = tracked(store, LEADS)
        assert (row["score"], row["outcome"], row["outcomes"], row["amount"]) == (3, "won", 1, 12.5)
        assert row["known_at"] == row["happened_at"] == after(2.5)

    @pytest.mark.parametrize("line", [{"at": after(1)}, {"at": after(2), "as_of": NOW}, {"as_of": after(1.1)}])
    def test_an_answer_at_or_after_the_outcome_does_not(self, store, line):
        kept(store, [lead(**line)], [closed(happened_at=after(1))])
        assert tracked(store, LEADS) == []

    def test_a_subject_without_an_outcome_is_open(self, store):
        kept(store, [lead()])
        assert tracked(store, LEADS) == []

    def test_an_answer_counts_once_for_the_first_outcome(self, store):
        kept(
            store,
            [lead(score=10), lead(at=after(5), as_of=after(5), score=20)],
            [
                closed(key="lost", kind="lost", happened_at=after(1)),
                closed(key="again", kind="lost", happened_at=after(1)),
                closed(key="won", happened_at=after(9)),
            ],
        )
        found = [(row["score"], row["outcome"], row["known_at"]) for row in tracked(store, LEADS)]
        assert found == [(10, "lost", after(1)), (20, "won", after(9))]

    def test_an_outcome_is_in_one_period(self, store):
        kept(store, [lead()], [closed(happened_at=after(30))])
        periods = [
            TrackWish(model="leads", subject_kind="lead", since=after(day), until=after(day + 30))
            for day in (0, 30, 60)
        ]
        assert [len(tracked(store, period)) for period in periods] == [0, 1, 0]

    def test_other_models_and_versions_have_their_own_record(self, store):
        kept(
            store,
            [lead(version="1", score=1), lead(version="2", score=2), lead(model="other", score=3)],
            [closed(happened_at=after(2))],
        )
        wishes = [
            TrackWish(model=model, subject_kind="lead", since=NOW, until=after(9), version=version)
            for model, version in [("leads", None), ("leads", "1"), ("leads", "9"), ("other", "3")]
        ]
        assert [[row["score"] for row in tracked(store, wish)] for wish in wishes] == [[2], [1], [], [3]]

    def test_a_caller_who_named_nobody_is_not_judged(self, store):
        kept(store, [lead(subject_id=None), made_prediction(subject_id=None)], [closed()])
        assert tracked(store, LEADS) == tracked(store, CHURN) == []


def test_batches_are_frames_and_arrow_tables(store):
    kept(store, [made_prediction(subject_id=f"C-{n}") for n in range(5)], [made_outcome(subject_id="C-3")])
    batches = list(predictions_with_outcomes(store, CHURN, rows=4))
    frame = pd.DataFrame(batches[0])
    assert frame["outcomes"].tolist() == [0, 0, 0, 1]
    assert str(frame["known_at"].dtype) == "datetime64[ns, UTC]"
    assert [pa.table(batch).num_rows for batch in batches] == [4, 1]


def test_a_reader_that_leaves_early_gives_the_connection_back(store):
    kept(store, [made_prediction(subject_id=f"C-{n}") for n in range(5)])
    for _ in range(20):
        batches = predictions_with_outcomes(store, CHURN, rows=1)
        assert len(next(batches)["subject_id"]) == 1
        batches.close()
    kept(store, [made_prediction()])


@pytest.mark.parametrize(
    "changes",
    [
        {"model": ""},
        {"version": "\x00"},
        {"subject_kind": "order"},
        {"kinds": ("won",)},
        {"since": NOW.replace(tzinfo=None)},
        {"until": None},
    ],
)
def test_a_wish_that_cannot_be_meant_is_refused(changes):
    plain = {"model": "churn", "subject_kind": "customer", "since": NOW, "until": after(1)}
    with pytest.raises(HostileValueError):
        TrackWish(**{**plain, **changes})


def window_of(line: Prediction) -> int | None:
    return line.horizon_days if line.outcome_window_days is None else line.outcome_window_days


def counts_for(line: Prediction, outcomes: Sequence[Outcome]) -> Outcome | None:
    """Finds the first outcome that a plain reader would hold an answer without a window against."""
    later = [it for it in outcomes if it.happened_at > line.at and it.happened_at >= line.as_of]
    return min(later, key=lambda it: it.happened_at, default=None)


def slow_record(
    lines: Sequence[Prediction], outcomes: Sequence[Outcome], wish: TrackWish
) -> Iterator[tuple[int, str | None, int, float | None]]:
    """Walks subjects one by one; ids are places in the ledger, from 1."""
    for subject in sorted({line.subject_id for line in lines if line.subject_id is not None}):
        mine = [(number, line) for number, line in enumerate(lines, 1) if line.subject_id == subject]
        happened = [it for it in outcomes if it.subject_id == subject and it.kind in wish.kinds]
        closing = []
        for number, line in mine:
            days = window_of(line)
            if days is not None and (line.at - line.as_of) <= timedelta(days=days) / 10:
                end = line.as_of + timedelta(days=days)
                if wish.since <= end < wish.until:
                    within = [it for it in happened if line.as_of <= it.happened_at < end]
                    closing.append(((line.as_of, line.at, number), within))
        if closing:
            (_, _, number), within = max(closing, key=lambda found: found[0])
            first = min(within, key=lambda it: it.happened_at).kind if within else None
            yield number, first, len(within), math.fsum(it.amount for it in within)
        for outcome in happened:
            asked = [(n, line) for n, line in mine if window_of(line) is None and counts_for(line, happened) is outcome]
            if asked and wish.since <= outcome.happened_at < wish.until:
                number, _ = max(asked, key=lambda found: (found[1].at, found[0]))
                yield number, outcome.kind, 1, outcome.amount


def random_history(seed: int) -> tuple[list[Prediction], list[Outcome]]:
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(120):
        as_of = float(rng.integers(0, 60)) / 2
        window = {"outcome_window_days": [None, 7, 10][rng.integers(3)], "horizon_days": [None, 5][rng.integers(2)]}
        at = as_of + float(rng.choice([-1, 0, 0.25, 0.6, 1, 5]))
        lines.append(made_prediction(subject_id=f"C-{rng.integers(8)}", as_of=after(as_of), at=after(at), **window))
    outcomes = [
        made_outcome(
            key=f"{number}",
            subject_id=f"C-{rng.integers(8)}",
            kind=["ordered", "left"][rng.integers(2)],
            # No two at one instant: which of them is the first would be a matter of arrival.
            happened_at=after(float(rng.integers(0, 60)) / 2) + timedelta(microseconds=number),
            amount=float(rng.normal()),
        )
        for number in range(60)
    ]
    return lines, outcomes


@pytest.mark.parametrize("kinds", [(), ("ordered",)])
def test_the_record_is_that_of_a_plain_loop(store, kinds):
    lines, outcomes = random_history(seed=3)
    kept(store, lines, outcomes)
    total = 0
    for since in (0, 10, 20, 30):
        wish = TrackWish(
            model="churn", subject_kind="customer", kinds=kinds, since=after(since), until=after(since + 10)
        )
        found = [
            (row["prediction_id"], row["outcome"], row["outcomes"], row["amount"])
            for row in tracked(store, wish, rows=7)
        ]
        assert sorted(found, key=str) == sorted(slow_record(lines, outcomes, wish), key=str)
        total += len(found)
    assert total > 25


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_record_is_that_of_a_plain_loop_whatever_happened(new_store, seed):
    lines, outcomes = random_history(seed)
    store = new_store()
    record_predictions(store, [lines])
    record_outcomes(store, [outcomes])
    wish = TrackWish(model="churn", subject_kind="customer", since=after(8), until=after(25))
    found = [(row["prediction_id"], row["outcome"], row["outcomes"], row["amount"]) for row in tracked(store, wish)]
    store.close()
    assert sorted(found, key=str) == sorted(slow_record(lines, outcomes, wish), key=str)


def test_instants_of_the_record_are_aware(store):
    kept(store, [made_prediction()])
    assert tracked(store, CHURN)[0]["at"].tzinfo is UTC
