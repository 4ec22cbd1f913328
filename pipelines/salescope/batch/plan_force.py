"""Who sells for a plan's leaves: how far newcomers are trained, now and in the past that they are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.planning import years_of
from salescope.planning.capacity import Capacity, capacity_of
from salescope.planning.ramp import tenure_of
from salescope.planning.sales_force import column_of, experience_of
from salescope.project import Workspace
from salescope.sources import read_table

__all__ = ["PlanForce", "plan_force"]

Floats = npt.NDArray[np.float64]

YEAR = 12
REP = "rep_id"
TRAINED = 0.9
# Of months in which less than this was brought, luck is most of what was sold.
LEAST = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForce:
    """Holds what is known of the representative of each leaf; 1 for whom no table knows.

    Parameters
    ----------
    ramp_up : ndarray of float, shape (n_leaves, n_months)
        What a newcomer brings of what the trained do, in each month of the plan.
    was : ndarray of float, shape (n_leaves, n_years)
        What they brought of it in the years of their past, over the months that are known of each.
    lately : ndarray of float, shape (n_leaves,)
        The same over the last twelve months.
    selling_time : ndarray of float, shape (n_leaves,)
        1 for the median of the force.
    seniority : ndarray of float, shape (n_leaves,)
        Years in the trade, or with the company where these are not told; NaN where neither is.

    Notes
    -----
    Sales of a representative's own past hold selling time, productivity and how far somebody was trained then. So the
    past is divided by what was brought of it (`was`), and what is then expected of somebody trained is multiplied by
    `ramp_up`: a newcomer of last year is asked for more than then, and nobody twice for being new. Selling time is of
    those alone who have no past, and are expected to sell what their peers do.
    """

    ramp_up: Floats = field(repr=False)
    was: Floats = field(repr=False)
    lately: Floats = field(repr=False)
    selling_time: Floats = field(repr=False)
    seniority: Floats = field(repr=False)


def plan_force(
    workspace: Workspace, keys: pd.DataFrame, *, months: Sequence[str], past: pd.DataFrame
) -> PlanForce | None:
    """Says how far each leaf's representative is trained.

    Parameters
    ----------
    workspace : Workspace
        Its table "representatives", where mapped.
    keys : DataFrame of str, shape (n_leaves, n_levels)
        The attributes of each leaf; representatives are the last where it is ``rep_id``.
    months : sequence of str
        Months of the plan.
    past : DataFrame, shape (n_leaves, n_past_months)
        Sales until the forecast begins, by month; NaN before a leaf began. The curve of learning is learned from those
        before the plan.

    Returns
    -------
    PlanForce or None
        None where leaves are no representatives, or no table is mapped or knows them.
    """
    if "representatives" not in workspace.tables or keys.columns[-1] != REP:
        return None
    reps = keys[REP].astype(str)
    force = read_table(workspace, "representatives").frame
    force = force[force[REP].astype(str).isin(set(reps))].reset_index(drop=True)
    if force.empty:
        return None
    before = past[[month for month in past if str(month) < months[0]]]
    sold = before.groupby(reps.to_numpy()).sum(min_count=1)
    found = capacity_of(force, months=months, sales=sold if sold.shape[1] else None)
    rows = pd.Index(found.rep_ids).get_indexer(pd.Index(reps))
    known = np.isfinite(past.to_numpy(dtype=np.float64))
    brought = _of_leaves(_brought(force, found, months=[str(month) for month in past]), rows)
    return PlanForce(
        ramp_up=_of_leaves(found.ramp_up, rows),
        was=_yearly(brought, known=known),
        lately=_mean(brought[:, -YEAR:], known=known[:, -YEAR:]),
        selling_time=_of_leaves(found.selling_time, rows),
        seniority=_of_leaves(_seniority(force, first=months[0]), rows, otherwise=np.nan),
    )


def _of_leaves(values: Floats, rows: npt.NDArray[np.intp], *, otherwise: float = 1.0) -> Floats:
    known = (rows >= 0).reshape(-1, *[1] * (values.ndim - 1))
    return np.where(known, values[rows], otherwise)


def _brought(force: pd.DataFrame, found: Capacity, *, months: Sequence[str]) -> Floats:
    """Says what was brought in each past month; sales before the first day are of whoever was there before, trained."""
    if not len(months):
        return np.ones((len(force), 0))
    since = column_of(force, "since", missing=pd.NaT).astype("datetime64[s]")
    tenure, there = tenure_of(since, months=months)
    before = experience_of(force, since, first=found.months[0])
    return np.where(there > 0.0, there * found.ramp.at(tenure, seniority=before[:, None]), 1.0)


def _yearly(brought: Floats, *, known: npt.NDArray[np.bool_]) -> Floats:
    if brought.shape[1] < YEAR:
        return np.ones((len(brought), 0))
    years = years_of(np.where(known, brought, np.nan)) / YEAR
    return np.where(np.isfinite(years), years, 1.0).clip(LEAST)


def _mean(brought: Floats, *, known: npt.NDArray[np.bool_]) -> Floats:
    count = known.sum(axis=1)
    whole = np.where(known, brought, 0.0).sum(axis=1)
    return np.where(count > 0, whole / np.maximum(count, 1), 1.0).clip(LEAST)


def _seniority(force: pd.DataFrame, *, first: str) -> Floats:
    told = column_of(force, "seniority", missing=np.nan).to_numpy(dtype=np.float64, na_value=np.nan)
    since = column_of(force, "since", missing=pd.NaT).astype("datetime64[s]")
    here = (pd.Period(first, freq="M").start_time - since).dt.days.to_numpy(dtype=np.float64, na_value=np.nan) / 365.25
    return np.where(np.isfinite(told), told, here.clip(0.0))
