"""Rows are split in time, and what nobody could know yet teaches nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.evaluation import newest_split, walk_forward
from salescope.frames.errors import MisalignedError
from salescope.training import ByOutcome, BySnapshot, LabelledRows

START = np.datetime64("2025-01-01", "ns")
DAY = np.timedelta64(1, "D")


def rows_of(seen: list[int], *, window: int, period: bool = True) -> LabelledRows:
    """Makes rows that are looked at on some days, with outcomes known when their windows close."""
    seen_at = START + np.array(seen, dtype=np.int64) * DAY
    months = pd.DatetimeIndex(seen_at)
    return LabelledRows(
        features=pd.DataFrame({"row": np.arange(len(seen))}),
        y=np.arange(len(seen), dtype=np.int64) % 2,
        order=seen_at + window * DAY,
        seen_at=seen_at,
        period=(12 * months.year + months.month).to_numpy(dtype=np.int64) if period else None,
        group=np.arange(len(seen)) // 2,
        as_of="2026-01-01",
        digest="d" * 64,
    )


days = st.lists(st.integers(0, 400), min_size=2, max_size=40).filter(lambda seen: len(set(seen)) > 1)


@given(seen=days, window=st.integers(1, 120), share=st.floats(0.01, 0.99))
def test_a_snapshot_teaches_only_once_its_window_has_closed(seen, window, share):
    rows = rows_of(seen, window=window)
    split = BySnapshot(share=share).newest(rows)
    first = min(seen[row] for row in split.test)
    assert set(split.train) == {row for row, day in enumerate(seen) if day + window <= first and day < first}
    assert set(split.test) == {row for row, day in enumerate(seen) if day >= first}


@given(seen=days, window=st.integers(1, 120))
def test_every_window_of_the_walk_learns_from_closed_ones_only(seen, window):
    rows = rows_of(seen, window=window)
    splits = list(BySnapshot().windows(rows))
    assert len(splits) == len(set(rows.period)) - 1
    for split in splits:
        first = min(seen[row] for row in split.test)
        periods = set(rows.period[split.test])
        assert len(periods) == 1
        assert set(split.train) == {
            row for row, day in enumerate(seen) if day + window <= first and rows.period[row] < min(periods)
        }


def test_a_small_share_holds_the_newest_moment_back():
    rows = rows_of([0, 0, 30, 30, 60, 60], window=30)
    split = BySnapshot(share=0.01).newest(rows)
    assert (split.train.tolist(), split.test.tolist()) == ([0, 1, 2, 3], [4, 5])


def test_outcomes_are_split_by_the_time_at_which_they_were_known():
    rows = rows_of([0, 40, 20, 80], window=10)
    assert (
        ByOutcome(share=0.5).newest(rows).test.tolist() == newest_split(rows.order, share=0.5).test.tolist() == [1, 3]
    )
    walked = [(split.train.tolist(), split.test.tolist()) for split in ByOutcome().windows(rows)]
    assert walked == [(split.train.tolist(), split.test.tolist()) for split in walk_forward(rows.period)]


@pytest.mark.parametrize("splitting", [ByOutcome(), BySnapshot()])
def test_without_periods_nothing_is_walked_and_one_moment_cannot_be_split(splitting):
    assert list(splitting.windows(rows_of([0, 1], window=1, period=False))) == []
    with pytest.raises(MisalignedError, match="one time in all rows"):
        splitting.newest(rows_of([5, 5], window=1))


def test_some_of_the_rows_keep_everything_about_themselves():
    rows = rows_of([0, 40, 20, 80], window=10)
    taken = rows.take(np.array([3, 1]))
    assert taken.features["row"].tolist() == [3, 1]
    for name in ("y", "order", "seen_at", "period", "group"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(rows, name)[[3, 1]])
    assert (taken.as_of, taken.digest, taken.positive) == (rows.as_of, rows.digest, 2)
    assert rows_of([0, 1], window=1, period=False).take(np.array([0])).period is None
