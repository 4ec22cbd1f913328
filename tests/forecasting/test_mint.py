"""A covariance without an inverse is found out before the library is asked; nothing it raises is caught."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forecasting.test_reconciliation import GROUPED, KEYS, STRICT, drawn, shrunk

from salescope.forecasting.calendar import Floats
from salescope.forecasting.mint import by_covariance, shrinkage, telling
from salescope.forecasting.reconciliation import reconcile
from salescope.forecasting.tree import Tree


def shrinkage_in_loops(errors: Floats) -> float:
    """One less the share that the oracle of reconciliation leaves of a correlation."""
    deviation = errors.std(axis=1, ddof=1)
    left = shrunk(errors)[0, 1] / (deviation[0] * deviation[1])
    return float(1 - left / np.corrcoef(errors)[0, 1])


@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
@settings(max_examples=25, deadline=None)
def test_shrinkage_is_that_of_the_loops(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    errors = rng.normal(size=(6, count)) * rng.lognormal(0, 3, (6, 1)) + rng.normal(size=count)
    assert shrinkage(errors) == pytest.approx(shrinkage_in_loops(errors), abs=1e-6)


def test_two_observations_have_no_covariance_whatever_they_are() -> None:
    tree = Tree.of(KEYS, levels=STRICT)
    base, errors = drawn(tree, errors=2)
    assert by_covariance(base, tree=tree, errors=errors, pin_total=True) is None
    found = reconcile(base, tree=tree, method="mint_shrink", errors=errors)
    np.testing.assert_array_equal(found, reconcile(base, tree=tree, method="wls", errors=errors))


def test_a_branch_of_a_ten_millionth_does_not_make_a_covariance_singular() -> None:
    tree = Tree.of(KEYS, levels=STRICT)
    size = np.where(KEYS["region"] == "S", 1e-7, 1.0)[:, None]
    rng = np.random.default_rng(0)
    base, errors = tree.add_up(size * rng.gamma(2.0, 5.0, (8, 3))), tree.add_up(size * rng.normal(size=(8, 12)))
    base *= rng.normal(1.0, 0.1, (len(base), 1))
    assert not telling(errors)[tree.bottom[4:7]].any()
    found = by_covariance(base, tree=tree, errors=errors, pin_total=True)
    assert found is not None
    np.testing.assert_array_equal(found[4:7], base[tree.bottom[4:7]])
    np.testing.assert_allclose(found.sum(axis=0), base[0])


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 8),
    sizes=st.lists(st.sampled_from([0.0, 1e-12, 1e-5, 1.0, 1e6, 1e12]), min_size=8, max_size=8),
    unknown=st.floats(0, 0.9),
    kind=st.sampled_from(["free", "coherent", "alike", "constant", "balanced", "whole"]),
    grouped=st.booleans(),
    method=st.sampled_from(["mint_shrink", "wls"]),
)
@settings(max_examples=80, deadline=None)
def test_nothing_is_raised_whatever_the_errors_are(seed, count, sizes, unknown, kind, grouped, method) -> None:
    rng, tree = np.random.default_rng(seed), Tree.of(KEYS, levels=GROUPED if grouped else STRICT)
    size = np.array(sizes)[:, None]
    base = tree.add_up(size * rng.gamma(2.0, 10.0, (8, 2))) * rng.normal(1.0, 0.1, (len(tree.nodes), 1))
    errors = tree.add_up(size * rng.normal(size=(8, count)))
    if kind == "free":
        errors = errors + rng.normal(size=errors.shape) * tree.add_up(size)
    elif kind == "alike":
        errors = tree.add_up(size) * rng.normal(size=(1, count))
    elif kind == "constant":
        errors = np.repeat(errors[:, :1], count, axis=1)
    elif kind == "balanced":
        errors = np.hstack([errors, -errors])
    elif kind == "whole":
        errors = np.round(errors)
    errors[rng.random(errors.shape) < unknown] = np.nan
    found = reconcile(base, tree=tree, method=method, errors=errors)
    assert np.isfinite(found).all()
    room = 1e-9 * max(float(np.abs(found).max()), float(np.abs(base).max()), 1e-300)
    np.testing.assert_allclose(found[0], base[0], rtol=1e-6, atol=room)


def test_the_least_tree_has_no_covariance_to_speak_of() -> None:
    tree = Tree.of(pd.DataFrame({"rep": ["1"]}), levels={"rep": ["rep"]})
    errors = np.array([[1.0, -2.0, 4.0], [1.0, -2.0, 4.0]])
    found = reconcile(np.array([[4.0], [6.0]]), tree=tree, method="mint_shrink", errors=errors)
    np.testing.assert_allclose(found, 4.0)
