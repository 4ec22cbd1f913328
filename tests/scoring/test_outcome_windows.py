"""The proposed outcome window, against a plain Kaplan-Meier estimate."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MissingColumnError, OutcomeError, OutOfRangeError
from salescope.scoring import propose_outcome_window

START = pd.Timestamp("2024-01-01")


def orders(days: dict[str, list[int]]) -> pd.DataFrame:
    rows = [(name, START + pd.Timedelta(days=day, hours=9), 1.0) for name, list_ in days.items() for day in list_]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "quantity"])


def slow_shares(days: dict[str, list[int]], windows: list[int]) -> list[float]:
    """Estimates the share of gaps within each window, one end of a gap after the other."""
    end = max(day for list_ in days.values() for day in list_) + 1
    gaps = []
    for list_ in days.values():
        ordered = sorted(set(list_))
        gaps += [(later - day, True) for day, later in pairwise(ordered)] + [(end - ordered[-1], False)]
    still_open, open_after = 1.0, {}
    for length in sorted({length for length, _ in gaps}):
        at_risk = sum(other >= length for other, _ in gaps)
        ended = sum(other == length and closed for other, closed in gaps)
        still_open *= 1 - ended / at_risk
        open_after[length] = still_open

    def after(window: int) -> float:
        return min([1.0, *(value for length, value in open_after.items() if length <= window)])

    return [(1 - after(window)) / (1 - still_open) for window in windows]


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.integers(0, 99), min_size=1, max_size=9), min_size=1))
def test_the_shares_are_those_of_kaplan_and_meier(days):
    days["z"] = [0, 50, 99]
    proposal = propose_outcome_window(orders(days), windows=(10, 20, 33))
    found = proposal.to_frame()
    np.testing.assert_allclose(found["gaps_within"], slow_shares(days, [10, 20, 33]), atol=1e-9)
    reached = found.loc[found["gaps_within"] >= 0.9, "days"]
    assert proposal.days == (reached.min() if len(reached) else 33)
    assert proposal.reached == (len(reached) > 0)


def test_open_gaps_count_as_longer_than_they_are():
    # Half of the customers stopped after quick orders: the gaps that ended say nothing of them.
    days = {f"n{number}": [0, 5, 150] for number in range(10)} | {f"s{number}": [0, 5] for number in range(10)}
    found = propose_outcome_window(orders(days), windows=(10, 50)).to_frame().set_index("days")
    assert found.loc[10, "gaps_within"] == pytest.approx(0.5 / 0.75)
    assert found.loc[50, "came_back"] == 0


def test_returns_and_anonymous_orders_are_no_orders():
    plain = orders({"a": [0, 20, 40, 95], "b": [3, 60]})
    extra = plain.assign(quantity=-1.0, ordered_at=plain["ordered_at"] + pd.Timedelta(days=1))
    nobody = plain.assign(customer_id=None)
    noisy = pd.concat([plain, plain, extra.iloc[:2], nobody], ignore_index=True).sample(frac=1, random_state=0)
    assert propose_outcome_window(noisy) == propose_outcome_window(plain)


def test_what_comes_after_the_moment_is_not_looked_at():
    past = orders({"a": [0, 20, 40, 95], "b": [3, 60]})
    later = pd.concat([past, orders({"a": [130], "b": [101, 140]})])
    as_of = START + pd.Timedelta(days=96)
    assert propose_outcome_window(later, as_of=as_of) == propose_outcome_window(past, as_of=as_of)


def test_the_proposal_says_why():
    proposal = propose_outcome_window(orders({"a": list(range(0, 200, 20))}), windows=(10, 30, 60))
    assert proposal.days == 30
    assert str(proposal).startswith("Outcome window 30 days: the shortest window that holds 90% of the 9 gaps")
    assert len(str(proposal).splitlines()) == 4
    assert proposal.evidence[-1].came_back is None


@pytest.mark.parametrize(
    ("days", "windows", "error", "match"),
    [
        ({"a": [0], "b": [90]}, (30,), OutcomeError, "Nobody ordered on two days"),
        ({"a": [0, 20]}, (30,), OutcomeError, "history of 21 days is shorter"),
        ({"a": [0, 20]}, (0,), OutOfRangeError, "windows"),
        ({"a": [0, 20]}, (), OutOfRangeError, "windows"),
    ],
)
def test_what_cannot_be_said_is_refused(days, windows, error, match):
    with pytest.raises(error, match=match):
        propose_outcome_window(orders(days), windows=windows)


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="'quantity'"):
        propose_outcome_window(orders({"a": [0, 20]}).drop(columns="quantity"))


def test_no_orders_are_refused():
    with pytest.raises(OutcomeError, match="Nobody ordered"):
        propose_outcome_window(orders({"a": [0, 20]}).iloc[:0])
