"""Why no targets keep the rules: the smallest set of them that contradict each other, and what would do."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import optimize, sparse

from salescope.planning.errors import ClashingRulesError
from salescope.planning.grid import Floats, Ints, PlanGrid
from salescope.planning.limits import Limits, limits_of
from salescope.planning.rules import UNBOUNDED, Rule

__all__ = ["clash_of"]

# Amounts are whole, so that rules which cannot be kept miss by a cent at the least.
MISSED = 0.5
# What a whole amount may be off in a solver's floating point.
SLACK = 1e-4


def clash_of(rules: Sequence[Rule], *, grid: PlanGrid, near: Floats) -> ClashingRulesError:
    """Finds the smallest set of rules that cannot be kept together.

    Parameters
    ----------
    rules : sequence of Rule
        Rules that cannot all be kept.
    grid : PlanGrid
        Nodes and months.
    near : ndarray of float, shape (n_leaves, n_months)
        Amounts that come near to keeping them, in cents.

    Returns
    -------
    ClashingRulesError
        To be raised. Other sets may contradict each other too: rules of finer nodes and shorter periods are left
        out first.

    Notes
    -----
    The least sum of misses has a price for each rule; those that have one contradict each other (Farkas). Each is then
    left out if the others still do: Chinneck and Dravnieks, Locating minimal infeasible constraint sets in linear
    programs, ORSA Journal on Computing 3 (1991).

    Examples
    --------
    >>> import pandas as pd
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01"])
    >>> rules = [
    ...     Rule.goal(10_000),
    ...     Rule.floor("rep=1", cents=1_000),
    ...     *(Rule.cap(f"rep={rep}", cents=4_000) for rep in "12"),
    ... ]
    >>> [rule.kind for rule in clash_of(rules, grid=grid, near=np.full((2, 1), 4e3)).rules]
    ['goal', 'cap', 'cap']
    """
    everywhere = np.zeros(near.size, dtype=np.int64)
    cells = np.floor(near.ravel())
    kept, limits = list(rules), limits_of(rules, grid=grid, apart=everywhere)
    told = _shrunk(np.arange(len(kept)), limits=limits, base=limits.add_up(cells))
    if told is None:
        # Fractions of a cent would keep them: rare, and only where quarters of nodes above each other are bound.
        return ClashingRulesError(kept, nearest=[rule.least for rule in kept])
    kept = [kept[row] for row in told]
    limits = limits_of(kept, grid=grid, apart=everywhere)
    base = limits.add_up(cells)
    rows = _smallest(kept, grid=grid, limits=limits, base=base)
    nearest = [_nearest(row, others=rows[rows != row], limits=limits, base=base) for row in rows]
    return ClashingRulesError([kept[row] for row in rows], nearest=nearest)


def _smallest(rules: Sequence[Rule], *, grid: PlanGrid, limits: Limits, base: Floats) -> Ints:
    size = [len(grid.cells(rule.node, rule.period)) for rule in rules]
    rows = np.arange(len(rules))
    for row in np.argsort(size, kind="stable"):
        if row in rows:
            without = _shrunk(rows[rows != row], limits=limits, base=base)
            rows = rows if without is None else without
    return rows


def _shrunk(rows: Ints, *, limits: Limits, base: Floats) -> Ints | None:
    """Finds some of the rules that contradict each other already; None if all of them can be kept."""
    missed, priced = _misses(limits.only(rows), base=base)
    if missed < MISSED:
        return None
    fewer = rows[priced]
    return fewer if len(fewer) < len(rows) and _misses(limits.only(fewer), base=base)[0] > MISSED else rows


def _misses(limits: Limits, *, base: Floats) -> tuple[float, Ints]:
    """Finds the least sum of misses, and the rules that have a price in it."""
    count = len(limits.least)
    if not count:
        return 0.0, np.zeros(0, dtype=np.int64)
    sums, right = _sides(limits, base=base)
    alone = sparse.eye_array(count, format="csr")
    bounded = np.isfinite(right)
    table = sparse.hstack([sums, sparse.vstack([-alone, -alone])], format="csr")[bounded]
    price = np.concatenate([np.zeros(limits.size), np.ones(count)])
    low = np.concatenate([-base, np.zeros(count)])
    bounds = np.column_stack([low, np.full(len(low), np.inf)])
    result = optimize.linprog(price, A_ub=table, b_ub=right[bounded], bounds=bounds, method="highs")
    dual = np.zeros(2 * count)
    dual[bounded] = np.abs(result.ineqlin.marginals)
    return float(result.fun), np.flatnonzero(dual[:count] + dual[count:] > 1e-7)


def _sides(limits: Limits, *, base: Floats) -> tuple[sparse.csr_array, Floats]:
    """Writes the limits as sums that are at most so much, counted from `base`, where the numbers are small."""
    sums = limits.sums.astype(np.float64)
    # Both are whole numbers here: their difference is exact however large they are.
    before = limits.sums @ base.astype(np.int64)
    most = np.where(limits.most >= UNBOUNDED, np.inf, (limits.most - before).astype(np.float64))
    return sparse.vstack([sums, -sums], format="csr"), np.concatenate(
        [most, (before - limits.least).astype(np.float64)]
    )


def _nearest(row: int, *, others: Ints, limits: Limits, base: Floats) -> int:
    """Finds the amount nearest to a rule's that the other rules allow."""
    sums, right = _sides(limits.only(others), base=base)
    bounded = np.isfinite(right)
    speaks = limits.sums[[row]].toarray().ravel().astype(np.float64)
    bounds = np.column_stack([-base, np.full(len(base), np.inf)])
    before = int(speaks @ base)

    def end(sign: float) -> float:
        wanted = sign * speaks
        return float(
            sign * optimize.linprog(wanted, A_ub=sums[bounded], b_ub=right[bounded], bounds=bounds, method="highs").fun
        )

    least = before + math.ceil(end(1.0) - SLACK)
    # The others allow either too much or too little; where they allow too much there need not be a most.
    return least if least > limits.most[row] else before + math.floor(end(-1.0) + SLACK)
