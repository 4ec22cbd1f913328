"""Why an account moves: what going back would break, or cost most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salescope.planning.grid import Floats, Ints
from salescope.planning.territory_costs import TerritoryTask
from salescope.planning.territory_rules import TerritoryRules, mentors
from salescope.planning.territory_wishes import Wish

__all__ = ["mentors_of", "reasons"]


def reasons(
    owner: Ints, *, task: TerritoryTask, wishes: Sequence[Wish], reps: Sequence[str], before: Sequence[str | None]
) -> list[str]:
    """Says of every move why.

    Parameters
    ----------
    owner : ndarray of int, shape (n_accounts,)
        Position of the representative of each account.
    task : TerritoryTask
        Accounts, representatives and what counts.
    wishes : sequence of Wish
        What must be kept.
    reps : sequence of str
        Names of the representatives.
    before : sequence of str or None
        Who has each account now; None for nobody.

    Returns
    -------
    list of str, shape (n_accounts,)
        Empty where nothing changes.
    """
    after = task.terms(owner)
    said = []
    for account, rep in enumerate(owner):
        was = int(task.present[account])
        if was == rep:
            said.append("")
        elif was < 0:
            gone = before[account]
            said.append("It had nobody." if gone is None else f"{gone!r} is not among the representatives.")
        else:
            back = owner.copy()
            back[account] = was
            broken = _broken(back, account=account, task=task, wishes=wishes)
            said.append(broken or _cheaper(account, back=back, after=after, task=task, reps=reps, owner=owner))
    return said


def mentors_of(
    owner: Ints, *, accounts: pd.DataFrame, representatives: pd.DataFrame, rules: TerritoryRules
) -> list[str | None]:
    """Names who stands beside each newcomer: the senior with most accounts in the newcomer's regions.

    Parameters
    ----------
    owner : ndarray of int, shape (n_accounts,)
        Position of the representative of each account.
    accounts, representatives : DataFrame
        As `assign_territories` takes them.
    rules : TerritoryRules
        Who is a newcomer, and who a senior.

    Returns
    -------
    list of str or None, shape (n_reps,)
        None for everybody else, and for a newcomer without accounts.
    """
    found: list[str | None] = [None] * len(representatives)
    if rules.senior_years is None or "seniority" not in representatives:
        return found
    years = representatives["seniority"].to_numpy(dtype=np.float64, na_value=np.nan)
    region = accounts["region"].astype(str).to_numpy() if "region" in accounts else np.full(len(accounts), "")
    for place in np.flatnonzero(years < min(rules.newcomer_years, rules.senior_years)):
        seniors = mentors(int(place), representatives=representatives, years=years, senior=rules.senior_years)
        near = np.isin(region, region[owner == place])
        beside = np.array([int((near & (owner == senior)).sum()) for senior in seniors])
        if beside.any():
            found[int(place)] = str(representatives["rep_id"].iloc[seniors[int(beside.argmax())]])
    return found


def _broken(back: Ints, *, account: int, task: TerritoryTask, wishes: Sequence[Wish]) -> str:
    for wish in wishes:
        if not wish.kept(back, account=account, workload=task.workload):
            return f"Asked for: {wish.said}."
    return ""


def _cheaper(
    account: int,
    *,
    back: Ints,
    after: dict[str, float],
    task: TerritoryTask,
    reps: Sequence[str],
    owner: Ints,
) -> str:
    saved = {name: value - after[name] for name, value in task.terms(back).items()}
    was, now = int(task.present[account]), int(owner[account])
    kind = max(saved, key=lambda name: saved[name])
    if saved[kind] <= 0:
        return "It makes room for other moves."
    first, second = repr(reps[was]), repr(reps[now])
    if kind == "travel":
        apart = task.distance[account]
        return f"{second} is {apart[now]:,.3g} away, {first} {apart[was]:,.3g}."
    if kind == "ability":
        return f"{second} sells {task.ability[now]:.2f} of a potential, {first} {task.ability[was]:.2f}."
    what = "carry" if kind == "balance" else "have a potential of"
    load = _load(task, back, kind=kind)
    return (
        f"Left where it was, {first} would {what} {load[was]:.0%} of what its capacity says, {second} {load[now]:.0%}."
    )


def _load(task: TerritoryTask, owner: Ints, *, kind: str) -> Floats:
    _, share, due = task.loads()[kind]
    held = np.flatnonzero(owner >= 0)
    has = np.bincount(owner[held], share[held], minlength=task.shape[1])
    return np.divide(has, due, out=np.zeros(len(due)), where=due > 0)
