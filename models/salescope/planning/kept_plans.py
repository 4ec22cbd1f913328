"""What is kept of a plan: plain values with its grid and its chances, so that it can be told without any futures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import pandas as pd

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning.attainment import attainment
from salescope.planning.cascade import Cascade
from salescope.planning.futures import Futures
from salescope.planning.grid import WHOLE, Floats, PlanGrid
from salescope.planning.rules import UNBOUNDED, Rule
from salescope.planning.target_plan import TargetPlan

__all__ = ["kept_grid", "kept_plan", "kept_rows", "level_nodes", "plan_of_kept"]


def kept_plan(
    plan: TargetPlan, *, keys: Mapping[str, Sequence[str]], base: Literal["fair", "targets"] = "fair"
) -> dict[str, Any]:
    """Writes what is kept of a plan.

    Parameters
    ----------
    plan : TargetPlan
        Targets, judged by its futures.
    keys : mapping of str to sequence of str, each of shape (n_leaves,)
        Attributes of the leaves, from the coarsest to the finest, as `PlanGrid.of` took them.
    base : {"fair", "targets"}
        What a later change starts from: fair shares, or the targets as they are, as after a re-plan.

    Returns
    -------
    dict
        ``levels``, ``keys``, ``months``, ``goal``, ``amount``, ``growth``, ``probability``, ``split``, ``base``,
        ``step``, ``rules``, ``cents``, ``fair`` and ``last`` (leaves by months) and ``chances`` (nodes by periods).
    """
    made = plan.cascade
    return {
        "levels": list(keys),
        "keys": {level: list(values) for level, values in keys.items()},
        "months": list(made.grid.months),
        "goal": asdict(plan.goal),
        "amount": plan.amount,
        "growth": plan.growth,
        "probability": plan.probability,
        "split": None if plan.split is None else plan.split.as_dict(),
        "base": base,
        "step": made.step,
        "rules": [asdict(rule) | {"most": None if rule.most == UNBOUNDED else rule.most} for rule in made.rules],
        "cents": made.cents.tolist(),
        "fair": made.fair.round(2).tolist(),
        "last": plan.last.round(2).tolist(),
        "chances": attainment(plan.futures, cents=made.cents).round(4).tolist(),
    }


def kept_grid(kept: Mapping[str, Any]) -> PlanGrid:
    """Makes the grid of what is kept.

    Parameters
    ----------
    kept : mapping
        With ``levels``, ``keys`` and ``months``.

    Returns
    -------
    PlanGrid
    """
    keys = pd.DataFrame({level: kept["keys"][level] for level in kept["levels"]})
    return PlanGrid.of(keys, months=kept["months"], levels=kept["levels"])


def plan_of_kept(kept: Mapping[str, Any], *, futures: Futures, last: Floats) -> TargetPlan:
    """Makes a plan again of what is kept, judged by other futures.

    Parameters
    ----------
    kept : mapping
        From `kept_plan`.
    futures : Futures
        Joint paths, as of now.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency.

    Returns
    -------
    TargetPlan

    Raises
    ------
    MisalignedError
        If the futures are of other leaves or months.
    """
    grid = kept_grid(kept)
    leaves_alike = grid.sums.shape == futures.grid.sums.shape and not (grid.sums != futures.grid.sums).nnz
    if (grid.nodes, grid.months) != (futures.grid.nodes, futures.grid.months) or not leaves_alike:
        raise MisalignedError("futures", found="other leaves or months", accepted="those of the plan")
    return TargetPlan.from_dict(kept, futures=futures, last=last)


def kept_rows(kept: Mapping[str, Any], *, nodes: Sequence[str] = (), periods: Sequence[str] = ()) -> pd.DataFrame:
    """Tells targets, with the chances of when they were made.

    Parameters
    ----------
    kept : mapping
        From `kept_plan`.
    nodes : sequence of str
        Only these; all where there is none.
    periods : sequence of str
        Only these; all where there is none.

    Returns
    -------
    DataFrame, shape (n_rows, 9)
        As `TargetPlan.table`, ``cents``, ``fair_cents``, ``moved``, ``reason``, ``last_cents``, ``growth`` and
        ``probability`` after ``node`` and ``period``.

    Raises
    ------
    UnknownNameError
        If there is no such node or period.
    """
    grid = kept_grid(kept)
    for node, period in [*((node, WHOLE) for node in nodes), *((grid.nodes[0], period) for period in periods)]:
        grid.cells(node, period)
    rules = [Rule(**{**rule, "most": UNBOUNDED if rule["most"] is None else rule["most"]}) for rule in kept["rules"]]
    cents = np.array(kept["cents"], dtype=np.int64).reshape(grid.shape)
    fair, last = (np.array(kept[name], dtype=np.float64).reshape(grid.shape) for name in ("fair", "last"))
    frame = Cascade(grid=grid, cents=cents, fair=fair, rules=tuple(rules), step=kept["step"]).table()
    sold = np.asarray(grid.sums @ last, dtype=np.float64)
    before = np.column_stack([sold[:, months].sum(axis=1) for months in grid.periods.values()]).ravel() * 100.0
    frame["last_cents"] = np.rint(before).astype(np.int64)
    frame["growth"] = np.divide(frame["cents"], before, out=np.full(len(frame), np.nan), where=before > 0.0) - 1.0
    frame["probability"] = np.array(kept["chances"], dtype=np.float64).ravel()
    wanted = np.ones(len(frame), dtype=bool)
    for name, names in (("node", nodes), ("period", periods)):
        if names:
            wanted &= frame[name].isin(list(names)).to_numpy()
    return frame[wanted].reset_index(drop=True)


def level_nodes(grid: PlanGrid, level: str, *, levels: Sequence[str]) -> tuple[str, ...]:
    """Lists the nodes of a level.

    Parameters
    ----------
    grid : PlanGrid
        As `PlanGrid.of` made it.
    level : str
        The level, as ``region``.
    levels : sequence of str
        Every level, from the coarsest to the finest.

    Returns
    -------
    tuple of str

    Raises
    ------
    UnknownNameError
        If there is no such level.

    Examples
    --------
    >>> keys = pd.DataFrame({"region": ["North", "North", "South"], "rep": ["1", "2", "3"]})
    >>> grid = PlanGrid.of(keys, months=["2027-01"])
    >>> level_nodes(grid, "region", levels=["region", "rep"])
    ('region=North', 'region=South')
    """
    if level not in levels:
        raise UnknownNameError(level, what="level", where="a plan", accepted=list(levels))
    depth = list(levels).index(level) + 1
    # Nodes stand level by level, and every leaf is in one node of each: a level ends where all leaves are counted.
    counted = np.diff(grid.sums.indptr).cumsum() // grid.shape[0]
    first, after = np.searchsorted(counted, [depth, depth + 1]) + 1
    if after > len(grid.nodes):
        raise OutOfRangeError(depth, name="levels", where="level_nodes", least="that many levels in the grid")
    return grid.nodes[first:after]
