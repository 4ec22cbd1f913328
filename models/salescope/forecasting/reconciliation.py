"""Forecasts that add up: every node of a tree moved so that children are parents, the total kept."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from salescope.forecasting.calendar import Floats
from salescope.forecasting.mint import FEWEST_ERRORS, LEAST_SHARE, by_covariance
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError

__all__ = ["MOST_DENSE_NODES", "Method", "keep_above", "reconcile"]

Method = Literal["bottom_up", "wls", "mint_shrink"]

# Dense memory grows with the square: 6,000 nodes take 3 GB (ANCHORS section 3).
MOST_DENSE_NODES = 2_000


def reconcile(
    base: Floats,
    *,
    tree: Tree,
    method: Method,
    errors: Floats | None = None,
    pin_total: bool = True,
    floor: Floats | None = None,
) -> Floats:
    """Moves forecasts of nodes as little as possible until they add up.

    Parameters
    ----------
    base : ndarray of float, shape (n_nodes, horizon)
        One forecast a node and step, in units of sales; none is NaN.
    tree : Tree
        Which series add up to which nodes.
    method : {"bottom_up", "wls", "mint_shrink"}
        ``bottom_up`` takes the series as they are; ``wls`` weighs every node by the variance of its errors;
        ``mint_shrink`` by their shrunk covariance, and on more than 2,000 nodes by their variance.
    errors : ndarray of float, shape (n_nodes, n_errors), or None
        Actual minus forecast in backtests, NaN where unknown. Without them a variance is guessed from the sales.
    pin_total : bool
        Whether the total stays where its base forecast is.
    floor : ndarray of float, shape (n_bottom,), or None
        What no series may fall under: 0 where history has no negatives, -inf elsewhere. See `keep_above`.

    Returns
    -------
    ndarray of float, shape (n_nodes, horizon)
        The sums of its bottom rows.

    Raises
    ------
    MisalignedError
        If the forecasts or errors are not one row a node, or ``mint_shrink`` has no errors.

    Notes
    -----
    ``wls`` and ``mint_shrink`` minimise ``(base - S b)' W^-1 (base - S b)`` over the bottom series ``b``; a pinned
    total is one of no variance. The sparse system has one row a node above the bottom.
    A node whose errors are fewer than two, all the same or a millionth of the largest keeps its base forecast under
    ``mint_shrink``; a new one has a guessed variance under ``wls``. Where the errors leave a covariance singular, as
    two observations do, ``wls`` it is.
    Wickramasuriya, Athanasopoulos, Hyndman (2019), Optimal forecast reconciliation … through trace minimization,
    JASA 114.

    Examples
    --------
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    >>> reconcile(np.array([[12.0], [4.0], [6.0]]), tree=tree, method="wls").ravel().round(2)
    array([12. ,  4.8,  7.2])
    >>> reconcile(np.array([[12.0], [4.0]]), tree=tree, method="wls")
    Traceback (most recent call last):
    ...
    salescope.frames.errors.MisalignedError: Argument 'base' has 2 rows; accepted: one row for each of the 3 nodes.
    """
    _check(base, tree=tree, name="base")
    if errors is not None:
        _check(errors, tree=tree, name="errors")
    elif method == "mint_shrink":
        raise MisalignedError("errors", found="no value", accepted="errors of backtests, for a covariance")
    variance = _variances(base, tree=tree, errors=errors)
    if method == "bottom_up":
        bottom = _spread(base, tree=tree, variance=variance) if pin_total else base[tree.bottom]
    elif method == "mint_shrink" and errors is not None and len(errors) <= MOST_DENSE_NODES:
        found = by_covariance(base, tree=tree, errors=errors, pin_total=pin_total)
        bottom = _sparse(base, tree=tree, variance=variance, pin_total=pin_total) if found is None else found
    else:
        bottom = _sparse(base, tree=tree, variance=variance, pin_total=pin_total)
    return tree.add_up(bottom if floor is None else keep_above(bottom, tree=tree, floor=floor))


def keep_above(bottom: Floats, *, tree: Tree, floor: Floats) -> Floats:
    """Lifts series to their floor and takes what that costs from their brothers, so that sums stay.

    Parameters
    ----------
    bottom : ndarray of float, shape (n_bottom, horizon)
        Forecasts of the series.
    tree : Tree
        Which series add up to which nodes.
    floor : ndarray of float, shape (n_bottom,)
        What no series may fall under; -inf for one that may be anything.

    Returns
    -------
    ndarray of float, shape (n_bottom, horizon)
        None under its floor. The total is as before unless that alone is under the floors of all series together.

    Notes
    -----
    Level by level from the finest, a node's series are moved in proportion to how far they are above their floors
    (one without a floor: to its size) until the node is what it was; what a node cannot bear goes to the next level.
    Where levels cross, the coarser one has the last word, and the total is kept either way.

    Examples
    --------
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2", "3"]}), levels={"rep": ["rep"]})
    >>> keep_above(np.array([[-1.0], [1.0], [3.0]]), tree=tree, floor=np.zeros(3)).ravel()
    array([0.  , 0.75, 2.25])
    """
    low = np.broadcast_to(floor[:, None], bottom.shape)
    found = np.maximum(bottom, low)
    if np.array_equal(found, bottom):
        return found
    sizes = np.asarray(tree.sums.sum(axis=1)).ravel()
    levels = sorted(tree.levels, key=lambda level: -len(tree.rows_of(level)))
    for level in levels:
        rows = tree.rows_of(level)
        if sizes[rows].max() > 1:
            found = _restored(found, wanted=bottom, low=low, sums=tree.sums[rows])
    free = ~np.isfinite(floor)
    if free.any():
        found[free] += (bottom.sum(axis=0) - found.sum(axis=0)) / free.sum()
    return found


def _restored(found: Floats, *, wanted: Floats, low: Floats, sums: sparse.csr_array) -> Floats:
    room = np.where(np.isfinite(low), found - low, np.abs(found))
    excess, borne = sums @ (found - wanted), sums @ room
    share = np.divide(excess, borne, out=np.zeros_like(excess), where=borne > 0)
    restored: Floats = np.maximum(found - room * (sums.T @ np.minimum(share, 1.0)), low)
    return restored


def _check(values: Floats, *, tree: Tree, name: str) -> None:
    if len(values) != len(tree.nodes):
        raise MisalignedError(
            name, found=f"{len(values)} rows", accepted=f"one row for each of the {len(tree.nodes)} nodes"
        )


def _variances(base: Floats, *, tree: Tree, errors: Floats | None) -> Floats:
    """Takes the mean square of each node's errors; where there are none, guesses it from the size of sales."""
    size = np.abs(base[tree.bottom]).mean(axis=1)
    guess: Floats = tree.sums @ np.maximum(size, LEAST_SHARE * (size.mean() or 1.0))
    if errors is None:
        return guess
    known = np.isfinite(errors)
    count = known.sum(axis=1)
    found: Floats = np.where(known, errors, 0.0) ** 2 @ np.ones(errors.shape[1]) / np.maximum(count, 1)
    seen = count >= FEWEST_ERRORS
    ratio = float(np.median(found[seen] / guess[seen])) if seen.any() else 1.0
    # A series whose errors were all zero is nearly, but not wholly, certain: the system stays one that can be solved.
    return np.maximum(np.where(seen, found, ratio * guess), LEAST_SHARE * (ratio or 1.0) * guess)


