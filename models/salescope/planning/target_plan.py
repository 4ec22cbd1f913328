"""A plan of targets: each with last year's sales, its growth, its probability, its fair share and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from salescope.planning.attainment import attainment
from salescope.planning.cascade import Cascade
from salescope.planning.customer_split import CustomerSplit
from salescope.planning.futures import Futures
from salescope.planning.goals import Goal, Growths
from salescope.planning.grid import Floats, PlanGrid
from salescope.planning.padding import padding
from salescope.planning.rules import UNBOUNDED, Rule

__all__ = ["TargetPlan", "plain"]


@dataclass(frozen=True, kw_only=True)
class TargetPlan:
    """Holds targets that add up to the cent, and the futures that they are judged by.

    Parameters
    ----------
    cascade : Cascade
        The targets.
    futures : Futures
        Joint paths of the same leaves and months.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency.
    goal : Goal
        The company goal as it was chosen.
    split : CustomerSplit or None
        What new and existing customers are to bring of it.
    """

    cascade: Cascade
    futures: Futures = field(repr=False)
    last: Floats = field(repr=False)
    goal: Goal
    split: CustomerSplit | None = None

    @property
    def amount(self) -> float:
        """Is the company goal as an amount, in the workspace's currency."""
        return self.cascade.at(self.futures.grid.nodes[0]) / 100.0

    @property
    def growth(self) -> float | None:
        """Is the company goal as a growth rate; None if nothing was sold last year."""
        before = float(self.last.sum())
        return self.amount / before - 1.0 if before > 0.0 else None

    @property
    def probability(self) -> float:
        """Is the probability that the company goal is reached."""
        sold = np.rint(self.futures.of(self.futures.grid.nodes[0]) * 100.0)
        return float((sold >= self.cascade.at(self.futures.grid.nodes[0])).mean())

    def padding(self) -> pd.DataFrame:
        """Says what other goals would mean, and what it costs if every leaf pads a target of its own.

        Returns
        -------
        DataFrame, shape (6, 8)
            As `salescope.planning.padding.padding`.
        """
        return padding(self.futures, last=self.last)

    def table(self) -> pd.DataFrame:
        """Writes every node and period.

        Returns
        -------
        DataFrame, shape (n_nodes * n_periods, 9)
            ``node``, ``period``, ``cents`` (int), ``last_cents`` (int), ``growth`` (proportion; NaN where nothing was
            sold), ``probability`` (0 to 1), ``fair_cents`` (float), ``moved`` (proportion of the fair amount) and
            ``reason``.
        """
        frame, grid = self.cascade.table(), self.futures.grid
        sold = np.asarray(grid.sums @ self.last, dtype=np.float64)
        before = np.column_stack([sold[:, months].sum(axis=1) for months in grid.periods.values()]).ravel() * 100.0
        growth = np.divide(frame["cents"], before, out=np.full(len(frame), np.nan), where=before > 0.0) - 1.0
        frame.insert(3, "last_cents", np.rint(before).astype(np.int64))
        frame.insert(4, "growth", growth)
        frame.insert(5, "probability", attainment(self.futures, cents=self.cascade.cents).ravel())
        return frame

    def as_dict(self) -> dict[str, Any]:
        """Writes plain values, from which `from_dict` makes the plan again with its grid and futures.

        Returns
        -------
        dict
            ``goal``, ``amount``, ``growth``, ``probability``, ``split``, ``padding`` (list of rows), ``months``,
            ``step``, ``rules``, ``cents`` and ``fair`` (leaves by months) and ``targets`` (the table's rows). Nothing
            is NaN, and an end that a rule does not have is None.
        """
        made = self.cascade
        return {
            "goal": asdict(self.goal),
            "amount": self.amount,
            "growth": self.growth,
            "probability": self.probability,
            "split": None if self.split is None else self.split.as_dict(),
            "padding": plain(self.padding()),
            "months": list(self.futures.grid.months),
            "step": made.step,
            "rules": [asdict(rule) | {"most": None if rule.most == UNBOUNDED else rule.most} for rule in made.rules],
            "cents": made.cents.tolist(),
            "fair": made.fair.tolist(),
            "targets": plain(self.table()),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, futures: Futures, last: Floats) -> TargetPlan:
        """Makes a plan again from what `as_dict` wrote.

        Parameters
        ----------
        values : mapping
            ``goal``, ``split``, ``step``, ``rules``, ``cents`` and ``fair`` are read; all else is counted anew.
        futures : Futures
            Joint paths; newer ones than the plan was made with give its chances as of today.
        last : ndarray of float, shape (n_leaves, n_months)
            What was sold in the same months a year before.

        Returns
        -------
        TargetPlan
        """
        grid: PlanGrid = futures.grid
        rules = [
            Rule(**{**rule, "most": UNBOUNDED if rule["most"] is None else rule["most"]}) for rule in values["rules"]
        ]
        made = Cascade(
            grid=grid,
            cents=np.array(values["cents"], dtype=np.int64).reshape(grid.shape),
            fair=np.array(values["fair"], dtype=np.float64).reshape(grid.shape),
            rules=tuple(rules),
            step=int(values["step"]),
        )
        return cls(
            cascade=made, futures=futures, last=last, goal=Goal(**values["goal"]), split=_split_of(values.get("split"))
        )


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Writes the rows of a frame with plain values.

    Parameters
    ----------
    frame : DataFrame
        Any.

    Returns
    -------
    list of dict
        NaN is None.
    """
    columns = {
        str(name): [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 - NaN alone differs
        for name, column in frame.items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _split_of(values: Mapping[str, Any] | None) -> CustomerSplit | None:
    if values is None:
        return None
    amounts = {name: float(values[name]) for name in ("new", "existing", "new_last", "existing_last")}
    return CustomerSplit(wished=Growths(**values["wished"]), **amounts)
