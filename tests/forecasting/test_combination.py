"""The gate averages what erred least, and is nowhere worse than the baseline."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.forecasting.combination import BASELINE, choose_weights, combine, mean_error

MEMBERS = (BASELINE, "good", "bad")


def windows(rng: np.random.Generator, *, nodes: int, errors: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    actual = 100.0 + rng.normal(size=(3, nodes, 6))
    return np.array([actual + size * rng.normal(size=actual.shape) for size in errors]), actual


def test_the_better_member_is_chosen_and_its_skill_is_said() -> None:
    forecasts, actual = windows(np.random.default_rng(0), nodes=40, errors=(10.0, 1.0, 30.0))
    gate = choose_weights(forecasts, actual, members=MEMBERS, scale=np.ones(40), group=np.zeros(40, dtype=np.int64))
    assert gate.weights.tolist() == [[0.0, 1.0, 0.0]]
    assert gate.skill[0] == pytest.approx(0.9, abs=0.03)


def test_whatever_is_worse_than_the_baseline_leaves_the_baseline() -> None:
    forecasts, actual = windows(np.random.default_rng(1), nodes=40, errors=(1.0, 10.0, 30.0))
    gate = choose_weights(forecasts, actual, members=MEMBERS, scale=np.ones(40), group=np.zeros(40, dtype=np.int64))
    assert gate.weights.tolist() == [[1.0, 0.0, 0.0]]
    assert gate.skill[0] == 0.0


def test_a_member_that_failed_in_one_window_is_left_out() -> None:
    forecasts, actual = windows(np.random.default_rng(2), nodes=40, errors=(10.0, 0.1, 30.0))
    forecasts[1, 2] = actual[2] + 40.0
    gate = choose_weights(forecasts, actual, members=MEMBERS, scale=np.ones(40), group=np.zeros(40, dtype=np.int64))
    assert gate.weights[0, 1] < 1.0
    chosen = combine(forecasts, gate=gate, group=np.zeros(40, dtype=np.int64))
    worst = mean_error(chosen, actual, scale=np.ones(40)).mean(axis=1)
    assert (worst <= 1.02 * mean_error(forecasts[0], actual, scale=np.ones(40)).mean(axis=1)).all()


def test_without_a_window_there_is_nothing_but_the_baseline() -> None:
    gate = choose_weights(
        np.zeros((3, 0, 2, 6)), np.zeros((0, 2, 6)), members=MEMBERS, scale=np.ones(2), group=np.array([0, 1])
    )
    assert gate.weights.tolist() == [[1.0, 0.0, 0.0]] * 2
    assert np.isnan(gate.skill).all()


def test_small_levels_choose_together_and_large_ones_alone() -> None:
    rng = np.random.default_rng(3)
    group = np.array([0] + [1] * 4 + [2] * 30)
    actual = 100.0 + rng.normal(size=(3, 35, 6))
    good_above = np.where(group < 2, 1.0, 20.0)[None, :, None] * rng.normal(size=actual.shape)
    good_below = np.where(group < 2, 20.0, 1.0)[None, :, None] * rng.normal(size=actual.shape)
    forecasts = np.array([actual + 25.0 * rng.normal(size=actual.shape), actual + good_above, actual + good_below])
    gate = choose_weights(forecasts, actual, members=MEMBERS, scale=np.ones(35), group=group)
    assert gate.weights.tolist() == [[0, 1, 0], [0, 1, 0], [0, 0, 1]]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_weights_are_shares_and_no_level_is_worse_than_the_baseline_over_its_windows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    forecasts, actual = windows(rng, nodes=45, errors=tuple(rng.uniform(0.5, 5.0, size=3)))
    group = np.array([0] * 22 + [1] * 23)
    gate = choose_weights(forecasts, actual, members=MEMBERS, scale=np.ones(45), group=group)
    assert gate.weights.sum(axis=1) == pytest.approx([1.0, 1.0])
    mine = mean_error(combine(forecasts, gate=gate, group=group), actual, scale=np.ones(45))
    base = mean_error(forecasts[0], actual, scale=np.ones(45))
    for level in (0, 1):
        assert mine[:, group == level].mean() <= 1.02 * base[:, group == level].mean()


def test_errors_are_means_over_what_is_known() -> None:
    actual = np.array([[1.0, np.nan], [np.nan, np.nan]])
    found = mean_error(np.array([[3.0, 9.0], [1.0, 1.0]]), actual, scale=np.array([4.0, 1.0]))
    assert found[0] == 0.5
    assert np.isnan(found[1])
