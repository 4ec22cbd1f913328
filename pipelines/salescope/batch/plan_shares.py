"""Fair shares of a workspace's leaves: what each can sell, in the season of its forecast, as far as it is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from salescope.batch.plan_force import PlanForce
from salescope.planning import Futures, LeafFacts, fair_share, potential, years_of

__all__ = ["fair_shares", "past_years"]

Floats = npt.NDArray[np.float64]

YEAR = 12


def fair_shares(
    futures: Futures,
    *,
    past: Floats,
    peers: Sequence[str] | None = None,
    force: PlanForce | None = None,
    accounts: Mapping[str, Floats] | None = None,
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
    force : PlanForce, optional
        How far newcomers are trained, and were in their past; without it everybody is.
    accounts : mapping of str to ndarray of float, shape (n_leaves, n_years), optional
        Account bases of the same years, as of `plan_accounts`.

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
    ahead = expected.sum(axis=1)
    if force is not None:
        # What goes on from a past in which somebody was new is lifted to what the trained do, as that past is.
        ahead, past = ahead / force.lately, past / force.was
    seen = (np.nan_to_num(past) > 0.0).any(axis=1)
    if not seen.any():
        return _borne(ahead, season=expected, force=force)[0], np.full(len(expected), np.nan)
    alike = None if peers is None else list(peers)
    found = potential(LeafFacts(history=np.maximum(past, 0.0), peers=alike, accounts=accounts or {}))
    achievable = np.asarray(found.achievable, dtype=np.float64)
    if past.shape[1] == 1 and ahead.any():
        # One year alone has its luck in it, and nothing to steady it by but the forecast.
        achievable = (achievable + ahead * (achievable.sum() / ahead.sum())) / 2.0
    if force is not None:
        achievable = achievable * np.where(seen, 1.0, force.selling_time / (force.selling_time[seen].mean() or 1.0))
    bearing = np.where(achievable > 0.0, achievable, ahead)
    alive = bearing * (ahead > 0.0)
    fair, brings = _borne(alive if alive.any() else ahead, season=expected, force=force)
    return fair, achievable * brings


def _borne(trained: Floats, *, season: Floats, force: PlanForce | None) -> tuple[Floats, Floats]:
    """Shares out by what the trained would sell and newcomers bring of it; says beside it what they bring in all."""
    if force is None:
        return fair_share(trained, season=season), np.ones(len(trained))
    whole = season.sum(axis=1)
    brings = np.where(whole > 0.0, (season * force.ramp_up).sum(axis=1) / np.where(whole > 0.0, whole, 1.0), 1.0)
    if not (trained * brings).any():
        # Where nobody has come yet, all come alike.
        return fair_share(trained, season=season), brings
    return fair_share(trained, season=season, ramp_up=force.ramp_up), brings


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