def _spread(base: Floats, *, tree: Tree, variance: Floats) -> Floats:
    bottom, freedom = base[tree.bottom], variance[tree.bottom]
    found: Floats = bottom + np.outer(freedom / freedom.sum(), base[0] - bottom.sum(axis=0))
    return found


def _sparse(base: Floats, *, tree: Tree, variance: Floats, pin_total: bool) -> Floats:
    """Solves weighted least squares over the nodes above the bottom: with no variance, a node's base holds exactly."""
    upper = np.setdiff1d(np.arange(len(base)), tree.bottom)
    bottom, freedom = base[tree.bottom], variance[tree.bottom]
    sums = tree.sums[upper]
    # What holds its base to a millionth holds it, and no node makes the system one that cannot be solved.
    own = np.maximum(variance[upper], LEAST_SHARE * (sums @ freedom))
    own[0] = 0.0 if pin_total else own[0]
    weighed = sums.multiply(freedom[None, :]).tocsr()
    system = (weighed @ sums.T + sparse.diags_array(own)).tocsc()
    scale = 1.0 / np.sqrt(system.diagonal())
    scaled = (sparse.diags_array(scale) @ system @ sparse.diags_array(scale)).tocsc()
    # Symmetric and positive definite: no pivoting, and an order in which a strict tree does not fill in.
    factor = splu(scaled, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    gap = base[upper] - sums @ bottom
    found: Floats = bottom + weighed.T @ (scale[:, None] * factor.solve(scale[:, None] * gap))
    return found
