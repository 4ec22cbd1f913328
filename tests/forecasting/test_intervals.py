"""Intervals: pooled quantiles against plain loops, nesting, groups, sums, and what is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salescope.forecasting.interval_widths import widths_of
from salescope.forecasting.intervals import Conformal, series_scale
from salescope.frames.errors import MisalignedError, OutOfRangeError


def test_widths_are_quantiles_of_scaled_errors_of_the_group() -> None:
    rng = np.random.default_rng(0)
    errors, scale = rng.normal(size=(6, 50, 2)), rng.gamma(2.0, 1.0, 50)
    group, ages = np.repeat([0, 1], 25).astype(np.int64), np.arange(1.0, 7.0)
    found = Conformal.of(errors, scale=scale, group=group, ages=ages)
    for place, level in enumerate((80, 95)):
        for number in (0, 1):
            mine = [node for node in range(50) if group[node] == number]
            draws = independent_draws(errors[:, mine] / scale[mine][:, None], ages=ages)
            for step in (0, 1):
                scores = [(abs(errors[w, node, step]) / scale[node], 0.6 ** ages[w]) for w in range(6) for node in mine]
                told = np.sqrt(weighted_quantile(scores, level) ** 2 * (1 + drift(ages, level=level)))
                np.testing.assert_allclose(found.widths[place, number, step], told * student(level, draws=draws))


def weighted_quantile(scores: list[tuple[float, float]], level: int) -> float:
    """Adds weights up from the smallest score on until they are the share that is asked for."""
    share, sofar = level / 100 * (1 + 1 / len(scores)), 0.0
    for score, weight in sorted(scores):
        sofar += weight
        if sofar >= share * sum(weight for _, weight in scores):
            return score
    raise AssertionError(level)


def drift(ages: np.ndarray, *, level: int) -> float:
    """Gives what a year adds to the square of an interval, times the mean age of what was seen."""
    weights = [0.6**age for age in ages]
    mean_age = sum(weight * age for weight, age in zip(weights, ages, strict=True)) / sum(weights)
    windows = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    return 0.03 * float(mean_age) * student(level, draws=max(2.0, windows)) ** 2


def independent_draws(scaled: np.ndarray, *, ages: np.ndarray) -> float:
    """Counts draws by a one-way analysis of variance, a loop a sum of squares."""
    windows, nodes, steps = scaled.shape
    between = within = 0.0
    for step in range(steps):
        means = [sum(scaled[w, :, step]) / nodes for w in range(windows)]
        between += nodes * sum((mean - sum(means) / windows) ** 2 for mean in means) / (windows - 1)
        squares = [(scaled[w, i, step] - means[w]) ** 2 for w in range(windows) for i in range(nodes)]
        within += sum(squares) / (windows * (nodes - 1))
    shared = max(0.0, (between - within) / (between + (nodes - 1) * within))
    weights = [0.6**age for age in ages]
    apart = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    return float(apart * nodes / (1 + (nodes - 1) * shared))


def student(level: int, *, draws: float) -> float:
    upper = 0.5 + level / 200
    return float(stats.t.ppf(upper, draws) / stats.norm.ppf(upper) * np.sqrt(1 + 1 / draws))


def test_new_draws_are_covered_as_often_as_is_said() -> None:
    rng = np.random.default_rng(1)
    scale = rng.gamma(2.0, 10.0, 200)
    past, new = rng.normal(size=(40, 200, 3)) * scale[:, None], rng.normal(size=(200, 3)) * scale[:, None]
    found = Conformal.of(past, scale=scale, group=np.zeros(200, dtype=np.int64), ages=np.zeros(40))
    for level, (low, high) in found.intervals(np.zeros((200, 3)), scale=scale).items():
        assert abs(((low <= new) & (new <= high)).mean() - level / 100) < 0.04


def test_shared_shocks_of_few_years_are_covered() -> None:
    rng = np.random.default_rng(2)
    group, hit = np.zeros(100, dtype=np.int64), []
    for _ in range(300):
        shocks = np.repeat(rng.normal(size=(7, 1, 1)), 100, axis=1)
        low, high = (
            Conformal.of(shocks[:6], scale=np.ones(100), group=group, ages=np.zeros(6))
            .intervals(np.zeros((100, 1)), scale=np.ones(100))[80]
        )  # fmt: skip
        hit.append((low[0] <= shocks[6, 0]) & (shocks[6, 0] <= high[0]))
    assert 0.75 < np.mean(hit) < 0.87


def test_a_small_group_pools_its_steps_and_a_tiny_one_borrows_from_all() -> None:
    rng = np.random.default_rng(3)
    errors = rng.normal(size=(10, 41, 6)) * np.linspace(0.5, 1.5, 6)
    errors[:, 40] *= 3.0
    group = np.where(np.arange(41) == 40, 1, 0).astype(np.int64)
    found = widths_of(errors, scale=np.ones(41), group=group, ages=np.zeros(10), levels=(80,))[0]
    assert (np.diff(found[0]) > 0).all()
    of_its_own = weighted_quantile([(float(score), 1.0) for score in np.abs(errors[:, 40]).ravel()], 80)
    draws = independent_draws(errors[:, 40][:, :, None], ages=np.zeros(10))
    np.testing.assert_allclose(found[1], of_its_own * student(80, draws=draws))
    of_few = widths_of(errors[:3], scale=np.ones(41), group=group, ages=np.zeros(3), levels=(80,))[0, 1]
    everyone = np.concatenate([np.abs(errors[:3, 40]).ravel(), np.abs(errors[:3]).ravel()])
    told = weighted_quantile([(float(score), 1.0) for score in everyone], 80)
    np.testing.assert_allclose(
        of_few, told * student(80, draws=independent_draws(errors[:3, 40][:, :, None], ages=np.zeros(3)))
    )


def test_sums_have_scores_of_their_own() -> None:
    errors = np.ones((12, 20, 7)) * np.array([1.0, -1.0, 1.0, 2.0, 2.0, 2.0, 9.0])
    group, ages = np.zeros(20, dtype=np.int64), np.zeros(12)
    found = Conformal.for_sums(errors, scale=np.ones(20), group=group, ages=ages, periods=3)
    # All nodes err alike, so that there are but twelve draws.
    np.testing.assert_allclose(found.widths[0, 0] / student(80, draws=12.0), [1.0, 6.0])
    assert Conformal.from_json(found.to_json()).periods == 3
    with pytest.raises(OutOfRangeError, match="8 is out of range for periods"):
        Conformal.for_sums(errors, scale=np.ones(20), group=group, ages=ages, periods=8)


@given(seed=st.integers(0, 10_000), age=st.floats(0.0, 50.0), known=st.floats(0.2, 1.0))
@settings(max_examples=30, deadline=None)
def test_intervals_are_nested_finite_and_grow_with_the_scale(seed: int, age: float, known: float) -> None:
    rng = np.random.default_rng(seed)
    errors = np.where(rng.random((4, 9, 3)) < known, rng.normal(size=(4, 9, 3)), np.nan)
    errors[0, 0, 0] = 1.0
    group = rng.integers(0, 3, 9)
    mean, scale = rng.normal(5.0, 4.0, (9, 3)), rng.gamma(1.0, 1.0, 9)
    ages = age + np.arange(4.0)
    found = Conformal.of(errors, scale=np.ones(9), group=group, ages=ages).intervals(mean, scale=scale)
    (low_80, high_80), (low_95, high_95) = found[80], found[95]
    assert np.isfinite(low_95).all()
    assert np.isfinite(high_95).all()
    assert (low_95 <= low_80).all()
    assert (low_80 <= mean).all()
    assert (mean <= high_80).all()
    assert (high_80 <= high_95).all()


def test_what_lies_long_ago_says_less_and_leaves_more_room() -> None:
    rng = np.random.default_rng(4)
    errors, group = rng.normal(size=(8, 400, 12)), np.zeros(400, dtype=np.int64)
    near, far = (
        Conformal.for_sums(errors, scale=np.ones(400), group=group, ages=ages, periods=12).widths / np.sqrt(12)
        for ages in (np.full(8, 0.01), np.full(8, 5.0))
    )
    np.testing.assert_allclose(near[:, 0, 0], [1.28, 1.96], rtol=0.05)
    assert (far > 1.3 * near).all()
    calm, wild = np.ones((2, 400, 1)), np.ones((2, 400, 1))
    calm[1], wild[0] = 9.0, 9.0
    widths = [
        widths_of(errors, scale=np.ones(400), group=group, ages=np.array([0.0, 4.0]), levels=(80,))[0, 0, 0]
        for errors in (calm, wild)
    ]
    assert widths[1] > 5 * widths[0]


def test_a_floor_is_the_lowest_end() -> None:
    conformal = Conformal.of(
        np.full((9, 2, 1), 5.0), scale=np.ones(2), group=np.zeros(2, dtype=np.int64), ages=np.zeros(9)
    )
    low, _ = conformal.intervals(np.ones((2, 1)), scale=np.ones(2), floor=np.array([0.0, -np.inf]))[80]
    assert low[0, 0] == 0.0
    assert low[1, 0] < -4.0


def test_what_does_not_fit_is_refused() -> None:
    group = np.zeros(2, dtype=np.int64)
    with pytest.raises(MisalignedError, match="no known value"):
        Conformal.of(np.full((3, 2, 1), np.nan), scale=np.ones(2), group=group, ages=np.zeros(3))
    with pytest.raises(MisalignedError, match="3 nodes"):
        Conformal.of(np.ones((3, 3, 1)), scale=np.ones(2), group=group, ages=np.zeros(3))
    with pytest.raises(OutOfRangeError, match="100 is out of range for levels"):
        Conformal.of(np.ones((3, 2, 1)), scale=np.ones(2), group=group, ages=np.zeros(3), levels=(100,))
    found = Conformal.of(np.ones((3, 2, 1)), scale=np.ones(2), group=group, ages=np.zeros(3))
    with pytest.raises(MisalignedError, match="at most 1 steps"):
        found.intervals(np.ones((2, 2)), scale=np.ones(2))


def test_scales_of_short_empty_and_constant_series_are_above_zero() -> None:
    history = np.array([[np.nan] * 8, [0.0] * 8, [4.0] * 8, [np.nan] * 7 + [3.0], [1.0, 2.0] * 4])
    for season in (2, 7, 52):
        found = series_scale(history, season=season)
        assert (found > 0).all()
        assert np.isfinite(found).all()
    assert (series_scale(np.full((2, 1), np.nan), season=12) > 0).all()
