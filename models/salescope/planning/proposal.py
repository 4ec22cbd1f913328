"""A proposal of other targets: old and new side by side, with their chances as of now and the reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from salescope.frames.errors import listed
from salescope.planning.attainment import attainment
from salescope.planning.grid import Floats, Ints
from salescope.planning.target_plan import TargetPlan, plain
from salescope.planning.triggers import Trigger

__all__ = ["Replan"]


@dataclass(frozen=True, kw_only=True)
class Replan:
    """Holds a proposal: old and new targets, the chances of both as of now, and why.

    Parameters
    ----------
    status : {"proposed", "unchanged"}
        Whether any target would move; a person approves.
    triggers : tuple of Trigger
        What set it off.
    old, new : TargetPlan
        Both with the futures as of now, so that their chances compare. `new` is what would be stored.
    goal_in_band : int
        The greatest company goal whose chance is inside its band, in cents; the goal itself where it is.
    outside : tuple of str
        Nodes that are watched, and whose chance stays outside of the band all the same.
    """

    status: Literal["proposed", "unchanged"]
    triggers: tuple[Trigger, ...]
    old: TargetPlan
    new: TargetPlan
    goal_in_band: int
    outside: tuple[str, ...]

    @property
    def moved_cents(self) -> int:
        """Is the sum of absolute moves over leaves and months, in cents."""
        return int(np.abs(self.new.cascade.cents - self.old.cascade.cents).sum())

    @property
    def goal_cost(self) -> int:
        """Is what the company goal is lowered by, in cents."""
        return int(self.old.cascade.cents.sum() - self.new.cascade.cents.sum())

    def table(self) -> pd.DataFrame:
        """Writes old and new side by side.

        Returns
        -------
        DataFrame, shape (n_nodes * n_periods, 8)
            ``node``, ``period``, ``old_cents``, ``new_cents``, ``change_cents``, ``old_probability`` and
            ``new_probability`` (both as of now) and ``reason`` ("" where nothing moves).
        """
        grid = self.new.futures.grid
        index = pd.MultiIndex.from_product([grid.nodes, list(grid.periods)], names=["node", "period"])
        columns: dict[str, Ints | Floats] = {}
        for name, plan in (("old", self.old), ("new", self.new)):
            sums = grid.add_up(plan.cascade.cents)
            cents = [sums[:, months].sum(axis=1) for months in grid.periods.values()]
            columns[f"{name}_cents"] = np.column_stack(cents).ravel()
            columns[f"{name}_probability"] = attainment(plan.futures, cents=plan.cascade.cents).ravel()
        change = columns["new_cents"] - columns["old_cents"]
        moved = (self.new.cascade.cents != self.old.cascade.cents).astype(np.int64)
        touched = grid.add_up(moved)
        inside = np.column_stack([touched[:, months].sum(axis=1) for months in grid.periods.values()]).ravel() > 0
        why = np.repeat(self._reasons(), len(grid.periods))
        frame = pd.DataFrame({**columns, "change_cents": change}, index=index)
        frame["reason"] = np.where(inside, why, "")
        names = ["old_cents", "new_cents", "change_cents", "old_probability", "new_probability", "reason"]
        return frame[names].reset_index()

    def _reasons(self) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        """Gives every node its own trigger's reason, else those of triggers that it shares leaves with, else of all."""
        grid = self.new.futures.grid
        row_of = {node: row for row, node in enumerate(grid.nodes)}
        own: dict[str, str] = {}
        for trigger in self.triggers:
            own[trigger.node] = "; ".join(filter(None, [own.get(trigger.node, ""), trigger.reason]))
        rows = [row_of[node] for node in own]
        together = (grid.sums[rows] @ grid.sums.T).toarray() > 0 if rows else np.zeros((0, len(grid.nodes)), dtype=bool)
        names = list(own)
        found = np.empty(len(grid.nodes), dtype=object)
        for row, node in enumerate(grid.nodes):
            near = [name for name, with_it in zip(names, together[:, row], strict=True) if with_it]
            found[row] = own.get(node) or (f"moves with {listed(near)}" if near else f"makes up for {listed(names)}")
        return found

    def as_dict(self) -> dict[str, Any]:
        """Writes plain values for a person to judge and for the store to keep.

        Returns
        -------
        dict
            ``status``, ``triggers`` (list), ``goal`` (``before``, ``after``, ``cost``, ``in_band`` in cents, with
            ``probability_before`` and ``probability_after``), ``moved_cents``, ``outside`` (list of nodes), ``changes``
            (rows of the table that move) and ``plan`` (`TargetPlan.as_dict` of the new one).
        """
        table = self.table()
        goal = {
            "before": int(self.old.cascade.cents.sum()),
            "after": int(self.new.cascade.cents.sum()),
            "cost": self.goal_cost,
            "in_band": self.goal_in_band,
            "probability_before": self.old.probability,
            "probability_after": self.new.probability,
        }
        return {
            "status": self.status,
            "triggers": [asdict(trigger) for trigger in self.triggers],
            "goal": goal,
            "moved_cents": self.moved_cents,
            "outside": list(self.outside),
            "changes": plain(table[table["reason"] != ""]),
            "plan": self.new.as_dict(),
        }
