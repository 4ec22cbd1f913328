"""Credibility against Bühlmann and Straub's formulas in plain loops, and the shrunk slope against its closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.planning.credibility import credible_means, shrunk_slope


def by_loops(values, groups, weights):
    own = {
        g: [(v, w) for v, k, w in zip(values, groups, weights, strict=True) if k == g and w > 0] for g in set(groups)
    }
    own = {g: rows for g, rows in own.items() if rows}
    weight = {g: sum(w for _, w in rows) for g, rows in own.items()}
    mean = {g: sum(v * w for v, w in rows) / weight[g] for g, rows in own.items()}
    whole = sum(weight.values())
    middle = sum(weight[g] * mean[g] for g in own) / whole
    free = sum(len(rows) - 1 for rows in own.values())
    balance = whole - sum(w * w for w in weight.values()) / whole
    if not free or len(own) < 2 or balance <= 0:
        return dict.fromkeys(own, middle)
    within = sum(w * (v - mean[g]) ** 2 for g, rows in own.items() for v, w in rows) / free
    between = max(0.0, (sum(weight[g] * (mean[g] - middle) ** 2 for g in own) - (len(own) - 1) * within) / balance)
    if between == 0.0:
        return dict.fromkeys(own, middle)
    trust = {g: weight[g] * between / (weight[g] * between + within) for g in own}
    common = sum(trust[g] * mean[g] for g in own) / sum(trust.values())
    return {g: common + trust[g] * (mean[g] - common) for g in own}


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 30))
def test_means_are_those_of_plain_loops(seed, n_groups, n):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, n_groups, n)
    weights = rng.integers(0, 4, n).astype(float)
    values = rng.normal(groups * 1.0, 1.0)
    found = credible_means(values, groups=groups, weights=weights)
    if weights.sum() == 0.0:
        assert found.common == 1.0
        assert (found.credibility == 0.0).all()
        return
    for group, believed in by_loops(values.tolist(), groups.tolist(), weights.tolist()).items():
        assert found.believed[group] == pytest.approx(believed, rel=1e-9, abs=1e-9)


def test_a_group_without_observations_has_what_all_have_in_common():
    found = credible_means(np.array([1.0, 1.2, 3.0, 3.2]), groups=np.array([0, 0, 2, 2]))
    assert found.believed[1] == pytest.approx(found.common)
    assert found.credibility[1] == 0.0


def test_the_more_a_group_rests_on_the_more_it_is_believed():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(6), [2, 4, 8, 16, 32, 64])
    trust = credible_means(rng.normal(groups % 2, 1.0), groups=groups).credibility
    assert (np.diff(trust) > 0.0).all()


def test_the_slope_is_drawn_to_nothing_by_its_clustered_error():
    rng = np.random.default_rng(0)
    x = rng.normal(size=60)
    y = 0.4 * x + rng.normal(0.0, 0.5, 60)
    groups = np.repeat(np.arange(20), 3)
    slope = (x * y).sum() / (x * x).sum()
    score = [sum(x[i] * (y[i] - slope * x[i]) for i in range(60) if groups[i] == g) for g in range(20)]
    error = sum(s * s for s in score) / (x * x).sum() ** 2
    assert shrunk_slope(x, y, groups=groups) == pytest.approx(slope * (1.0 - error / slope**2))


def test_a_slope_is_from_nothing_to_all():
    x = np.array([-2.0, 2.0, -1.0, 1.0])
    assert shrunk_slope(x, 3.0 * x, groups=np.arange(4)) == 1.0
    assert shrunk_slope(x, -x, groups=np.arange(4)) == 0.0
    assert shrunk_slope(np.zeros(4), x, groups=np.arange(4)) == 0.0
