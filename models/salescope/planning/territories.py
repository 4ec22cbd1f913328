"""Territories: accounts to representatives by potential and ability, balanced, near, and with few changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError
from salescope.planning.grid import Floats, Ints
from salescope.planning.territory_costs import TerritoryTask, TerritoryWeights, kilometres
from salescope.planning.territory_reasons import mentors_of, reasons
from salescope.planning.territory_rules import TerritoryRules, wishes_of
from salescope.planning.territory_search import FoundTerritories, search_territories

__all__ = ["Territories", "assign_territories"]

PLACE = ["latitude", "longitude"]


@dataclass(frozen=True)
class Territories:
    """Holds an assignment, before and after, and why.

    Parameters
    ----------
    accounts : DataFrame, shape (n_accounts, 8)
        ``account_id``, ``before`` and ``rep_id`` (None for nobody), ``moved``, ``why`` (a sentence for each move),
        ``potential``, ``workload`` and ``distance`` (NaN where travel does not count).
    representatives : DataFrame, shape (n_reps, 13)
        ``rep_id``, ``capacity``, and before and after: ``accounts_…``, ``workload_…``, ``load_…`` (1 is what capacity
        says), ``potential_…`` and ``travel_…`` (mean distance, weighted by workload); ``mentor`` of a newcomer.
    terms : DataFrame, shape (5, 3)
        ``term`` ("balance", "fairness", "ability", "travel", "change"), ``before`` and ``after``: what is minimised is
        their weighted sum.
    cost : float
        That sum.
    bound : float
        No assignment of the pairs that were looked at costs less.
    gap : float
        By how much of its cost the assignment could at most be improved, 0 to 1.
    pairs : int
        How many pairs of an account and a representative were looked at.
    """

    accounts: pd.DataFrame = field(repr=False)
    representatives: pd.DataFrame = field(repr=False)
    terms: pd.DataFrame = field(repr=False)
    cost: float
    bound: float
    gap: float
    pairs: int

    @property
    def changes(self) -> int:
        """Is how many accounts get another representative than they have; whoever is gone counts as nobody."""
        here = self.accounts["before"].isin(self.representatives["rep_id"])
        return int((self.accounts["moved"] & here).sum())

    @property
    def said(self) -> str:
        """Is the whole in one sentence."""
        spread = [self.representatives[f"load_{when}"] for when in ("before", "after")]
        most = [f"{float(load.max()):.0%}" for load in spread]
        return (
            f"{self.changes} of {len(self.accounts)} accounts change; the fullest representative goes from {most[0]} "
            f"to {most[1]} of what capacity says. It costs {self.cost:.3f}, and none less than {self.bound:.3f}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Gives plain values, for JSON.

        Returns
        -------
        dict
            ``said``, ``changes``, ``cost``, ``bound``, ``gap``, ``pairs``, ``accounts``, ``representatives`` and
            ``terms``.
        """
        numbers = {name: getattr(self, name) for name in ("said", "changes", "cost", "bound", "gap", "pairs")}
        tables = {name: _rows(getattr(self, name)) for name in ("accounts", "representatives", "terms")}
        return numbers | tables


