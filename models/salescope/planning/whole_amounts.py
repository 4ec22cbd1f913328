"""Whole amounts: cents, or multiples of a step, that keep every rule exactly."""

from __future__ import annotations

import numpy as np
from scipy import optimize, sparse

from salescope.planning.grid import Floats, Ints
from salescope.planning.limits import Limits
from salescope.planning.rules import UNBOUNDED

__all__ = ["spread", "whole_amounts"]

SURE = 1e-6


def whole_amounts(amounts: Floats, *, limits: Limits, step: int) -> Ints | None:
    """Rounds amounts of groups so that every rule is kept to the cent.

    Parameters
    ----------
    amounts : ndarray of float, shape (n_groups,)
        Amounts that keep the rules but for rounding, in cents.
    limits : Limits
        What sums of them must keep to.
    step : int
        What each amount should be a multiple of, in cents.

    Returns
    -------
    ndarray of int, shape (n_groups,), or None
        As few cents as possible are no multiple of the step: what locks and the goal leave. None if no whole amounts
        keep the rules.

    Notes
    -----
    Rounds each amount up or down so that the sum of roundings is least, which for one sum is the method of largest
    remainders. Sums over nodes and sums over months are two nested families, whose matrix is totally unimodular: where
    fractions keep the rules, so do their roundings (Cox, A constructive procedure for unbiased controlled rounding,
    J. Am. Stat. Assoc. 82, 1987).
    """
    near = _in_steps(amounts / step, limits=limits, step=step)
    start = step * (np.round(amounts / step).astype(np.int64) if near is None else near)
    return start if limits.keep(start) else _repaired(start, limits=limits, fair=amounts)


def _in_steps(amounts: Floats, *, limits: Limits, step: int) -> Ints | None:
    """Rounds to whole steps; limits that are no multiples of it are widened where nothing fits otherwise."""
    whole = np.round(amounts)
    under = np.where(np.abs(amounts - whole) <= SURE + 1e-13 * amounts, whole, np.floor(amounts)).astype(np.int64)
    remainder = np.clip(amounts - under, 0.0, 1.0)
    most = np.where(limits.most >= UNBOUNDED, UNBOUNDED, limits.most // step)
    inside = (-(-limits.least // step), most)
    outside = (limits.least // step, np.where(limits.most >= UNBOUNDED, UNBOUNDED, -(-limits.most // step)))
    fits = inside[0] <= inside[1]
    tight = (np.where(fits, inside[0], outside[0]), np.where(fits, inside[1], outside[1]))
    found = _rounded(under, remainder=remainder, limits=limits, ends=tight)
    return (
        found if found is not None or step == 1 else _rounded(under, remainder=remainder, limits=limits, ends=outside)
    )


def _rounded(under: Ints, *, remainder: Floats, limits: Limits, ends: tuple[Ints, Ints]) -> Ints | None:
    split = np.flatnonzero(remainder > SURE)
    sums = limits.sums[:, split]
    before = limits.sums @ under
    least, most = ends[0] - before, ends[1] - before
    room = np.diff(sums.indptr)
    if (least > room).any() or (most < 0).any():
        return None
    found = under.copy()
    if len(split):
        # A rule that every rounding keeps is no rule here; most are such.
        told = (least > 0) | (most < room)
        rows = optimize.LinearConstraint(sums[told].astype(np.float64), least[told], np.minimum(most, room)[told])
        more = _solved(1.0 - 2.0 * remainder[split], high=np.ones(len(split)), rows=rows)
        if more is None:
            return None
        found[split] += more
    return found


def _repaired(start: Ints, *, limits: Limits, fair: Floats) -> Ints | None:
    """Moves whole amounts by as few cents as possible until every rule is kept; larger ones rather than small ones."""
    before = limits.sums @ start
    both = sparse.hstack([limits.sums, -limits.sums], format="csr").astype(np.float64)
    most = np.where(limits.most >= UNBOUNDED, np.inf, (limits.most - before).astype(np.float64))
    rows = optimize.LinearConstraint(both, (limits.least - before).astype(np.float64), most)
    price = 1.0 + np.minimum(fair.mean() / np.maximum(fair, SURE), 8.0) / 16.0
    high = np.concatenate([np.full(len(start), np.inf), start.astype(np.float64)])
    more = _solved(np.concatenate([price, price]), high=high, rows=rows)
    if more is None:
        return None
    found: Ints = start + more[: len(start)] - more[len(start) :]
    return found if limits.keep(found) else None


def _solved(price: Floats, *, high: Floats, rows: optimize.LinearConstraint) -> Ints | None:
    """Finds the cheapest whole numbers; a corner of nested sums is whole, so that branching is left for others."""
    every = optimize.Bounds(np.zeros(len(price)), high)
    for whole in (0, 1):
        result = optimize.milp(price, integrality=np.full(len(price), whole), bounds=every, constraints=rows)
        if result.x is None:
            return None
        found = np.round(result.x)
        if np.abs(result.x - found).max(initial=0.0) < SURE:
            break
    return np.asarray(found, dtype=np.int64)


def spread(whole: Ints, *, fair: Floats, limits: Limits, step: int) -> Ints:
    """Hands whole amounts of groups down to their cells, by largest remainders.

    Parameters
    ----------
    whole : ndarray of int, shape (n_groups,)
        Amounts of the groups, in cents.
    fair : ndarray of float, shape (n_cells,)
        Fair amounts of the cells; all above 0.
    limits : Limits
        Which cells are in which group.
    step : int
        What each amount is a multiple of, in cents; what a group has beyond goes to its largest cell.

    Returns
    -------
    ndarray of int, shape (n_cells,)

    Examples
    --------
    >>> limits = Limits(sparse.csr_array((0, 1)), np.zeros(0), np.zeros(0), group=np.zeros(3, dtype=np.int64))
    >>> spread(np.array([1_050]), fair=np.array([1.0, 2.0, 1.0]), limits=limits, step=100)
    array([300, 550, 200])
    """
    steps = whole // step
    wished = fair / limits.add_up(fair)[limits.group] * steps[limits.group]
    under = np.floor(wished).astype(np.int64)
    handed = np.zeros(limits.size, dtype=np.int64)
    np.add.at(handed, limits.group, under)
    under += _place(wished - under, group=limits.group) < (steps - handed)[limits.group]
    first = _place(fair, group=limits.group) == 0
    return np.asarray(under * step + np.where(first, (whole - steps * step)[limits.group], 0), dtype=np.int64)


def _place(worth: Floats, *, group: Ints) -> Ints:
    """Ranks the cells of each group from the greatest worth on; equal ones in their order."""
    order = np.lexsort((-worth, group))
    size = np.bincount(group)
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
    return place
