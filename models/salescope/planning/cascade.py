"""The cascade: a goal handed down to every leaf and month, as near to the fair shares as the rules allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.clashes import clash_of
from salescope.planning.grid import WHOLE, Floats, Ints, PlanGrid
from salescope.planning.least_moves import least_moves
from salescope.planning.limits import limits_of
from salescope.planning.rules import Rule
from salescope.planning.whole_amounts import spread, whole_amounts

__all__ = ["Cascade", "cascade"]


@dataclass(frozen=True)
class Cascade:
    """Holds targets that add up to the cent.

    Parameters
    ----------
    grid : PlanGrid
        Nodes and months.
    cents : ndarray of int, shape (n_leaves, n_months)
        Targets of the leaves, in cents. Every other target is a sum of them.
    fair : ndarray of float, shape (n_leaves, n_months)
        What they would be without rules, in cents; adds up to the goal.
    rules : tuple of Rule
        What they keep to, the goal first.
    step : int
        What each was to be a multiple of, in cents.
    """

    grid: PlanGrid
    cents: Ints
    fair: Floats
    rules: tuple[Rule, ...]
    step: int

    def at(self, node: str, period: str = WHOLE) -> int:
        """Looks a target up.

        Parameters
        ----------
        node, period : str
            As in a `Rule`.

        Returns
        -------
        int
            In cents.

        Raises
        ------
        UnknownNameError
            If there is no such node or period.
        """
        return int(self.cents.ravel()[self.grid.cells(node, period)].sum())

    @property
    def off_step(self) -> int:
        """Is the number of leaves and months that are no multiple of the step, because of a lock or the goal."""
        return int(np.count_nonzero(self.cents % self.step))

    def table(self) -> pd.DataFrame:
        """Writes the targets of every node and period.

        Returns
        -------
        DataFrame, shape (n_nodes * n_periods, 6)
            ``node``, ``period``, ``cents`` (int), ``fair_cents`` (float), ``moved`` (proportion of the fair amount, NaN
            where that is nothing) and ``reason`` (kinds of the rules for it, with their reasons).
        """
        periods = self.grid.periods
        cents, fair = self.grid.add_up(self.cents), np.asarray(self.grid.sums @ self.fair, dtype=np.float64)
        targets = np.column_stack([cents[:, months].sum(axis=1) for months in periods.values()]).ravel()
        shares = np.column_stack([fair[:, months].sum(axis=1) for months in periods.values()]).ravel()
        index = pd.MultiIndex.from_product([self.grid.nodes, list(periods)], names=["node", "period"])
        why: dict[tuple[str, str], list[str]] = {}
        for rule in self.rules:
            why.setdefault((rule.node, rule.period), []).append(f"{rule.kind}: {rule.reason}".rstrip(": "))
        moved = np.divide(targets, shares, out=np.full(len(shares), np.nan), where=shares > 0.0) - 1.0
        frame = pd.DataFrame({"cents": targets, "fair_cents": shares, "moved": moved}, index=index)
        frame["reason"] = ["; ".join(why.get(place, [])) for place in index]
        return frame.reset_index()


def cascade(fair: Floats, *, grid: PlanGrid, goal: int, rules: Sequence[Rule] = (), step: int = 1) -> Cascade:
    """Hands a goal down to every leaf and month.

    Parameters
    ----------
    fair : ndarray of float, shape (n_leaves, n_months)
        Fair shares, as `fair_share` makes them; only proportions count.
    grid : PlanGrid
        Nodes and months.
    goal : int
        The amount of ``all`` in the whole ``plan``, in cents.
    rules : sequence of Rule
        Locks, overrides, bounds of growth, floors and caps, of any node in any period.
    step : int
        What the target of each leaf and month is to be a multiple of, in cents.

    Returns
    -------
    Cascade
        Targets that keep every rule and add up to the cent at every node and period. Squared moves over the fair
        amounts are least: what is moved by one rule is moved by one percentage.

    Raises
    ------
    ClashingRulesError
        If no targets keep every rule: with the smallest set of rules that contradict each other, and what would do.
    MisalignedError
        If `fair` is not one row a leaf and one column a month.
    OutOfRangeError
        If a share is negative or not finite, all are 0, the goal is negative, or the step under 1.
    UnknownNameError
        If a rule names no node or period of the grid.

    Examples
    --------
    >>> keys = pd.DataFrame({"region": ["North", "North", "South"], "rep": ["1", "2", "3"]})
    >>> grid = PlanGrid.of(keys, months=["2027-01", "2027-02"])
    >>> rules = [Rule.override("region=North/rep=1", cents=30_000, reason="parental leave")]
    >>> made = cascade(np.ones((3, 2)), grid=grid, goal=150_000, rules=rules)
    >>> made.cents.tolist()
    [[15000, 15000], [30000, 30000], [30000, 30000]]
    >>> made.at("region=North"), made.at("all", "2027-01")
    (90000, 75000)

    Wishes that contradict each other are named, with what would do.

    >>> cascade(np.ones((3, 2)), grid=grid, goal=150_000, rules=[Rule.floor("region=South", cents=160_000)])
    Traceback (most recent call last):
        ...
    salescope.planning.errors.ClashingRulesError: No targets keep these 2 rules together: goal of 'all' in 'plan'
    (1,500.00); floor of 'region=South' in 'plan' (at least 1,600.00). Change one of them: to 1,600.00 the goal of 'all'
    in 'plan'; to 1,500.00 the floor of 'region=South' in 'plan'.
    """
    _check(fair, grid=grid, step=step)
    every = (Rule.goal(goal), *rules)
    shares = np.asarray(fair * (goal / fair.sum()), dtype=np.float64)
    # What has no share gets nothing unless a rule wants it: all of it together is less than half a cent.
    wished = np.maximum(fair * (max(goal, 1) / fair.sum()), 0.25 / fair.size).ravel()
    limits = limits_of(every, grid=grid, apart=(fair.ravel() > 0.0).astype(np.int64))
    fair_groups = limits.add_up(wished)
    amounts = least_moves(fair_groups, limits=limits)
    whole = whole_amounts(amounts, limits=limits, step=step)
    if whole is None:
        near = wished * (amounts / fair_groups)[limits.group]
        raise clash_of(every, grid=grid, near=near.reshape(fair.shape))
    cents = spread(whole, fair=wished, limits=limits, step=step).reshape(fair.shape)
    return Cascade(grid=grid, cents=cents, fair=shares, rules=every, step=step)


def _check(fair: Floats, *, grid: PlanGrid, step: int) -> None:
    if fair.shape != grid.shape:
        raise MisalignedError("fair", found=f"shape {fair.shape}", accepted=f"leaves by months, {grid.shape}")
    if not (np.isfinite(fair).all() and (fair >= 0.0).all()):
        raise OutOfRangeError(
            float(fair[~(np.isfinite(fair) & (fair >= 0.0))][0]), name="fair", where="cascade", least="0, and finite"
        )
    if not fair.sum() > 0.0:
        raise OutOfRangeError(0.0, name="fair", where="cascade", least="one share above 0")
    if step < 1:
        raise OutOfRangeError(step, name="step", where="cascade", least=1)
