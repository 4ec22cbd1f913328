"""Targets as people have agreed on them: a table of nodes, periods and amounts, brought to the cents of a plan."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salescope.batch.plan_facts import PlanFacts
from salescope.frames.errors import MissingColumnError, OutcomeError, OutOfRangeError, listed
from salescope.planning import Cascade, Goal, PlanGrid, Rule, TargetPlan, cascade
from salescope.sources import as_meant

__all__ = ["AgreedTargets", "agreed_targets", "plan_of_targets", "revised_plan"]

DAY = r"^\s*(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[ T]00:00:00)?\s*$"
MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](?:\d{1,2}日?)?)?")
SHORT = re.compile(r"([A-Za-z]{3})-(\d{2})")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES = {"node": ("node",), "period": ("period",), "amount": ("amount", "target"), "reason": ("reason",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedTargets:
    """Holds targets that a plan knows nodes and periods of.

    Parameters
    ----------
    rows : DataFrame, shape (n_targets, 4)
        ``node``, ``period`` (as in a `PlanGrid`), ``cents`` and ``reason``; each node and period once.
    passed : DataFrame, shape (n_passed, 3)
        ``node``, ``period`` and ``amount`` of other nodes and periods, as they were given.
    """

    rows: pd.DataFrame
    passed: pd.DataFrame


def agreed_targets(table: pd.DataFrame, grid: PlanGrid) -> AgreedTargets:
    """Finds the nodes and periods of a plan in a table of targets.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_columns)
        ``node``, ``period`` and ``amount`` (or ``target``); ``reason`` where there is one. A period is a name, as
        ``2027-04``, ``2027-Q2``, ``2027`` or ``plan``, or its first day: then rows of one node that are all of January
        are years, those of January, April, July and October quarters, and all others months.
    grid : PlanGrid
        Nodes and months of the plan.

    Returns
    -------
    AgreedTargets
        A year or quarter of which the plan has not all months is passed over.

    Raises
    ------
    MissingColumnError
        If a column is not there.
    OutOfRangeError
        If an amount is negative, or no number.

    Examples
    --------
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1"]}), months=["2027-01", "2027-02"])
    >>> days = pd.to_datetime(["2027-01-01", "2027-02-01", "2027-03-01"])
    >>> found = agreed_targets(pd.DataFrame({"node": "rep=1", "period": days, "amount": [1.5, 2, 3]}), grid)
    >>> found.rows[["period", "cents"]].to_numpy().tolist(), found.passed["period"].tolist()
    ([['2027-01', 150], ['2027-02', 200]], ['2027-03'])
    """
    told = _columns(table)
    nodes = [node if node in grid.nodes else as_meant(node) for node in told["node"]]
    told = told.assign(node=nodes, period=_periods(told), cents=_cents(told["amount"]))
    told = told.drop_duplicates(["node", "period"], keep="last")
    whole = {name for name in grid.periods if _is_whole(name, grid)}
    known = told["node"].isin(grid.nodes) & told["period"].isin(whole)
    rows = told.loc[known, ["node", "period", "cents", "reason"]].reset_index(drop=True)
    passed = told.loc[~known, ["node", "period", "amount"]].reset_index(drop=True)
    return AgreedTargets(rows=rows, passed=passed)


def plan_of_targets(agreed: AgreedTargets, facts: PlanFacts) -> TargetPlan:
    """Makes a plan of targets that were agreed, down to every leaf and month.

    Parameters
    ----------
    agreed : AgreedTargets
        Targets of one level of the tree at least that is complete: every leaf and month under one of them.
    facts : PlanFacts
        Has the futures, and the fair shares by which a coarser target is handed down.

    Returns
    -------
    TargetPlan
        Of the finest level that is complete; its only rule is the goal.

    Raises
    ------
    OutcomeError
        If no level is complete.
    """
    grid = facts.futures.grid
    rows, cells = _finest(agreed.rows, grid)
    cents = np.zeros(grid.shape[0] * grid.shape[1], dtype=np.int64)
    if all(len(found) == 1 for found in cells):
        for amount, found in zip(rows["cents"], cells, strict=True):
            cents[found] = amount
        made = cents.reshape(grid.shape)
    else:
        told = zip(rows["node"], rows["period"], rows["cents"], strict=True)
        locks = [Rule.lock(node, cents=int(amount), period=period) for node, period, amount in told]
        made = cascade(facts.fair, grid=grid, goal=int(rows["cents"].sum()), rules=locks).cents
    goal = int(made.sum())
    kept = Cascade(grid=grid, cents=made, fair=facts.fair * goal, rules=(Rule.goal(goal),), step=1)
    return TargetPlan(cascade=kept, futures=facts.futures, last=facts.last, goal=Goal.amount(goal / 100.0))


def revised_plan(plan: TargetPlan, agreed: AgreedTargets, *, said: str) -> TargetPlan:
    """Takes over what people have changed in a table of a plan's targets; everything else moves as little as it can.

    Parameters
    ----------
    plan : TargetPlan
        As it was before.
    agreed : AgreedTargets
        Targets of any nodes and periods; those that differ from the plan's are overrides.
    said : str
        Why, where a row has no reason of its own.

    Returns
    -------
    TargetPlan
        With the same company goal, unless that was changed itself; the plan as it was where nothing was.

    Raises
    ------
    ClashingRulesError
        If the changes contradict each other: with the smallest set that does.
    """
    grid, before = plan.cascade.grid, plan.cascade
    rows = zip(agreed.rows["node"], agreed.rows["period"], agreed.rows["cents"], agreed.rows["reason"], strict=True)
    changed = [row for row in rows if before.at(row[0], row[1]) != row[2]]
    if not changed:
        return plan
    goal, rules = before.at(grid.nodes[0]), []
    for node, period, cents, reason in changed:
        if node == grid.nodes[0] and len(grid.periods[period]) == len(grid.months):
            goal = int(cents)
        else:
            rules.append(Rule.override(node, cents=int(cents), period=period, reason=reason.strip() or said))
    made = cascade(np.maximum(before.cents, 0.01), grid=grid, goal=goal, rules=rules)
    kept = Cascade(grid=grid, cents=made.cents, fair=before.fair, rules=made.rules, step=1)
    return replace(plan, cascade=kept, goal=Goal.amount(goal / 100.0))


def _columns(table: pd.DataFrame) -> pd.DataFrame:
    found = {name: next((given for given in names if given in table), None) for name, names in NAMES.items()}
    missing = [name for name, given in found.items() if given is None and name != "reason"]
    if missing:
        raise MissingColumnError(missing, where="a table of targets", present=[str(name) for name in table])
    told = {name: table[given] for name, given in found.items() if given is not None}
    reason = told.get("reason", pd.Series("", index=table.index)).fillna("").astype(str)
    frame = pd.DataFrame({**told, "reason": reason}).dropna(subset=["node", "period", "amount"])
    return frame.assign(node=frame["node"].astype(str)).reset_index(drop=True)


def _cents(amounts: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(amounts, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0.0))
    if wrong.any():
        raise OutOfRangeError(amounts[wrong].iloc[0], name="amount", where="a table of targets", least=0)
    return pd.Series(np.rint(numbers * 100.0).astype(np.int64), index=amounts.index)


def _periods(told: pd.DataFrame) -> pd.Series:
    days = _days(told["period"])
    if days is None:
        return told["period"].astype(str).map(_named)
    months = told.assign(_month=days.dt.month).groupby("node", sort=False)["_month"]
    yearly = months.transform(lambda month: (month == 1).all()).astype(bool)
    quarterly = months.transform(lambda month: month.isin([1, 4, 7, 10]).all()).astype(bool)
    quarter = days.dt.strftime("%Y-Q") + days.dt.quarter.astype(str)
    named = pd.Series(days.dt.strftime("%Y-%m"), index=told.index)
    return named.mask(quarterly, quarter).mask(yearly, days.dt.strftime("%Y"))


def _days(periods: pd.Series) -> pd.Series | None:
    """Reads first days; None where one of them is the name of a period."""
    if pd.api.types.is_datetime64_any_dtype(periods):
        return periods
    parts = periods.astype(str).str.extract(DAY)
    if not len(parts) or parts.isna().to_numpy().any():
        return None
    days = pd.Series(pd.to_datetime(parts.astype(int), errors="coerce"), index=periods.index)
    return None if days.isna().any() else days


def _named(text: str) -> str:
    """Names a period as a plan does, also what a spreadsheet has made of it: 2027/1/1 or Jan-27 of 2027-01."""
    text = text.strip()
    if found := MONTH.fullmatch(text):
        return f"{found[1]}-{int(found[2]):02d}"
    if (found := SHORT.fullmatch(text)) and found[1].title() in MONTHS:
        return f"20{found[2]}-{MONTHS.index(found[1].title()) + 1:02d}"
    return text


def _is_whole(period: str, grid: PlanGrid) -> bool:
    if "Q" in period:
        return len(grid.periods[period]) == 3
    return len(period) != 4 or period == "plan" or len(grid.periods[period]) == 12


def _finest(rows: pd.DataFrame, grid: PlanGrid) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Finds the finest level and kind of period whose targets have every leaf and month once."""
    depth = rows["node"].map(lambda node: 0 if node == grid.nodes[0] else node.count("/") + 1)
    length = rows["period"].map(lambda period: len(grid.periods[period]))
    for wanted in sorted(set(zip(-depth, length, strict=True))):
        part = rows[(depth == -wanted[0]) & (length == wanted[1])]
        cells = [grid.cells(node, period) for node, period in zip(part["node"], part["period"], strict=True)]
        count = np.bincount(np.concatenate(cells), minlength=grid.shape[0] * grid.shape[1])
        if (count == 1).all():
            return part, cells
    have = listed(rows["node"].drop_duplicates().tolist()) if len(rows) else "none"
    problem = f"The targets of {have} are not of every leaf and month from {grid.months[0]} to {grid.months[-1]}"
    raise OutcomeError(problem, remedy="Give all nodes of one level in all months, quarters or years of the plan.")
