"""Splits: the past teaches, the future judges, ties never straddle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.model_selection import StratifiedKFold

from salescope.evaluation.splits import (
    newest_snapshots,
    newest_split,
    random_folds,
    time_codes,
    walk_forward,
    walk_snapshots,
)
from salescope.frames.errors import MisalignedError, TooFewOutcomesError

times = arrays(np.int64, st.integers(2, 60), elements=st.integers(0, 12)).filter(lambda a: len(np.unique(a)) > 1)
shares = st.floats(0.01, 0.99)


@given(order=times, share=shares)
def test_every_training_row_is_strictly_older_and_no_row_is_lost(order, share):
    split = newest_split(order, share=share)
    assert order[split.train].max() < order[split.test].min()
    assert sorted([*split.train, *split.test]) == list(range(len(order)))


@given(order=times, share=shares)
def test_the_boundary_moves_to_the_older_end_of_its_tie_and_no_further(order, share):
    test = newest_split(order, share=share).test
    held = min(len(order) - 1, max(1, round(share * len(order))))
    boundary = np.sort(order)[len(order) - held]
    if boundary > order.min():
        assert set(test) == set(np.flatnonzero(order >= boundary))
        assert len(test) >= held


@given(order=times, share=shares, seed=st.integers(0, 99))
def test_the_order_of_rows_is_irrelevant(order, share, seed):
    shuffled = np.random.default_rng(seed).permutation(len(order))
    plain, moved = newest_split(order, share=share), newest_split(order[shuffled], share=share)
    assert set(shuffled[moved.test]) == set(plain.test)


def test_the_newest_fifth_is_held_back_by_default():
    split = newest_split(pd.date_range("2026-01-01", periods=10))
    assert split.test.tolist() == [8, 9]


def test_a_row_trains_only_if_it_closed_before_the_first_test_row():
    order = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03", "2026-02-01"])
    closed = pd.to_datetime(["2026-01-20", "2026-02-01", None, "2026-03-01"])
    assert newest_split(order, closed_at=closed, share=0.25).train.tolist() == [0]


@pytest.mark.parametrize(
    ("order", "options", "found"),
    [
        ([1, 1, 1], {}, "one time in all rows"),
        ([1, 2], {"share": 1.0}, "the value 1.0"),
        ([1, 2], {"closed_at": [1]}, "1 values"),
        ([1, None, 2], {}, "no value in row 1"),
        ([], {}, "one time in all rows"),
    ],
)
def test_what_cannot_be_split_is_said(order, options, found):
    with pytest.raises(MisalignedError, match=found):
        newest_split(order, **options)


@given(y=arrays(np.int64, st.integers(10, 80), elements=st.integers(0, 1)), seed=st.integers(0, 9))
def test_every_row_is_judged_once_and_never_by_a_model_that_saw_it(y, seed):
    if min(y.sum(), len(y) - y.sum()) < 5:
        with pytest.raises(TooFewOutcomesError):
            random_folds(y, seed=seed)
        return
    folds = random_folds(y, seed=seed)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(len(y)))
    assert all(not set(fold.train) & set(fold.test) for fold in folds)


def test_folds_are_those_of_scikit_learn():
    y = np.arange(50) % 3 == 0
    theirs = StratifiedKFold(5, shuffle=True, random_state=3).split(y[:, None], y)
    for ours, (train, test) in zip(random_folds(y, seed=3), theirs, strict=True):
        assert ours.train.tolist() == train.tolist()
        assert ours.test.tolist() == test.tolist()


@given(period=times)
def test_walking_forward_judges_each_later_period_by_all_earlier_ones(period):
    splits = list(walk_forward(period))
    assert len(splits) == len(np.unique(period)) - 1
    for split in splits:
        now = period[split.test[0]]
        assert set(split.test) == set(np.flatnonzero(period == now))
        assert set(split.train) == set(np.flatnonzero(period < now))


def test_walking_can_start_later():
    months = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"])
    splits = list(walk_forward(months, first=pd.Timestamp("2026-03-01")))
    assert [split.test.tolist() for split in splits] == [[2]]


def test_times_of_any_sortable_kind_have_codes():
    assert time_codes(pd.to_datetime(["2026-02-01", "2026-01-01"])).tolist() == [1, 0]


def test_rows_of_a_group_stay_in_one_fold():
    rng = np.random.default_rng(0)
    group, y = np.repeat(np.arange(40), 5), rng.integers(0, 2, 200)
    folds = random_folds(y, n_folds=4, seed=1, group=group)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(200))
    for fold in folds:
        assert set(group[fold.test]).isdisjoint(group[fold.train])
    again = random_folds(y, n_folds=4, seed=1, group=group)
    assert [fold.test.tolist() for fold in folds] == [fold.test.tolist() for fold in again]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=40), st.integers(1, 150))
def test_snapshots_learn_only_from_windows_that_had_closed(months, window):
    moments = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta([30 * month for month in months], unit="D"))
    found = {moments[split.test[0]]: split for split in walk_snapshots(moments, outcome_window=window)}
    for moment in sorted(set(moments)):
        closed = [row for row, start in enumerate(moments) if start + pd.Timedelta(days=window) <= moment]
        assert (moment in found) == bool(closed)
        if closed:
            assert found[moment].train.tolist() == closed
            assert found[moment].test.tolist() == [row for row, start in enumerate(moments) if start == moment]
    assert list(found) == sorted(found)


def test_the_newest_snapshots_are_the_last_of_the_walk():
    moments = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-04-01", "2026-04-01", "2026-03-15"])
    split = newest_snapshots(moments, outcome_window=59)
    assert (split.train.tolist(), split.test.tolist()) == ([0, 1], [2, 3])


@pytest.mark.parametrize("moments", [[], ["2026-01-01"], ["2026-01-01", "2026-03-01"]])
def test_moments_that_are_too_near_hold_nothing_back(moments):
    with pytest.raises(MisalignedError, match="90 days before the newest"):
        newest_snapshots(pd.to_datetime(moments), outcome_window=90)


@pytest.mark.parametrize("moments", [pd.to_datetime(["2026-01-01", None]), [1, 2]])
def test_a_snapshot_without_a_moment_is_refused(moments):
    with pytest.raises(MisalignedError, match="as_of"):
        list(walk_snapshots(moments, outcome_window=30))
