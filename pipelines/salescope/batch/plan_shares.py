"""Fair shares of a workspace's leaves: what each can sell, in the season of its forecast, as far as it is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.planning import Futures, LeafFacts, fair_share, potential, years_of
from salescope.planning.capacity import capacity_of
from salescope.project import Workspace
from salescope.sources import read_table

__all__ = ["fair_shares", "past_years", "ramp_up_of"]

Floats = npt.NDArray[np.float64]

YEAR = 12
REP = "rep_id"


def fair_shares(
    futures: Futures, *, past: Floats, peers: Sequence[str] | None = None, ramp_up: Floats | None = None
) -> tuple[Floats, Floats]:
    """Weighs what each leaf can be expected to sell by the season of its forecast.

    Parameters
    ----------
    futures : Futures
        Joint paths.
    past : ndarray of float, shape (n_leaves, n_years)
        As in `PlanFacts`; without years the forecast alone says what a leaf can sell, beside one year it is half of it.
    peers : sequence of str, shape (n_leaves,), optional
        The group of leaves that are alike, as their region.
    ramp_up : ndarray of float, shape (n_leaves, n_months), optional
        What a newcomer brings in each month of what the trained do; all 1 by default.

    Returns
    -------
    fair : ndarray of float, shape (n_leaves, n_months)
        Proportions that add up to 1; a leaf that is not expected to sell anything bears nothing.
    potential : ndarray of float, shape (n_leaves,)
        In the workspace's currency; NaN where there is no year to learn from.

    Raises
    ------
    OutOfRangeError
        If no leaf is expected to sell anything.
    """
    expected = np.maximum(futures.paths.mean(axis=0), 0.0)
    known = np.isfinite(past).any(axis=1) & (np.nan_to_num(past) > 0.0).any(axis=1) if past.size else np.zeros(0, bool)
    if not known.any():
        shares = fair_share(expected.sum(axis=1), season=expected, ramp_up=ramp_up)
        return shares, np.full(len(expected), np.nan)
    found = potential(LeafFacts(history=np.maximum(past, 0.0), peers=None if peers is None else list(peers)))
    achievable = np.asarray(found.achievable, dtype=np.float64)
    if past.shape[1] == 1 and expected.any():
        # One year alone has its luck in it, and nothing to steady it by but the forecast.
        ahead = expected.sum(axis=1) * (achievable.sum() / expected.sum())
        achievable = (achievable + ahead) / 2.0
    bearing = np.where(achievable > 0.0, achievable, expected.sum(axis=1))
    alive = bearing * (expected.sum(axis=1) > 0.0)
    chosen = alive if alive.any() else expected.sum(axis=1)
    return fair_share(chosen, season=expected, ramp_up=ramp_up), achievable


def ramp_up_of(workspace: Workspace, keys: pd.DataFrame, *, months: Sequence[str], past: pd.DataFrame) -> Floats | None:
    """Says what of the trained ones' sales each representative brings in each month of a plan.

    Parameters
    ----------
    workspace : Workspace
        Its table "representatives", where mapped.
    keys : DataFrame of str, shape (n_leaves, n_levels)
        The attributes of each leaf; representatives are the last where it is ``rep_id``.
    months : sequence of str
        Months of the plan.
    past : DataFrame, shape (n_leaves, n_past_months)
        Sales before it, by month; NaN before a leaf began.

    Returns
    -------
    ndarray of float, shape (n_leaves, n_months), or None
        1 for whom no table knows; None where leaves are no representatives, or no table is mapped.
    """
    if "representatives" not in workspace.tables or keys.columns[-1] != REP:
        return None
    reps = keys[REP]
    force = read_table(workspace, "representatives").frame
    force = force[force[REP].astype(str).isin(set(reps))].reset_index(drop=True)
    if force.empty:
        return None
    sold = past.groupby(reps.to_numpy()).sum(min_count=1)
    found = capacity_of(force, months=months, sales=sold if sold.shape[1] else None)
    brought = dict(zip(found.rep_ids, found.ramp_up, strict=True))
    ramp = np.stack([brought.get(rep, np.ones(len(months))) for rep in reps])
    return ramp if ramp.any() else None


def past_years(monthly: Floats) -> Floats:
    """Adds the history of leaves up to years that end with it.

    Parameters
    ----------
    monthly : ndarray of float, shape (n_leaves, n_months)
        Sales; NaN before a leaf began.

    Returns
    -------
    ndarray of float, shape (n_leaves, n_years)
        The newest year last; no year where there is no whole one.
    """
    return years_of(monthly) if monthly.shape[1] >= YEAR else np.empty((len(monthly), 0))
