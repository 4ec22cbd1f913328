"""Targets of a workspace: recommended from a goal, and judged as they are agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from salescope.batch.plan_facts import PlanFacts
from salescope.planning import (
    WHOLE,
    Attained,
    FairnessReport,
    Goal,
    Rule,
    TargetPlan,
    TargetPlanner,
    fairness,
    run_rate,
    seniority_bands,
)

__all__ = ["PLAN_COLUMNS", "chances", "plan_fairness", "plan_sheet", "recommended_plan", "target_rows"]

ASKED = ("node", "period", "cents")
LOW, HIGH = 0.1, 0.9
PLAN_COLUMNS = ("node", "period", "target", "last_year", "growth", "chance", "fair", "moved", "reason")
"""The columns of a plan in a spreadsheet; `salescope.batch.agreed_targets` reads the first three and the last."""


def recommended_plan(facts: PlanFacts, goal: Goal, *, rules: Sequence[Rule] = (), step: int = 1) -> TargetPlan:
    """Hands a goal down to every leaf and month of a workspace.

    Parameters
    ----------
    facts : PlanFacts
        What it is recommended by.
    goal : Goal
        An amount, a growth rate or a probability.
    rules : sequence of Rule, default ()
        Locks, overrides, bounds of growth, floors and caps.
    step : int, default 1
        What the target of each leaf and month is to be a multiple of, in cents.

    Returns
    -------
    TargetPlan

    Raises
    ------
    ClashingRulesError
        If no targets keep every rule.
    OutOfRangeError
        If the goal cannot be meant.
    """
    planner = TargetPlanner(
        facts.futures.grid, futures=facts.futures, last=facts.last, fair=facts.fair, rules=tuple(rules), step=step
    )
    return planner.recommend(goal)


def chances(facts: PlanFacts, targets: pd.DataFrame) -> pd.DataFrame:
    """Counts how likely targets are, as of what is known now.

    Parameters
    ----------
    facts : PlanFacts
        Has the joint futures.
    targets : DataFrame, shape (n_targets, 3)
        ``node``, ``period`` and ``cents``.

    Returns
    -------
    DataFrame, shape (n_targets, 9)
        Beside them ``sold`` (in the months that are over), ``expected``, ``low`` and ``high`` (80 % of the futures lie
        between), ``run_rate`` (what the growth until now makes of last year; NaN but for the whole plan with closed
        months), all in the workspace's currency, and ``probability``, 0 to 1.

    Raises
    ------
    UnknownNameError
        If there is no such node or period.

    Examples
    --------
    >>> keys = pd.DataFrame({"rep": ["1", "2"]})
    >>> from salescope.planning import Futures, PlanGrid
    >>> grid = PlanGrid.of(keys, months=["2027-01"])
    >>> paths = np.array([[[1.0], [3.0]], [[2.0], [1.0]]])
    >>> nothing = np.zeros((2, 1))
    >>> facts = PlanFacts(
    ...     futures=Futures(grid=grid, paths=paths),
    ...     keys=keys,
    ...     last=nothing,
    ...     fair=nothing,
    ...     past=nothing,
    ...     potential=nothing[:, 0],
    ...     as_of=pd.Timestamp("2027-01-01"),
    ... )
    >>> float(chances(facts, pd.DataFrame({"node": ["all"], "period": ["plan"], "cents": [350]}))["probability"][0])
    0.5
    """
    futures, projected = facts.futures, run_rate(facts.futures, last=facts.last)
    rate_of = dict(zip(futures.grid.nodes, projected.tolist(), strict=True))
    whole = len(futures.grid.months)
    rows: list[dict[str, Any]] = []
    for node, period, cents in zip(targets["node"], targets["period"], targets["cents"], strict=True):
        sold = futures.of(node, period)
        cells = futures.grid.cells(node, period)
        over = cells[cells % whole < futures.closed]
        low, high = np.quantile(sold, (LOW, HIGH))
        is_whole = len(np.unique(cells % whole)) == whole and futures.closed
        rows.append(
            {
                "node": node,
                "period": period,
                "cents": int(cents),
                "sold": float(futures.paths[0].ravel()[over].sum()),
                "expected": float(sold.mean()),
                "low": float(low),
                "high": float(high),
                "run_rate": rate_of[node] if is_whole else np.nan,
                "probability": float((np.rint(sold * 100.0) >= cents).mean()),
            }
        )
    names = ["node", "period", "cents", "sold", "expected", "low", "high", "run_rate", "probability"]
    return pd.DataFrame(rows, columns=names)


def plan_fairness(plan: TargetPlan, facts: PlanFacts) -> FairnessReport:
    """Says whether the targets of leaves are as likely for everyone.

    Parameters
    ----------
    plan : TargetPlan
        Whose targets.
    facts : PlanFacts
        Has the leaves' past growth, potential and groups.

    Returns
    -------
    FairnessReport
        Of chances of the whole plan, by every level above the leaves, and by the seniority of representatives.
    """
    grid = facts.futures.grid
    found = chances(
        facts, pd.DataFrame([(leaf, WHOLE, plan.cascade.at(leaf)) for leaf in facts.leaves], columns=list(ASKED))
    )
    growth = np.full(grid.shape[0], np.nan)
    if facts.past.shape[1] > 1:
        before = facts.past[:, -2]
        np.divide(facts.past[:, -1], before, out=growth, where=np.nan_to_num(before) > 0.0)
    groups = {level: facts.keys[level].to_numpy(dtype=str) for level in facts.levels[:-1]}
    if facts.seniority is not None and len(set(bands := seniority_bands(facts.seniority).tolist())) > 1:
        groups.setdefault("seniority", np.asarray(bands, dtype=str))
    known = np.isfinite(facts.potential).any()
    attained = Attained(
        attainment=found["probability"].to_numpy(dtype=np.float64),
        growth=growth - 1.0 if np.isfinite(growth).any() else None,
        potential=facts.potential if known else None,
        groups=groups,
        probability=True,
    )
    return fairness(attained)


def plan_sheet(plan: TargetPlan) -> pd.DataFrame:
    """Writes a plan as people read it in a spreadsheet.

    Parameters
    ----------
    plan : TargetPlan
        Any.

    Returns
    -------
    DataFrame, shape (n_nodes * n_periods, 9)
        `PLAN_COLUMNS`: amounts in the workspace's currency, growth and chance as proportions.
    """
    table = plan.table()
    money = {"target": "cents", "last_year": "last_cents", "fair": "fair_cents"}
    told = {name: (table[column] / 100.0).round(2) for name, column in money.items()}
    return table.rename(columns={"probability": "chance"}).assign(**told)[list(PLAN_COLUMNS)]


def target_rows(plan: TargetPlan) -> pd.DataFrame:
    """Writes the targets of a plan as the table that a workspace keeps.

    Parameters
    ----------
    plan : TargetPlan
        Any.

    Returns
    -------
    DataFrame, shape (n_nodes * n_months, 3)
        ``period`` (the first day of the month), ``node`` and ``amount``, in the workspace's currency.
    """
    table, months = plan.table(), set(plan.futures.grid.months)
    told = table[table["period"].isin(months)]
    days = pd.to_datetime(told["period"], format="%Y-%m")
    return pd.DataFrame({"period": days, "node": told["node"], "amount": told["cents"] / 100.0}).reset_index(drop=True)