def assign_territories(
    accounts: pd.DataFrame,
    *,
    representatives: pd.DataFrame,
    rules: TerritoryRules | None = None,
    weights: TerritoryWeights | None = None,
    distances: pd.DataFrame | None = None,
    gap: float = 0.01,
) -> Territories:
    """Gives every account, or every small territory, to one representative.

    Parameters
    ----------
    accounts : DataFrame, shape (n_accounts, n_columns)
        ``account_id`` and ``potential`` (a period, in the workspace's currency). Optional: ``workload`` (in any unit,
        by default the potential), ``region``, ``rep_id`` (who has it now), ``key`` (bool: seniors only), ``locked``
        (who must have it), ``latitude`` and ``longitude`` (degrees).
    representatives : DataFrame, shape (n_reps, n_columns)
        ``rep_id`` and ``capacity``. Optional: ``team``, ``seniority`` (years in the trade), ``ability`` (what is sold
        of a potential, 1 for the average), ``latitude`` and ``longitude``, by default the middle of what one has now.
    rules : TerritoryRules or None
        What must be kept; None for the defaults.
    weights : TerritoryWeights or None
        What counts how much; None for the defaults.
    distances : DataFrame, shape (n_accounts, n_reps), or None
        By ``account_id`` and ``rep_id``, in any unit; None for kilometres between places, or no travel without them.
    gap : float, default 0.01
        How near to the best is near enough, as a share of the cost.

    Returns
    -------
    Territories

    Raises
    ------
    MissingColumnError
        If a column, or a distance, is not there.
    MisalignedError
        If an account or representative is named twice, or no assignment keeps all wishes: the smallest set that clashes
        is named.
    OutOfRangeError
        If an amount is negative or not finite, or there is nobody or nothing to assign.
    UnknownNameError
        If an account is locked to nobody who is there.

    Examples
    --------
    >>> accounts = pd.DataFrame(
    ...     {
    ...         "account_id": ["A", "B", "C", "D"],
    ...         "potential": [60.0, 40.0, 30.0, 10.0],
    ...         "rep_id": ["R1", "R1", "R1", "R2"],
    ...     }
    ... )
    >>> representatives = pd.DataFrame({"rep_id": ["R1", "R2"], "capacity": [60, 60]})
    >>> found = assign_territories(accounts, representatives=representatives)
    >>> found.accounts.loc[found.accounts["moved"], ["account_id", "rep_id"]].to_numpy().tolist()
    [['A', 'R2']]
    >>> print(found.accounts["why"][0])
    Left where it was, 'R1' would carry 186% of what its capacity says, 'R2' 14%.
    """
    # A column without any value is one that is not given, as where records name every field.
    accounts, representatives = (
        frame.dropna(axis=1, how="all") if len(frame) else frame for frame in (accounts, representatives)
    )
    task = _task(accounts, representatives=representatives, weights=weights or TerritoryWeights(), distances=distances)
    rules = rules or TerritoryRules()
    wishes = wishes_of(rules, accounts=accounts, representatives=representatives, task=task)
    found = search_territories(task, wishes=wishes, gap=gap)
    names, reps = (frame[key].astype(str) for frame, key in ((accounts, "account_id"), (representatives, "rep_id")))
    now = accounts["rep_id"] if "rep_id" in accounts else pd.Series(None, index=accounts.index, dtype=object)
    before = [None if pd.isna(name) else str(name) for name in now]
    held = task.distance[np.arange(len(names)), found.owner]
    said = reasons(found.owner, task=task, wishes=wishes, reps=list(reps), before=before)
    table = pd.DataFrame(
        {
            "account_id": names.to_numpy(dtype=object),
            "before": np.array(before, dtype=object),
            "rep_id": reps.to_numpy(dtype=object)[found.owner],
            "moved": found.owner != task.present,
            "why": said,
            "potential": task.potential,
            "workload": task.workload,
            "distance": held if task.distance.any() else np.nan,
        }
    )
    beside = mentors_of(found.owner, accounts=accounts, representatives=representatives, rules=rules)
    return _answer(task, found=found, accounts=table, reps=list(reps), beside=beside)


def _answer(
    task: TerritoryTask, *, found: FoundTerritories, accounts: pd.DataFrame, reps: list[str], beside: list[str | None]
) -> Territories:
    before, after = task.terms(task.present), task.terms(found.owner)
    columns: dict[str, Any] = {"rep_id": np.array(reps, dtype=object), "capacity": task.capacity}
    sides = [_carried(task, owner) for owner in (task.present, found.owner)]
    for name in sides[0]:
        columns |= {f"{name}_{when}": side[name] for when, side in zip(("before", "after"), sides, strict=True)}
    columns["mentor"] = np.array(beside, dtype=object)
    terms = pd.DataFrame({"term": list(after), "before": list(before.values()), "after": list(after.values())})
    return Territories(
        accounts=accounts,
        representatives=pd.DataFrame(columns),
        terms=terms,
        cost=found.cost,
        bound=found.bound,
        gap=found.gap,
        pairs=found.pairs,
    )


