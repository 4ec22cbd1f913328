"""Person-period rows, against plain loops."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.features.cells import DAY
from salescope.scoring.leaving_periods import FEWEST_AT_RISK, LeavingPeriods, contract_periods, silence_periods


def rows_of(periods: LeavingPeriods) -> set[tuple[int, int, int]]:
    return set(zip(periods.row.tolist(), periods.period.tolist(), periods.left.tolist(), strict=True))


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 400)), st.integers(0, 300)), min_size=1, max_size=12),
    st.sampled_from([3, 30, 90]),
)
def test_contracts_are_looked_at_period_by_period(customers, window):
    left = np.array([math.nan if days is None else float(days) for days, _ in customers])
    known = np.array([float(window + more) for _, more in customers])
    periods = contract_periods(left, known, outcome_window=window)
    length = window / 3
    expected = set()
    for row, (days, more) in enumerate(customers):
        for number in range(len(periods.ends)):
            if (number + 1) * length > window + more:
                break
            leaves = days is not None and number * length <= days < (number + 1) * length
            expected.add((row, number, int(leaves)))
            if leaves:
                break
            if days is not None and days < (number + 1) * length:
                break
    assert rows_of(periods) == expected
    np.testing.assert_allclose(periods.ends, length * np.arange(1, len(periods.ends) + 1))


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_silence_is_the_first_later_snapshot_that_found_it(data):
    moments = sorted(data.draw(st.sets(st.integers(0, 40), min_size=2, max_size=7)))
    snapshots = [
        (customer, moment, data.draw(st.integers(0, 1)))
        for customer in range(data.draw(st.integers(1, 4)))
        for moment in moments
        if data.draw(st.booleans())
    ]
    snapshots = data.draw(st.permutations(snapshots))
    customer, moment, silent = (np.array([one[place] for one in snapshots], dtype=np.int64) for place in range(3))
    periods = silence_periods(customer, moment * DAY, silent=silent, outcome_window=90)
    expected: dict[tuple[int, int], int] = {}
    seen = sorted({one[1] for one in snapshots})
    if len(seen) > 1:
        step = float(np.median(np.diff(seen)))
        for row, (who, start, was_silent) in enumerate(snapshots):
            if was_silent:
                continue
            for later, found in sorted((day, found) for other, day, found in snapshots if other == who and day > start):
                place = (row, max(round((later - start) / step), 1))
                expected[place] = max(expected.get(place, 0), found)
                if found:
                    break
    assert rows_of(periods) == {(row, number, left) for (row, number), left in expected.items()}
    assert periods.ends[0] == 90


def test_one_moment_tells_no_later_period():
    periods = silence_periods(np.arange(3), np.zeros(3, dtype=np.int64), silent=np.array([0, 1, 0]), outcome_window=60)
    assert (len(periods.row), periods.ends) == (0, (60.0,))


def test_periods_of_few_customers_are_not_told():
    period = np.repeat([0, 1, 2], [200, FEWEST_AT_RISK, FEWEST_AT_RISK - 1])
    told = LeavingPeriods(np.arange(len(period)), period, np.zeros_like(period), (10.0, 20.0, 30.0)).told()
    assert (told.ends, set(told.period)) == ((10.0, 20.0), {0, 1})
