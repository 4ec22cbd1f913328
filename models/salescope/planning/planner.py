"""The planner: from a company goal, or the wish for one, to targets of every node and period with their chances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.cascade import cascade
from salescope.planning.customer_split import CustomerSplit, reconciled
from salescope.planning.fair_share import fair_share
from salescope.planning.futures import Futures
from salescope.planning.goals import Goal, Growths, NewShare
from salescope.planning.grid import Floats, PlanGrid
from salescope.planning.rules import Rule
from salescope.planning.target_plan import TargetPlan

__all__ = ["TargetPlanner"]


@dataclass(frozen=True)
class TargetPlanner:
    """Recommends targets; arguments are stored as they come, and judged when a recommendation is asked for.

    Parameters
    ----------
    grid : PlanGrid
        Nodes and months.
    futures : Futures
        Joint paths of the plan's months.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency.
    fair : ndarray of float, shape (n_leaves, n_months), or None
        Fair shares that are known; else they are made of the four below.
    potential : ndarray of float, shape (n_leaves,), or None
        Achievable sales, as `Potential.achievable`; None for what the futures expect.
    season : ndarray of float, shape (n_months,) or (n_leaves, n_months), or None
        Weight of each month; None for that of what the futures expect.
    capacity : ndarray of float, shape (n_leaves,), or None
        Selling time at hand, as `Capacity.selling_time`; None for 1. Potential that comes of a leaf's own sales has it
        in it already.
    ramp_up : ndarray of float, shape (n_leaves, n_months), or None
        Productivity of newcomers, as `Capacity.ramp_up`; None for 1.
    new_share : NewShare or None
        How much of each leaf's sales is of new customers. With it a goal is split, and a leaf's fair share follows
        what new and existing customers are to bring each.
    rules : tuple of Rule
        Locks, overrides, bounds of growth, floors and caps; their amounts are in cents.
    step : int
        What each leaf's month is to be a multiple of, in cents.

    Examples
    --------
    >>> import pandas as pd
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01", "2027-02"])
    >>> rng = np.random.default_rng(0)
    >>> futures = Futures(grid=grid, paths=rng.normal(100.0, 10.0, size=(1_000, 2, 2)))
    >>> planner = TargetPlanner(grid, futures=futures, last=np.full((2, 2), 95.0), step=100)
    >>> plan = planner.recommend(Goal.growth(0.05))
    >>> plan.amount, round(plan.probability, 2)
    (399.0, 0.52)
    >>> plan.table()[["node", "period", "cents", "probability"]].iloc[[0, 4, 9]].round(1).to_numpy().tolist()
    [['all', '2027-01', 19900, 0.5], ['all', 'plan', 39900, 0.5], ['rep=1', 'plan', 20000, 0.5]]
    """

    grid: PlanGrid
    futures: Futures
    last: Floats
    fair: Floats | None = None
    potential: Floats | None = None
    season: Floats | None = None
    capacity: Floats | None = None
    ramp_up: Floats | None = None
    new_share: NewShare | None = None
    rules: tuple[Rule, ...] = ()
    step: int = 1

    def recommend(self, goal: Goal | None = None, *, growths: Growths | None = None) -> TargetPlan:
        """Hands a goal down to every leaf and month, and counts the chances of what came of it.

        Parameters
        ----------
        goal : Goal or None
            An amount, a growth rate or a probability; None if `growths` make the goal.
        growths : Growths or None
            Growth of new and of existing customers. One of them is kept, and two are moved least to meet the goal.

        Returns
        -------
        TargetPlan
            The goal in all three ways, the split, and every node and period. A goal as a probability is the amount
            that is reached so often, rounded down to the cent.

        Raises
        ------
        ClashingRulesError
            If no targets keep every rule: with the smallest set that contradicts each other, and what would do.
        MisalignedError
            If shapes do not fit, or there is neither a goal nor a growth rate.
        OutOfRangeError
            If the goal cannot be meant: growth of nothing, an amount under 0, or rates that leave no room.
        """
        self._check()
        wanted = None if goal is None else self._amount(goal)
        split = self._split(wanted, growths=growths)
        if wanted is None:
            if split is None or growths is None or growths == Growths():
                raise MisalignedError("goal", found="neither a goal nor a growth rate", accepted="one of them")
            wanted = split.new + split.existing
        cents = round(wanted * 100.0) if goal is None or goal.kind != "probability" else int(np.floor(wanted * 100.0))
        made = cascade(self._shares(split), grid=self.grid, goal=cents, rules=self.rules, step=self.step)
        chosen = Goal.amount(cents / 100.0) if goal is None else goal
        return TargetPlan(cascade=made, futures=self.futures, last=self.last, goal=chosen, split=split)

    def _check(self) -> None:
        shapes = {"last": self.last.shape, "futures": self.futures.paths.shape[1:]}
        if self.fair is not None:
            shapes["fair"] = self.fair.shape
        for name, found in shapes.items():
            if found != self.grid.shape:
                raise MisalignedError(name, found=f"shape {found}", accepted=f"leaves by months, {self.grid.shape}")
        if not np.isfinite(self.last).all():
            wrong = float(self.last[~np.isfinite(self.last)][0])
            raise OutOfRangeError(wrong, name="last", where="TargetPlanner", least="finite")
        if self.new_share is not None and len(self.new_share.last) != self.grid.shape[0]:
            shares = f"shares of {len(self.new_share.last)}"
            raise MisalignedError("new_share", found=shares, accepted=f"one for {self.grid.shape[0]} leaves")

    def _amount(self, goal: Goal) -> float:
        if goal.kind == "amount":
            return goal.value
        if goal.kind == "growth":
            before = float(self.last.sum())
            if not before > 0.0:
                raise OutOfRangeError(before, name="last", where="a goal of growth", least="above 0")
            return before * (1.0 + goal.value)
        amount = self.futures.amount_at(goal.value)
        if amount < 0.0:
            raise OutOfRangeError(amount, name="amount", where=f"a goal reached with {goal.value:.0%}", least=0)
        return amount

    def _split(self, total: float | None, *, growths: Growths | None) -> CustomerSplit | None:
        if self.new_share is None:
            if growths is not None and growths != Growths():
                accepted = "shares of new customers (new_share) to split the goal by"
                raise MisalignedError("growths", found="none", accepted=accepted)
            return None
        sold, ahead = self.last.sum(axis=1), self.futures.paths.mean(axis=0).sum(axis=1)
        shares = (self.new_share.last, sold), (self.new_share.ahead, ahead)
        last, expected = ((float(share @ amounts), float((1.0 - share) @ amounts)) for share, amounts in shares)
        return reconciled(growths or Growths(), total=total, last=last, expected=expected)

    def _shares(self, split: CustomerSplit | None) -> Floats:
        fair = self._fair()
        if split is None or self.new_share is None:
            return fair
        bearing = np.zeros(fair.shape)
        share = self.new_share.ahead[:, None]
        for name, part, amount in (
            ("new", fair * share, split.new),
            ("existing", fair * (1.0 - share), split.existing),
        ):
            if amount > 0.0 and not part.sum() > 0.0:
                raise OutOfRangeError(
                    amount, name=name, where="the goal", least="0, and no more: no leaf has a share of them"
                )
            bearing += part * (amount / part.sum()) if amount > 0.0 else 0.0
        return bearing if bearing.sum() > 0.0 else fair

    def _fair(self) -> Floats:
        if self.fair is not None:
            return self.fair
        expected = np.maximum(self.futures.paths.mean(axis=0), 0.0)
        return fair_share(
            expected.sum(axis=1) if self.potential is None else self.potential,
            season=expected if self.season is None else self.season,
            capacity=self.capacity,
            ramp_up=self.ramp_up,
        )
