"""Scores and grades."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.frames.errors import GradeThresholdsError, SalescopeError
from salescope.scoring.grades import GRADES, checked_grades, cuts_of, grade_of, score_of

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=300).map(np.array)


@given(CHANCES, CHANCES)
def test_scores_rise_with_the_probability(known, new):
    score = score_of(np.sort(new), cuts=cuts_of(known))
    assert (np.diff(score) >= 0).all()
    assert score.min() >= 1
    assert score.max() <= 100


def test_scores_spread_evenly_over_the_training_records():
    known = np.random.default_rng(0).beta(1, 9, 10_000)
    counts = np.bincount(score_of(known, cuts=cuts_of(known)), minlength=101)[1:]
    assert counts.min() >= 90
    assert counts.max() <= 110


@given(st.integers(1, 100))
def test_grades_are_slices_of_the_score(score):
    wanted = "A" if score >= 80 else "B" if score >= 50 else "C" if score >= 20 else "D"
    assert grade_of(score) == wanted


@pytest.mark.parametrize(
    "given_thresholds",
    [
        {"A": 50, "B": 60, "C": 20},
        {"A": 101, "B": 60, "C": 20},
        {"A": 80, "B": 60, "C": 0},
        {"A": 80, "B": 60},
        {"A": 80, "B": 60, "C": 20, "D": 1},
        {"A": 80.5, "B": 60, "C": 20},
        {"A": True, "B": 60, "C": 20},
        {},
    ],
)
def test_impossible_thresholds_are_refused(given_thresholds):
    with pytest.raises(GradeThresholdsError, match="three falling whole numbers") as caught:
        checked_grades(given_thresholds)
    assert isinstance(caught.value, SalescopeError)
    assert repr(given_thresholds) in str(caught.value)


def test_thresholds_are_put_in_order():
    assert list(checked_grades({"C": 10, "A": 90, "B": 40})) == ["A", "B", "C"]
    assert checked_grades(None) == dict(GRADES)
