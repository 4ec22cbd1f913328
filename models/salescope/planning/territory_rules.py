"""Which demands a planner makes of territories, and what they mean for these accounts and representatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.frames.errors import OutOfRangeError, UnknownNameError
from salescope.planning.grid import Ints
from salescope.planning.territory_costs import TerritoryTask
from salescope.planning.territory_wishes import Wish

__all__ = ["TerritoryRules", "wishes_of"]


@dataclass(frozen=True, kw_only=True)
class TerritoryRules:
    """Says what an assignment must keep to, beside locks.

    Parameters
    ----------
    most_load : float or None
        The most workload of a representative, as a multiple of what capacity says is due; None for no limit but the
        weight of balance, for one large account alone may be more than that.
    senior_years : float or None
        From how many years in the trade on somebody may have key accounts and stand beside newcomers; None where
        seniority does not matter.
    newcomer_years : float
        Under how many years somebody is a newcomer, who has accounts only in regions where a senior has some too.
    most_changes : int or None
        How many accounts may get another representative; those that have nobody do not count. None for any number.

    Raises
    ------
    OutOfRangeError
        If a number cannot be meant.

    Examples
    --------
    >>> TerritoryRules(most_load=0.5)
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 0.5 is out of range for most_load in TerritoryRules: give a value of at
    least 1.
    """

    most_load: float | None = None
    senior_years: float | None = 5.0
    newcomer_years: float = 1.0
    most_changes: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("most_load", 1), ("senior_years", 0), ("newcomer_years", 0), ("most_changes", 0)):
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise OutOfRangeError(value, name=name, where="TerritoryRules", least=least)


def wishes_of(
    rules: TerritoryRules, *, accounts: pd.DataFrame, representatives: pd.DataFrame, task: TerritoryTask
) -> list[Wish]:
    """Writes rules and locks as single wishes.

    Parameters
    ----------
    rules : TerritoryRules
        What a planner demands.
    accounts, representatives : DataFrame
        As `assign_territories` takes them.
    task : TerritoryTask
        The same as arrays.

    Returns
    -------
    list of Wish

    Raises
    ------
    UnknownNameError
        If an account is locked to nobody who is there.
    """
    names, reps = list(accounts["account_id"].astype(str)), list(representatives["rep_id"].astype(str))
    found: list[Wish] = []
    if rules.most_changes is not None:
        said = f"at most {rules.most_changes} changes"
        everybody = np.arange(len(reps))
        found.append(Wish("changes", said, np.arange(len(names)), everybody, float(rules.most_changes)))
    if rules.most_load is not None:
        due = task.capacity / task.capacity.sum() * task.workload.sum()
        for number, rep in enumerate(reps):
            most = rules.most_load * float(due[number])
            said = f"at most {most:,.6g} of workload for {rep!r} ({rules.most_load:.0%} of what its capacity says)"
            found.append(Wish("most", said, np.arange(len(names)), np.array([number]), most))
    if rules.senior_years is not None and "seniority" in representatives:
        years = representatives["seniority"].to_numpy(dtype=np.float64, na_value=np.nan)
        found += _newcomer_wishes(rules, accounts=accounts, representatives=representatives, years=years)
        found += _key_wishes(accounts, years=years, senior=rules.senior_years)
    for place in np.flatnonzero(accounts["locked"].notna()) if "locked" in accounts else ():
        rep = str(accounts["locked"].iloc[place])
        if rep not in reps:
            raise UnknownNameError(rep, what="representative", where=f"lock of {names[place]!r}", accepted=reps)
        found.append(
            Wish("lock", f"lock of {names[place]!r} to {rep!r}", np.array([place]), np.array([reps.index(rep)]))
        )
    return found


def _key_wishes(accounts: pd.DataFrame, *, years: np.ndarray, senior: float) -> list[Wish]:
    if "key" not in accounts:
        return []
    seniors = np.flatnonzero(years >= senior)
    names = accounts["account_id"].astype(str)
    return [
        Wish("key", f"key account {names.iloc[place]!r} to a senior of {senior:g} years", np.array([place]), seniors)
        for place, key in enumerate(accounts["key"])
        if not pd.isna(key) and bool(key)
    ]


def _newcomer_wishes(
    rules: TerritoryRules, *, accounts: pd.DataFrame, representatives: pd.DataFrame, years: np.ndarray
) -> list[Wish]:
    region = accounts["region"].astype(str) if "region" in accounts else pd.Series("", index=accounts.index)
    found = []
    for place in np.flatnonzero(years < min(rules.newcomer_years, rules.senior_years or 0.0)):
        beside = mentors(int(place), representatives=representatives, years=years, senior=rules.senior_years or 0.0)
        for name in sorted(region.unique()):
            where = f" in {name!r}" if name else ""
            said = f"newcomer {representatives['rep_id'].iloc[place]!s}{where} beside a senior"
            inside = np.flatnonzero((region == name).to_numpy())
            found.append(Wish("newcomer", said, inside, np.concatenate([[place], beside]).astype(np.int64)))
    return found


def mentors(place: int, *, representatives: pd.DataFrame, years: np.ndarray, senior: float) -> Ints:
    """Lists who may stand beside a newcomer.

    Parameters
    ----------
    place : int
        Position of the newcomer.
    representatives : DataFrame
        As `assign_territories` takes them.
    years : ndarray of float, shape (n_reps,)
        In the trade.
    senior : float
        From how many years on somebody is a senior.

    Returns
    -------
    ndarray of int
        Seniors of the newcomer's own team; of all teams if that has none.
    """
    seniors = np.flatnonzero(years >= senior)
    if "team" not in representatives:
        return seniors
    team = representatives["team"].astype(str).to_numpy()
    own = seniors[team[seniors] == team[place]]
    return own if len(own) else seniors
