"""Locks against the equations of Lagrange, and cents that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.forecasting.locks import lock, to_cents
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError, UnknownNameError

KEYS = pd.DataFrame({"region": list("NNNSSS"), "rep": list("112334"), "product": list("abaaba")})
TREE = Tree.of(KEYS, levels={"region": ["region"], "product": ["product"], "line": ["region", "rep", "product"]})
FREE = np.nan


def test_a_lock_is_the_least_weighted_move() -> None:
    rng = np.random.default_rng(0)
    bottom, weight = rng.gamma(2.0, 5.0, (6, 2)), rng.gamma(2.0, 1.0, (6, 2))
    locks = {"region=N": np.array([40.0, FREE]), "product=a": np.array([30.0, 35.0])}
    found = lock(bottom, tree=TREE, locks=locks, weight=weight)
    for step in range(2):
        held = [name for name in locks if not np.isnan(locks[name][step])]
        sums = TREE.sums.toarray()[[TREE.nodes.index(name) for name in held]]
        system = np.block([[np.diag(1 / weight[:, step]), sums.T], [sums, np.zeros((len(held), len(held)))]])
        right = np.concatenate([bottom[:, step] / weight[:, step], [locks[name][step] for name in held]])
        np.testing.assert_allclose(found[:, step], np.linalg.solve(system, right)[:6])


def test_a_free_period_and_other_nodes_stay() -> None:
    bottom = np.arange(12.0).reshape(6, 2)
    found = lock(bottom, tree=TREE, locks={"region=N": np.array([FREE, 30.0])}, weight=np.ones(6))
    np.testing.assert_array_equal(found[:, 0], bottom[:, 0])
    np.testing.assert_array_equal(found[3:], bottom[3:])
    np.testing.assert_array_equal(lock(bottom, tree=TREE, locks={}, weight=np.ones(6)), bottom)


@given(seed=st.integers(0, 10_000), share=st.floats(0.0, 3.0))
@settings(max_examples=30, deadline=None)
def test_locks_hold_to_a_millionth_above_the_floor(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    bottom = rng.gamma(1.0, 1e4, (6, 2))
    value = share * bottom[:3].sum(axis=0)
    locks = {"all": value + bottom[3:].sum(axis=0), "region=N": value}
    found = lock(bottom, tree=TREE, locks=locks, weight=rng.gamma(1.0, 1.0, 6), floor=np.zeros(6))
    assert found.min() >= 0.0
    for name, wanted in locks.items():
        np.testing.assert_allclose(TREE.add_up(found)[TREE.nodes.index(name)], wanted, rtol=0, atol=1e-6)


def test_locks_that_contradict_are_named() -> None:
    locks = {"all": np.array([5.0]), "region=N": np.array([4.0]), "region=S": np.array([3.0])}
    with pytest.raises(MisalignedError, match=r"region=N.*region=S"):
        lock(np.ones((6, 1)), tree=TREE, locks=locks, weight=np.ones(6))
    del locks["region=S"]
    locks["region=N"] = np.array([6.0])
    with pytest.raises(MisalignedError, match="'all', 'region=N'"):
        lock(np.ones((6, 1)), tree=TREE, locks=locks, weight=np.ones(6), floor=np.zeros(6))


def test_a_lock_that_says_what_others_say_is_no_clash() -> None:
    locks = {"all": np.array([7.0]), "region=N": np.array([4.0]), "region=S": np.array([3.0])}
    found = lock(np.ones((6, 1)), tree=TREE, locks=locks, weight=np.zeros(6))
    np.testing.assert_allclose(TREE.add_up(found)[:3].ravel(), [7.0, 4.0, 3.0])


def test_unknown_nodes_and_wrong_lengths_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="region=W"):
        lock(np.ones((6, 1)), tree=TREE, locks={"region=W": np.ones(1)}, weight=np.ones(6))
    with pytest.raises(MisalignedError, match="2 values"):
        lock(np.ones((6, 1)), tree=TREE, locks={"all": np.ones(2)}, weight=np.ones(6))


@given(seed=st.integers(0, 10_000), decimals=st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_cents_keep_the_total_and_move_less_than_one(seed: int, decimals: int) -> None:
    bottom = np.random.default_rng(seed).normal(50.0, 60.0, (6, 3))
    found = to_cents(bottom, tree=TREE, decimals=decimals)
    np.testing.assert_allclose(np.round(found, decimals), found, atol=1e-12)
    assert np.abs(found - bottom).max() < 10.0**-decimals + 1e-6
    np.testing.assert_allclose(found.sum(axis=0), np.round(bottom.sum(axis=0), decimals), atol=10.0**-decimals * 1e-3)
