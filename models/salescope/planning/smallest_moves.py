"""The smallest change of targets that rules and bands of chance ask for: a linear program over groups of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from salescope.planning.grid import Floats, Ints
from salescope.planning.limits import Limits
from salescope.planning.rules import UNBOUNDED
from salescope.planning.whole_amounts import spread

__all__ = ["Moves", "smallest_moves"]

# A cent outside a band weighs as much as any chain of moves that could bring it in; ties weigh less than one move.
OUTSIDE, TIE = 1_000.0, 1e-4
SURE = 1e-6


@dataclass(frozen=True)
class Moves:
    """Holds what may be moved.

    Parameters
    ----------
    cents : ndarray of int, shape (n_cells,)
        Targets as they are.
    limits : Limits
        Sums that must be kept, and after them sums that should be.
    musts : int
        How many of the limits must be kept.
    closed : ndarray of bool, shape (n_groups,)
        Groups that never move.
    chance : ndarray of float, shape (n_groups,)
        Attainment probability; of equal moves those are made that raise what is likely and lower what is not.
    """

    cents: Ints
    limits: Limits
    musts: int
    closed: np.ndarray[tuple[int], np.dtype[np.bool_]]
    chance: Floats


def smallest_moves(moves: Moves, *, step: int) -> Ints | None:
    """Moves targets by the fewest cents, of all ways that leave the least outside of what should be kept.

    Parameters
    ----------
    moves : Moves
        Targets and limits.
    step : int
        Every move is a multiple of it, in cents.

    Returns
    -------
    ndarray of int, shape (n_cells,), or None
        Targets after the moves. None if no moves of whole steps keep what must be kept.

    Notes
    -----
    Minimises the sum of absolute moves, for which few targets move (a corner of the polytope); a sum of squares would
    move every one a little. Nested sums have whole corners, so that branching is left for other trees.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.planning.grid import PlanGrid
    >>> from salescope.planning.limits import limits_of
    >>> from salescope.planning.rules import Rule
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2", "3"]}), months=["2027-01"])
    >>> rules = [Rule.goal(300), Rule.cap("rep=1", cents=80), Rule.cap("rep=2", cents=115)]
    >>> limits = limits_of(rules, grid=grid, apart=np.arange(3))
    >>> closed, chance = np.zeros(3, dtype=bool), np.array([0.1, 0.5, 0.9])
    >>> moves = Moves(np.array([100, 100, 100]), limits=limits, musts=1, closed=closed, chance=chance)
    >>> smallest_moves(moves, step=1).tolist()
    [80, 100, 120]
    """
    limits = moves.limits
    steps = np.where(moves.closed[limits.group], 0, moves.cents // step)
    room = np.bincount(limits.group, weights=steps, minlength=limits.size)
    rows = _rows(moves, step=step)
    outside = 2 * (len(limits.least) - moves.musts)
    price = np.concatenate([1.0 + TIE * (1.0 - moves.chance), 1.0 + TIE * moves.chance, np.full(outside, OUTSIDE)])
    high = np.concatenate([np.where(moves.closed, 0.0, np.inf), room, np.full(outside, np.inf)])
    found = _solved(price, high=high, rows=rows)
    if found is None:
        return None
    up, down = found[: limits.size], found[limits.size : 2 * limits.size]
    more = np.where(moves.cents > 0, moves.cents, SURE).astype(np.float64)
    less = np.where(steps > 0, steps, SURE).astype(np.float64)
    raised = spread(up, fair=more, limits=limits, step=1)
    lowered = spread(down, fair=less, limits=limits, step=1)
    return np.asarray(moves.cents + step * (raised - lowered), dtype=np.int64)


def _rows(moves: Moves, *, step: int) -> optimize.LinearConstraint:
    """Writes the limits in steps from where targets are; what should be kept may be missed on either side."""
    limits = moves.limits
    before = limits.sums @ np.bincount(limits.group, weights=moves.cents, minlength=limits.size).astype(np.int64)
    least = -((before - limits.least) // step)
    most = np.where(limits.most >= UNBOUNDED, np.inf, (limits.most - before) // step)
    # A band that is narrower than a step is met as nearly as a step allows.
    most[moves.musts :] = np.maximum(most[moves.musts :], least[moves.musts :])
    sums = limits.sums.astype(np.float64)
    bands = len(limits.least) - moves.musts
    missed = sparse.vstack([sparse.csr_array((moves.musts, bands)), sparse.eye_array(bands)], format="csr")
    table = sparse.hstack([sums, -sums, missed, -missed], format="csr")
    return optimize.LinearConstraint(table, least.astype(np.float64), most)


def _solved(price: Floats, *, high: Floats, rows: optimize.LinearConstraint) -> Ints | None:
    every = optimize.Bounds(np.zeros(len(price)), high)
    for whole in (0, 1):
        result = optimize.milp(price, integrality=np.full(len(price), whole), bounds=every, constraints=rows)
        if result.x is None:
            return None
        found = np.round(result.x)
        if np.abs(result.x - found).max(initial=0.0) < SURE * max(1.0, float(found.max(initial=0.0)) * 1e-6):
            break
    return np.asarray(found, dtype=np.int64)
