"""Intervals: pooled quantiles against plain loops, nesting, groups, sums, and what is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salescope.forecasting.intervals import Conformal, series_scale
from salescope.frames.errors import MisalignedError, OutOfRangeError

MANY = 1e9


def test_widths_are_quantiles_of_scaled_errors_of_the_group() -> None:
    rng = np.random.default_rng(0)
    errors, scale = rng.normal(size=(6, 50, 2)), rng.gamma(2.0, 1.0, 50)
    group = np.repeat([0, 1], 25).astype(np.int64)
    found = Conformal.of(errors, scale=scale, group=group, years=5.0)
    for place, level in enumerate((80, 95)):
        upper = 0.5 + level / 200
        factor = stats.t.ppf(upper, 5.0) / stats.norm.ppf(upper) * np.sqrt(1.2)
        for number in (0, 1):
            for step in (0, 1):
                scores = sorted(
                    abs(errors[window, node, step]) / scale[node]
                    for window in range(6)
                    for node in range(50)
                    if group[node] == number
                )
                expected = np.quantile(scores, level / 100 * (1 + 1 / 150)) * factor
                np.testing.assert_allclose(found.widths[place, number, step], expected)


def test_new_draws_are_covered_as_often_as_is_said() -> None:
    rng = np.random.default_rng(1)
    scale = rng.gamma(2.0, 10.0, 200)
    past, new = rng.normal(size=(40, 200, 3)) * scale[:, None], rng.normal(size=(200, 3)) * scale[:, None]
    found = Conformal.of(past, scale=scale, group=np.zeros(200, dtype=np.int64), years=MANY)
    for level, (low, high) in found.intervals(np.zeros((200, 3)), scale=scale).items():
        assert abs(((low <= new) & (new <= high)).mean() - level / 100) < 0.04


def test_shared_shocks_of_few_years_are_covered() -> None:
    rng = np.random.default_rng(2)
    group, hit = np.zeros(100, dtype=np.int64), []
    for _ in range(300):
        shocks = np.repeat(rng.normal(size=(7, 1, 1)), 100, axis=1)
        low, high = (
            Conformal.of(shocks[:6], scale=np.ones(100), group=group, years=6.0)
            .intervals(np.zeros((100, 1)), scale=np.ones(100))[80]
        )  # fmt: skip
        hit.append((low[0] <= shocks[6, 0]) & (shocks[6, 0] <= high[0]))
    assert 0.75 < np.mean(hit) < 0.87


def test_a_small_group_borrows_from_all() -> None:
    rng = np.random.default_rng(3)
    errors = rng.normal(size=(10, 41, 1))
    group = np.where(np.arange(41) == 40, 1, 0).astype(np.int64)
    found = Conformal.of(errors, scale=np.ones(41), group=group, years=MANY)
    np.testing.assert_allclose(found.widths[:, 1], found.widths[:, 0], rtol=0.2)


def test_sums_have_scores_of_their_own() -> None:
    errors = np.ones((12, 20, 7)) * np.array([1.0, -1.0, 1.0, 2.0, 2.0, 2.0, 9.0])
    group = np.zeros(20, dtype=np.int64)
    found = Conformal.for_sums(errors, scale=np.ones(20), group=group, years=MANY, periods=3)
    np.testing.assert_allclose(found.widths[0, 0], [1.0, 6.0])
    assert Conformal.from_json(found.to_json()).periods == 3
    with pytest.raises(OutOfRangeError, match="8 is out of range for periods"):
        Conformal.for_sums(errors, scale=np.ones(20), group=group, years=MANY, periods=8)


@given(seed=st.integers(0, 10_000), years=st.floats(0.0, 50.0), known=st.floats(0.2, 1.0))
@settings(max_examples=30, deadline=None)
def test_intervals_are_nested_finite_and_grow_with_the_scale(seed: int, years: float, known: float) -> None:
    rng = np.random.default_rng(seed)
    errors = np.where(rng.random((4, 9, 3)) < known, rng.normal(size=(4, 9, 3)), np.nan)
    errors[0, 0, 0] = 1.0
    group = rng.integers(0, 3, 9)
    mean, scale = rng.normal(5.0, 4.0, (9, 3)), rng.gamma(1.0, 1.0, 9)
    found = Conformal.of(errors, scale=np.ones(9), group=group, years=years).intervals(mean, scale=scale)
    (low_80, high_80), (low_95, high_95) = found[80], found[95]
    assert np.isfinite(low_95).all()
    assert np.isfinite(high_95).all()
    assert (low_95 <= low_80).all()
    assert (low_80 <= mean).all()
    assert (mean <= high_80).all()
    assert (high_80 <= high_95).all()


def test_a_floor_is_the_lowest_end() -> None:
    conformal = Conformal.of(np.full((9, 2, 1), 5.0), scale=np.ones(2), group=np.zeros(2, dtype=np.int64), years=9.0)
    low, _ = conformal.intervals(np.ones((2, 1)), scale=np.ones(2), floor=np.array([0.0, -np.inf]))[80]
    assert low[0, 0] == 0.0
    assert low[1, 0] < -4.0


def test_what_does_not_fit_is_refused() -> None:
    group = np.zeros(2, dtype=np.int64)
    with pytest.raises(MisalignedError, match="no known value"):
        Conformal.of(np.full((3, 2, 1), np.nan), scale=np.ones(2), group=group, years=3.0)
    with pytest.raises(MisalignedError, match="3 nodes"):
        Conformal.of(np.ones((3, 3, 1)), scale=np.ones(2), group=group, years=3.0)
    with pytest.raises(OutOfRangeError, match="100 is out of range for levels"):
        Conformal.of(np.ones((3, 2, 1)), scale=np.ones(2), group=group, years=3.0, levels=(100,))
    found = Conformal.of(np.ones((3, 2, 1)), scale=np.ones(2), group=group, years=3.0)
    with pytest.raises(MisalignedError, match="at most 1 steps"):
        found.intervals(np.ones((2, 2)), scale=np.ones(2))


def test_scales_of_short_empty_and_constant_series_are_above_zero() -> None:
    history = np.array([[np.nan] * 8, [0.0] * 8, [4.0] * 8, [np.nan] * 7 + [3.0], [1.0, 2.0] * 4])
    for season in (2, 7, 52):
        found = series_scale(history, season=season)
        assert (found > 0).all()
        assert np.isfinite(found).all()
    assert (series_scale(np.full((2, 1), np.nan), season=12) > 0).all()
