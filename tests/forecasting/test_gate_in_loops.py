"""The gate against loops over members, windows, levels and nodes, written from what it promises."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.forecasting.combination import BASELINE, choose_weights

MEMBERS = ("other", BASELINE, "third", "fourth")
SIZES = (1, 4, 22, 21)


def mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def errors_of(share: np.ndarray, forecasts: np.ndarray, actual: np.ndarray, scale: np.ndarray, group: np.ndarray):
    """Lists the scaled mean absolute errors of a combination by window and level; nodes of which nothing is known out."""
    found: dict[tuple[int, int], float] = {}
    for window in range(len(actual)):
        for level in range(len(SIZES)):
            nodes = []
            for node in np.flatnonzero(group == level):
                said = sum(weight * one[window, node] for weight, one in zip(share, forecasts, strict=True))
                nodes.append(mean(list(np.abs(said - actual[window, node]) / scale[node])))
            found[window, level] = mean(nodes)
    return found


def slow_weights(forecasts: np.ndarray, actual: np.ndarray, scale: np.ndarray, group: np.ndarray) -> np.ndarray:
    sets = [chosen for count in (1, 2, 3) for chosen in combinations(range(len(MEMBERS)), count)]
    shares = [np.isin(np.arange(len(MEMBERS)), chosen) / len(chosen) for chosen in sets]
    errors = [errors_of(share, forecasts, actual, scale, group) for share in shares]
    base = errors[MEMBERS.index(BASELINE)]
    seen = [sum(not np.isnan(actual[:, node]).all() for node in np.flatnonzero(group == level)) for level in range(4)]
    weights = np.tile(shares[MEMBERS.index(BASELINE)], (len(SIZES), 1))
    together = [level for level in range(4) if seen[level] < 20]
    for levels in [[level] for level in range(4) if seen[level] >= 20] + ([together] if together else []):
        cells = [(window, level) for window in range(len(actual)) for level in levels]
        safe, score = [], []
        for mine in errors:
            # A cell of which nothing is known forbids nothing.
            rows = [[(window, level) for window in range(len(actual))] for level in levels]
            rows += [[(window, level) for level in levels] for window in range(len(actual))]
            pairs = [(mean([mine[cell] for cell in row]), mean([base[cell] for cell in row])) for row in rows]
            safe.append(all(math.isnan(theirs) or ours <= 1.02 * theirs for ours, theirs in pairs))
            score.append(mean([mine[cell] for cell in cells]))
        best = min((one for one, fine in zip(score, safe, strict=True) if fine), default=math.inf)
        if best < mean([base[cell] for cell in cells]) * (1 - 1e-9):
            alike = [share for share, one, fine in zip(shares, score, safe, strict=True) if fine and one <= best * 1.01]
            weights[levels] = np.mean(alike, axis=0)
    return weights


def test_two_per_cent_worse_in_one_window_is_borne_and_five_are_not() -> None:
    actual = np.zeros((2, 30, 1))
    for worse, chosen in ((1.015, 1.0), (1.05, 0.0)):
        base, bold = np.ones((2, 30, 1)), np.stack([np.full((30, 1), 0.5), np.full((30, 1), worse)])
        found = choose_weights(
            np.array([base, bold]),
            actual,
            members=(BASELINE, "bold"),
            scale=np.ones(30),
            group=np.zeros(30, dtype=np.int64),
        )
        assert found.weights[0, 1] == chosen


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([0.0, 0.3, 0.6]))
@settings(max_examples=10, deadline=None)
def test_weights_are_those_of_the_loops(seed: int, windows: int, unknown: float) -> None:
    rng, group = np.random.default_rng(seed), np.repeat(np.arange(4), SIZES)
    nodes = len(group)
    actual = 100.0 + rng.normal(size=(windows, nodes, 2))
    size = rng.uniform(1.0, 2.0, (4, 1, 4))[:, :, group][..., None] * rng.uniform(0.8, 1.25, (4, windows, 1, 1))
    forecasts = actual[None] + size * rng.normal(size=(4, windows, nodes, 2))
    # The total is always known in the newest window; whole windows of other nodes are not, nor the last step of some.
    actual[rng.random((windows, nodes)) < unknown] = np.nan
    actual[:, rng.random(nodes) < unknown, 1] = np.nan
    actual[0, 0] = 100.0
    scale = rng.lognormal(0, 1, nodes)
    found = choose_weights(forecasts, actual, members=MEMBERS, scale=scale, group=group)
    expected = slow_weights(forecasts, actual, scale, group)
    np.testing.assert_allclose(found.weights, expected, atol=1e-12)
    for level in range(4):
        if not np.isnan(actual[:, group == level]).all():
            every = [errors_of(share, forecasts, actual, scale, group) for share in (expected[level], np.eye(4)[1])]
            assert math.isfinite(found.skill[level])
            assert (every[0][0, level] < 0) == (every[1][0, level] < 0)
