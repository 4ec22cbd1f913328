"""MinT-shrink over the nodes whose errors say something: what is singular is found out before the library is asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from salescope.forecasting.calendar import Floats
from salescope.forecasting.tree import Tree

__all__ = ["by_covariance", "shrinkage", "telling"]

FEWEST_ERRORS = 2
# Nodes that err by less than this share of the largest have no say, and correlations shrunk by less no inverse.
LEAST_SHARE = 1e-6
# The library refuses errors of which a larger share of nodes sums to less than so much.
MOST_BALANCED, BALANCED = 0.98, 1e-4


def by_covariance(base: Floats, *, tree: Tree, errors: Floats, pin_total: bool) -> Floats | None:
    """Reconciles the nodes whose errors say something by MinT-shrink; the others keep their base forecasts.

    Parameters
    ----------
    base : ndarray of float, shape (n_nodes, horizon)
        One forecast a node and step, in units of sales.
    tree : Tree
        Which series add up to which nodes.
    errors : ndarray of float, shape (n_nodes, n_errors)
        Actual minus forecast in backtests, NaN where unknown.
    pin_total : bool
        Whether the total stays where its base forecast is.

    Returns
    -------
    ndarray of float, shape (n_bottom, horizon), or None
        The bottom series; None where the covariance of the errors has no inverse to speak of.

    Examples
    --------
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    >>> base = np.array([[12.0], [4.0], [6.0]])
    >>> errors = np.array([[1.0, -2.0, 0.5], [1.0, -1.0, 0.2], [-0.5, -0.6, 1.0]])
    >>> float(by_covariance(base, tree=tree, errors=errors, pin_total=True).sum().round(6))
    12.0
    >>> by_covariance(base, tree=tree, errors=errors[:, :2], pin_total=True) is None
    True
    """
    seen = telling(errors)
    known = seen[tree.bottom]
    upper = np.setdiff1d(np.flatnonzero(seen), tree.bottom)
    rows = np.concatenate([upper, tree.bottom[known]])
    if not known.any():
        return None
    told = _filled(errors[rows])
    if shrinkage(told) <= LEAST_SHARE:
        return None
    # The library adds small numbers to variances and takes small sums for zero: no node may err by less than about one.
    scaled = told / np.sqrt((told**2).mean(axis=1).min())
    if (np.abs(scaled.sum(axis=1)) < BALANCED).mean() > MOST_BALANCED:
        return None
    bottom = base[tree.bottom].copy()
    rest = base - tree.sums[:, ~known] @ bottom[~known]
    sums = tree.sums[rows][:, known].toarray()
    bottom[known] = _solved(rest[rows], sums=sums, errors=scaled, total=rest[0] if pin_total else None)
    return bottom


def telling(errors: Floats) -> NDArray[np.bool_]:
    """Says which nodes' errors say something: there are two, they differ, and they are no millionth of the largest.

    Parameters
    ----------
    errors : ndarray of float, shape (n_nodes, n_errors)
        NaN where unknown.

    Returns
    -------
    ndarray of bool, shape (n_nodes,)

    Examples
    --------
    >>> telling(np.array([[1.0, 2.0], [3.0, 3.0], [np.nan, 1.0], [1e-9, 0.0]]))
    array([ True, False, False, False])
    """
    known = np.isfinite(errors)
    count = known.sum(axis=1)
    filled = np.where(known, errors, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    deviation = np.sqrt((np.where(known, errors - mean[:, None], 0.0) ** 2).sum(axis=1) / np.maximum(count, 1))
    largest = float(np.abs(filled).max(initial=0.0))
    found: NDArray[np.bool_] = (count >= FEWEST_ERRORS) & (deviation > LEAST_SHARE * largest)
    return found


def shrinkage(errors: Floats) -> float:
    """Computes how far correlations are drawn towards zero.

    Parameters
    ----------
    errors : ndarray of float, shape (n_nodes, n_errors)
        Of nodes whose errors differ; none is NaN.

    Returns
    -------
    float
        0 to 1. At 0 the covariance has the rank of its observations; above it, it has an inverse, and its correlations
        have a condition number of at most the nodes divided by this.

    Notes
    -----
    Schäfer and Strimmer (2005), *A shrinkage approach to large-scale covariance matrix estimation*: the sum of the
    variances of the correlations of pairs divided by that of their squares. Sums over pairs are sums over pairs of
    observations, so that no matrix of nodes by nodes is made.

    Examples
    --------
    >>> shrinkage(np.array([[1.0, -1.0], [2.0, -2.0], [-3.0, 3.0]]))
    0.0
    """
    count = errors.shape[1]
    centred = errors - errors.mean(axis=1, keepdims=True)
    unit = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True) / (count - 1))
    squares = unit**2
    # Of all pairs less each node with itself.
    products = (squares.sum(axis=0) ** 2).sum() - (squares**2).sum()
    means = (unit.T @ unit) ** 2
    sums = means.sum() - (squares.sum(axis=1) ** 2).sum()
    above = count / (count - 1) ** 3 * (products - sums / count)
    below = sums / (count - 1) ** 2
    if below <= 0:
        return 1.0
    # Differences of large sums leave rounding where nothing should be left.
    share = float(above / below)
    return 0.0 if products - sums / count <= 1e-12 * products else min(max(share, 0.0), 1.0)


def _filled(errors: Floats) -> Floats:
    """Puts the mean of a node's errors where none is known, and the others so far apart that its variance stays.

    Covariances pair by pair of what both nodes know need not be those of anything: some have negative variances.
    """
    known = np.isfinite(errors)
    count, mean = known.sum(axis=1, keepdims=True), np.nanmean(errors, axis=1, keepdims=True)
    apart = np.sqrt((errors.shape[1] - 1) / (count - 1))
    return np.asarray(np.where(known, mean + (errors - mean) * apart, mean), dtype=np.float64)


def _solved(base: Floats, *, sums: Floats, errors: Floats, total: Floats | None) -> Floats:
    """Asks the library, and moves what it found to a given total."""
    from hierarchicalforecast.methods import MinTrace  # noqa: PLC0415  it takes a second to import

    method = MinTrace("mint_shrink")
    method.fit(S=sums, y_hat=base, y_insample=errors, y_hat_insample=np.zeros_like(errors))
    found: Floats = method.P @ base
    if total is not None:
        # The least move that meets a sum is along the covariance of what was found with that sum.
        along = method.P @ (method.W @ method.P.sum(axis=0))
        freedom = np.diag(method.W)[len(sums) - sums.shape[1] :]
        along = along if along.sum() > LEAST_SHARE * freedom.sum() else freedom
        found += np.outer(along / along.sum(), total - found.sum(axis=0))
    return found
