"""Reconciliation against dense algebra written out, and what must hold of every method."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from salescope.forecasting.calendar import Floats
from salescope.forecasting.reconciliation import Method, keep_above, reconcile
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError

METHODS = get_args(Method)
KEYS = pd.DataFrame({
    "region": list("NNNNSSSE"),
    "rep": list("11221123"),
    "product": list("abababaa"),
})  # fmt: skip
STRICT = {"region": ["region"], "rep": ["region", "rep"], "line": ["region", "rep", "product"]}
GROUPED = {"region": ["region"], "product": ["product"], "line": ["region", "rep", "product"]}


@pytest.fixture(params=[STRICT, GROUPED], ids=["strict", "grouped"])
def tree(request: pytest.FixtureRequest) -> Tree:
    return Tree.of(KEYS, levels=request.param)


def drawn(tree: Tree, *, seed: int = 0, horizon: int = 3, errors: int = 40) -> tuple[Floats, Floats]:
    """Base forecasts that do not add up, and errors that are correlated as those of sums are."""
    rng = np.random.default_rng(seed)
    base = tree.add_up(rng.gamma(2.0, 10.0, (len(tree.bottom), horizon))) * rng.normal(1.0, 0.1, (len(tree.nodes), 1))
    noise = tree.add_up(rng.normal(size=(len(tree.bottom), errors))) + rng.normal(size=(len(tree.nodes), errors))
    return base, noise


def least_squares(base: Floats, *, tree: Tree, covariance: Floats, pin_total: bool) -> Floats:
    """The minimum by the equations of Lagrange, inverted as they stand."""
    sums = tree.sums.toarray()
    weight = linalg.inv(covariance)
    normal, wanted = sums.T @ weight @ sums, sums.T @ weight @ base
    if pin_total:
        ones = np.ones((1, sums.shape[1]))
        normal = np.block([[normal, ones.T], [ones, np.zeros((1, 1))]])
        wanted = np.vstack([wanted, base[:1]])
    return np.asarray(sums @ linalg.solve(normal, wanted)[: sums.shape[1]])


def shrunk(errors: Floats) -> Floats:
    """Schäfer and Strimmer (2005) in loops: correlations drawn towards zero by the variance of their estimates."""
    nodes, count = errors.shape
    scaled = errors - errors.mean(axis=1, keepdims=True)
    deviation = scaled.std(axis=1, ddof=1)
    scaled = scaled / deviation[:, None]
    above = below = 0.0
    for left in range(nodes):
        for right in range(nodes):
            if left != right:
                product = scaled[left] * scaled[right]
                above += count / (count - 1) ** 3 * ((product - product.mean()) ** 2).sum()
                below += (product.sum() / (count - 1)) ** 2
    shrinkage = min(1.0, above / below)
    correlation = scaled @ scaled.T / (count - 1) * (1 - shrinkage)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation * np.outer(deviation, deviation))


@pytest.mark.parametrize("pin_total", [True, False])
def test_wls_is_the_weighted_minimum(tree: Tree, pin_total: bool) -> None:
    base, errors = drawn(tree)
    found = reconcile(base, tree=tree, method="wls", errors=errors, pin_total=pin_total)
    covariance = np.diag((errors**2).mean(axis=1))
    expected = least_squares(base, tree=tree, covariance=covariance, pin_total=pin_total)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("pin_total", [True, False])
def test_mint_is_the_minimum_under_the_shrunk_covariance(tree: Tree, pin_total: bool) -> None:
    base, errors = drawn(tree)
    found = reconcile(base, tree=tree, method="mint_shrink", errors=errors, pin_total=pin_total)
    expected = least_squares(base, tree=tree, covariance=shrunk(errors), pin_total=pin_total)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("pin_total", [True, False])
def test_what_adds_up_already_stays(tree: Tree, method: Method, pin_total: bool) -> None:
    base, errors = drawn(tree)
    coherent = tree.add_up(base[tree.bottom])
    found = reconcile(coherent, tree=tree, method=method, errors=errors, pin_total=pin_total, floor=np.zeros(8))
    np.testing.assert_allclose(found, coherent, rtol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_bottom_up_without_a_pinned_total_takes_the_series_alone(tree: Tree, method: Method) -> None:
    base, errors = drawn(tree)
    found = reconcile(base, tree=tree, method=method, errors=errors, pin_total=False)
    assert np.array_equal(found, tree.add_up(base[tree.bottom])) == (method == "bottom_up")


@pytest.mark.parametrize("method", METHODS)
def test_scale_of_sales_does_not_matter(tree: Tree, method: Method) -> None:
    base, errors = drawn(tree)
    small = reconcile(base, tree=tree, method=method, errors=errors)
    large = reconcile(base * 1e4, tree=tree, method=method, errors=errors * 1e4)
    np.testing.assert_allclose(large, small * 1e4, rtol=1e-5)


@given(seed=st.integers(0, 10_000), method=st.sampled_from(METHODS), grouped=st.booleans(), pinned=st.booleans())
@settings(max_examples=40, deadline=None)
def test_sums_are_exact_and_nothing_is_negative(seed: int, method: Method, grouped: bool, pinned: bool) -> None:
    tree = Tree.of(KEYS, levels=GROUPED if grouped else STRICT)
    base, errors = drawn(tree, seed=seed)
    base[tree.bottom] -= np.random.default_rng(seed).gamma(1.0, 15.0, (8, 3))
    base[0] = np.maximum(base[0], 1.0)
    found = reconcile(base, tree=tree, method=method, errors=errors, pin_total=pinned, floor=np.zeros(8))
    assert found.min() >= 0.0
    np.testing.assert_allclose(found, tree.sums.toarray() @ found[tree.bottom], rtol=1e-12, atol=1e-9)
    if pinned:
        np.testing.assert_allclose(found[0], base[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_new_nodes_without_errors_do_no_harm(tree: Tree, method: Method) -> None:
    base, errors = drawn(tree)
    errors[tree.bottom[[0, 7]]] = np.nan
    errors[1:4, ::3] = np.nan
    found = reconcile(base, tree=tree, method=method, errors=errors)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[0], base[0])
    if method == "mint_shrink":
        np.testing.assert_array_equal(found[tree.bottom[[0, 7]]], base[tree.bottom[[0, 7]]])


@pytest.mark.parametrize("method", METHODS)
def test_without_any_known_error_forecasts_add_up(tree: Tree, method: Method) -> None:
    base, errors = drawn(tree)
    found = reconcile(base, tree=tree, method=method, errors=np.full_like(errors, np.nan))
    np.testing.assert_allclose(found[0], base[0])
    np.testing.assert_allclose(found, tree.add_up(found[tree.bottom]))


@pytest.mark.parametrize("method", METHODS)
def test_errors_of_zero_and_sales_of_zero_are_no_problem(tree: Tree, method: Method) -> None:
    base, errors = drawn(tree)
    for scale in (0.0, 1.0):
        for known in (errors * 0.0, np.sign(errors[:, :1]) * np.array([1.0, -1.0])):
            found = reconcile(base * scale, tree=tree, method=method, errors=known, floor=np.zeros(8))
            np.testing.assert_allclose(found[0], base[0] * scale, atol=1e-9)


def test_one_series_is_a_tree() -> None:
    tree = Tree.of(pd.DataFrame({"rep": ["1"]}), levels={"rep": ["rep"]})
    for method in METHODS:
        found = reconcile(np.array([[4.0], [6.0]]), tree=tree, method=method, errors=np.array([[1.0, 2.0], [1.0, 3.0]]))
        np.testing.assert_allclose(found, 4.0)


def test_mint_above_its_size_is_wls(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    base, errors = drawn(tree)
    monkeypatch.setattr("salescope.forecasting.reconciliation.MOST_DENSE_NODES", 3)
    found = reconcile(base, tree=tree, method="mint_shrink", errors=errors)
    np.testing.assert_array_equal(found, reconcile(base, tree=tree, method="wls", errors=errors))


def test_errors_and_forecasts_must_fit_the_tree(tree: Tree) -> None:
    base, errors = drawn(tree)
    with pytest.raises(MisalignedError, match="'errors' has 3 rows"):
        reconcile(base, tree=tree, method="wls", errors=errors[:3])
    with pytest.raises(MisalignedError, match="'errors' has no value"):
        reconcile(base, tree=tree, method="mint_shrink")


def test_keep_above_takes_from_the_brothers_first() -> None:
    tree = Tree.of(KEYS, levels=STRICT)
    bottom = np.array([[-2.0], [4.0], [4.0], [0.0], [3.0], [3.0], [3.0], [3.0]])
    found = keep_above(bottom, tree=tree, floor=np.zeros(8)).ravel()
    np.testing.assert_allclose(found, [0.0, 2.0, 4.0, 0.0, 3.0, 3.0, 3.0, 3.0])


def test_keep_above_goes_up_where_the_brothers_cannot_bear_it() -> None:
    tree = Tree.of(KEYS, levels=STRICT)
    bottom = np.array([[-2.0], [1.0], [4.0], [0.0], [3.0], [3.0], [3.0], [3.0]])
    found = keep_above(bottom, tree=tree, floor=np.zeros(8)).ravel()
    np.testing.assert_allclose(found, [0.0, 0.0, 3.0, 0.0, 3.0, 3.0, 3.0, 3.0])


def test_keep_above_leaves_series_of_returns_below_zero() -> None:
    tree = Tree.of(KEYS, levels=STRICT)
    floor = np.where(np.arange(8) == 7, -np.inf, 0.0)
    bottom = np.full((8, 1), -1.0)
    found = keep_above(bottom, tree=tree, floor=floor).ravel()
    np.testing.assert_allclose(found, [0.0] * 7 + [-8.0])
    np.testing.assert_array_equal(keep_above(bottom, tree=tree, floor=np.full(8, -np.inf)), bottom)
