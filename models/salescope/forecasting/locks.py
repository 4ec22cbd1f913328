"""Locks: nodes that a planner holds at a number, while everything else moves as little as possible."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import linalg, sparse

from salescope.forecasting.calendar import Floats
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError, UnknownNameError, listed

__all__ = ["lock", "to_cents"]

CLOSE = 1e-9
MOST_ROUNDS = 50


def lock(
    bottom: Floats, *, tree: Tree, locks: Mapping[str, Floats], weight: Floats, floor: Floats | None = None
) -> Floats:
    """Moves series as little as possible until every locked node has its value.

    Parameters
    ----------
    bottom : ndarray of float, shape (n_bottom, horizon)
        Forecasts of the series.
    tree : Tree
        Which series add up to which nodes.
    locks : mapping of str to ndarray of float, each of shape (horizon,)
        What a node is held at, by its name; NaN in a period where it is free.
    weight : ndarray of float, shape (n_bottom,) or (n_bottom, horizon)
        How freely each series moves, as a variance.
    floor : ndarray of float, shape (n_bottom,), or None
        What no series may fall under; -inf for one that may be anything.

    Returns
    -------
    ndarray of float, shape (n_bottom, horizon)

    Raises
    ------
    UnknownNameError
        If a lock names no node.
    MisalignedError
        If a lock has another length than the horizon, or locks contradict each other or the floors.

    Notes
    -----
    Minimises the squared moves over `weight` in each period, subject to the locks; a series that would fall under its
    floor is fixed there, and the others are solved for again.

    Examples
    --------
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    >>> bottom = np.array([[4.0], [6.0]])
    >>> lock(bottom, tree=tree, locks={"all": np.array([15.0])}, weight=bottom).ravel()
    array([6., 9.])
    """
    horizon = bottom.shape[1]
    known = {name: row for row, name in enumerate(tree.nodes)}
    for name, value in locks.items():
        if name not in known:
            raise UnknownNameError(name, what="node", where="locks", accepted=tree.nodes)
        if value.shape != (horizon,):
            raise MisalignedError("locks", found=f"{value.size} values for {name!r}", accepted=f"{horizon} values")
    names = tuple(locks)
    wanted = np.array([locks[name] for name in names]).reshape(len(names), horizon)
    sums = tree.sums[[known[name] for name in names]]
    freedom = np.broadcast_to(weight.reshape(len(bottom), -1), bottom.shape)
    # A series of no freedom still has to move where it alone is locked.
    freedom = np.maximum(freedom, CLOSE * (freedom.mean() or 1.0))
    low = np.full(len(bottom), -np.inf) if floor is None else floor
    found = bottom.copy()
    for step in range(horizon):
        held = np.flatnonzero(~np.isnan(wanted[:, step]))
        if held.size:
            found[:, step] = _moved(
                bottom[:, step], sums=sums[held], wanted=wanted[held, step], freedom=freedom[:, step], low=low
            )
            _check(found[:, step], sums=sums[held], wanted=wanted[held, step], names=[names[row] for row in held])
    return found


def _moved(bottom: Floats, *, sums: sparse.csr_array, wanted: Floats, freedom: Floats, low: Floats) -> Floats:
    touched = np.asarray(sums.sum(axis=0)).ravel() > 0
    fixed = np.zeros(len(bottom), dtype=bool)
    found = bottom
    for _ in range(MOST_ROUNDS):
        start, free = np.where(fixed, low, bottom), np.where(fixed, 0.0, freedom)
        weighed = sums.multiply(free[None, :]).tocsr()
        system, gap = (weighed @ sums.T).toarray(), wanted - sums @ start
        found = start + weighed.T @ np.asarray(linalg.lstsq(system, gap)[0])
        under = touched & ~fixed & (found < low - CLOSE * np.abs(wanted).max())
        if not under.any():
            break
        fixed |= under
    return np.where(touched, np.maximum(found, low), found)


def _check(found: Floats, *, sums: sparse.csr_array, wanted: Floats, names: list[str]) -> None:
    missed = np.abs(sums @ found - wanted)
    bad = missed > 1e-7 * np.maximum(1.0, np.abs(wanted))
    if bad.any():
        sharing = (sums[bad] @ sums.T).toarray().any(axis=0)
        clash = [name for name, shares in zip(names, sharing, strict=True) if shares]
        raise MisalignedError(
            "locks",
            found=f"values that contradict each other or a floor: {listed(clash)}",
            accepted="locks that add up",
        )


def to_cents(bottom: Floats, *, tree: Tree, decimals: int = 2) -> Floats:
    """Rounds series so that the total is the rounded total and every node the exact sum of its rounded children.

    Parameters
    ----------
    bottom : ndarray of float, shape (n_bottom, horizon)
        Forecasts of the series.
    tree : Tree
        Which series add up to which nodes.
    decimals : int
        Decimals that are kept; 2 are cents.

    Returns
    -------
    ndarray of float, shape (n_bottom, horizon)
        Each moved by less than one unit of the last decimal.

    Raises
    ------
    MisalignedError
        If the forecasts are not one row a series.

    Notes
    -----
    The largest remainders are rounded up, along the order of the nodes where remainders are equal.

    Examples
    --------
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2", "3"]}), levels={"rep": ["rep"]})
    >>> to_cents(np.full((3, 1), 1 / 3), tree=tree).ravel()
    array([0.34, 0.33, 0.33])
    """
    if len(bottom) != len(tree.bottom):
        raise MisalignedError(
            "bottom", found=f"{len(bottom)} rows", accepted=f"one for each of {len(tree.bottom)} series"
        )
    unit = 10.0**decimals
    # What a sum of binary fractions is off must not decide who is rounded up.
    scaled = np.round(bottom * unit, 6)
    whole = np.floor(scaled)
    remainder = scaled - whole
    more = np.round(remainder.sum(axis=0)).astype(np.int64)
    place = np.argsort(np.argsort(-remainder, axis=0, kind="stable"), axis=0, kind="stable")
    found: Floats = (whole + (place < more[None, :])) / unit
    return found