def _carried(task: TerritoryTask, owner: Ints) -> dict[str, np.ndarray]:
    held, reps = np.flatnonzero(owner >= 0), task.shape[1]
    workload = np.bincount(owner[held], task.workload[held], minlength=reps)
    due = task.capacity / task.capacity.sum() * task.workload.sum()
    travel = np.bincount(owner[held], task.workload[held] * task.distance[held, owner[held]], minlength=reps)
    return {
        "accounts": np.bincount(owner[held], minlength=reps),
        "workload": workload,
        "load": np.divide(workload, due, out=np.zeros(reps), where=due > 0),
        "potential": np.bincount(owner[held], task.potential[held], minlength=reps),
        "travel": np.divide(travel, workload, out=np.zeros(reps), where=workload > 0),
    }


def _task(
    accounts: pd.DataFrame,
    *,
    representatives: pd.DataFrame,
    weights: TerritoryWeights,
    distances: pd.DataFrame | None,
) -> TerritoryTask:
    for frame, where, needed in (
        (accounts, "accounts", ["account_id", "potential"]),
        (representatives, "representatives", ["rep_id", "capacity"]),
    ):
        if missing := [name for name in needed if name not in frame]:
            raise MissingColumnError(missing, where=where, present=list(frame.columns))
        if not len(frame):
            raise OutOfRangeError(0, name=where, where="assign_territories", least=1)
        if (twice := frame[needed[0]].astype(str).duplicated()).any():
            found = f"{str(frame[needed[0]][twice].iloc[0])!r} more than once"
            raise MisalignedError(where, found=found, accepted=f"each {needed[0]} once")
    reps = pd.Index(representatives["rep_id"].astype(str))
    present = np.full(len(accounts), -1, dtype=np.int64)
    if "rep_id" in accounts:
        known = accounts["rep_id"].notna().to_numpy()
        present[known] = reps.get_indexer(pd.Index(accounts["rep_id"][known].astype(str)))
    capacity = _amounts(representatives, "capacity")
    if not capacity.sum() > 0:
        raise OutOfRangeError(0.0, name="capacity", where="assign_territories", least="one above 0")
    usual = representatives.assign(ability=1.0) if "ability" not in representatives else representatives
    return TerritoryTask(
        workload=_amounts(accounts, "workload" if "workload" in accounts else "potential"),
        potential=_amounts(accounts, "potential"),
        capacity=capacity,
        ability=_amounts(usual.fillna({"ability": 1.0}), "ability"),
        distance=_distances(accounts, representatives=representatives, present=present, given=distances),
        present=present,
        weights=weights,
    )


def _amounts(frame: pd.DataFrame, name: str) -> Floats:
    values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise OutOfRangeError(float(values[wrong][0]), name=name, where="assign_territories", least="0, and finite")
    return np.asarray(values, dtype=np.float64)


def _distances(
    accounts: pd.DataFrame, *, representatives: pd.DataFrame, present: Ints, given: pd.DataFrame | None
) -> Floats:
    names, reps = accounts["account_id"].astype(str), representatives["rep_id"].astype(str)
    if given is not None:
        rows, columns = given.index.astype(str), given.columns.astype(str)
        missing = [name for name in names if name not in rows] + [name for name in reps if name not in columns]
        if missing:
            raise MissingColumnError(missing, where="distances", present=list(columns))
        table = given.set_axis(rows).set_axis(columns, axis=1).loc[list(names), list(reps)]
        stacked = pd.DataFrame({"distance": table.to_numpy(dtype=np.float64).ravel()})
        return _amounts(stacked, "distance").reshape(len(names), len(reps))
    if any(name not in accounts for name in PLACE):
        return np.zeros((len(names), len(reps)))
    here = accounts[PLACE].to_numpy(dtype=np.float64, na_value=np.nan)
    there = np.full((len(reps), 2), np.nan)
    if all(name in representatives for name in PLACE):
        there = representatives[PLACE].to_numpy(dtype=np.float64, na_value=np.nan)
    for rep in np.flatnonzero(np.isnan(there).any(axis=1)):
        own = here[(present == rep) & ~np.isnan(here).any(axis=1)]
        there[rep] = own.mean(axis=0) if len(own) else np.nan
    apart = kilometres(here, there)
    # Whoever has no place is as far from everything as is usual, so that travel neither draws nor repels.
    return np.where(np.isnan(apart), np.nanmean(apart) if np.isfinite(apart).any() else 0.0, apart)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.to_dict("records")
    return [
        {str(name): None if isinstance(one, float) and not math.isfinite(one) else one for name, one in row.items()}
        for row in plain
    ]
