"""What targets are recommended and judged by: joint futures of a workspace's leaves, last year, and fair shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from salescope.forecasting import SalesForecaster
from salescope.forecasting.forecaster import measured_errors
from salescope.forecasting.sample_paths import sample_paths
from salescope.frames.errors import OutOfRangeError, SettingsError
from salescope.planning import Futures, LeafFacts, PlanGrid, fair_share, potential, years_of
from salescope.project import Workspace

__all__ = ["MOST_PATHS", "PlanFacts", "fair_shares", "joint_paths", "plan_facts", "plan_levels"]

Floats = npt.NDArray[np.float64]

MOST_PATHS = 1_000
MOST_MONTHS = 12
SEED = 5
# What is published of paths is at most 64 MB, and is not to be all of it.
MOST_CELLS = 7_500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """Holds what targets of a workspace are recommended and judged by.

    Parameters
    ----------
    futures : Futures
        Joint paths of the plan's leaves and months; months that are over are in them as they were.
    keys : DataFrame of str, shape (n_leaves, n_levels)
        The attributes of each leaf, from the coarsest to the finest.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency; 0 before a leaf began.
    fair : ndarray of float, shape (n_leaves, n_months)
        Fair shares, which add up to 1.
    past : ndarray of float, shape (n_leaves, n_years)
        Sales of years that end where the forecast begins, the newest last; NaN where a leaf had not begun.
    potential : ndarray of float, shape (n_leaves,)
        What each leaf can be expected to sell in a year; NaN where history is too short to say.
    as_of : Timestamp
        Only earlier orders counted; naive.
    version : str or None, default None
        The promoted model of sales that had chosen how to forecast.
    publication : int or None, default None
        What it was published in.
    """

    futures: Futures
    keys: pd.DataFrame
    last: Floats = field(repr=False)
    fair: Floats = field(repr=False)
    past: Floats = field(repr=False)
    potential: Floats = field(repr=False)
    as_of: pd.Timestamp
    version: str | None = None
    publication: int | None = None

    @property
    def levels(self) -> tuple[str, ...]:
        """Is the attributes of the leaves, from the coarsest to the finest."""
        return tuple(str(name) for name in self.keys)

    @property
    def leaves(self) -> tuple[str, ...]:
        """Is the name of every leaf, in the order of the arrays."""
        grid = self.futures.grid
        names = np.asarray(grid.nodes[-grid.shape[0] :], dtype=object)
        # The last nodes are the leaves, in the order of their names; their one column says which row each is.
        rows = sparse.csr_array(grid.sums)[-grid.shape[0] :].indices
        found = np.empty(grid.shape[0], dtype=object)
        found[rows] = names
        return tuple(found)


def plan_facts(
    workspace: Workspace,
    fitted: SalesForecaster,
    *,
    as_of: pd.Timestamp,
    first: str | None = None,
    months: int = MOST_MONTHS,
    version: str | None = None,
) -> PlanFacts:
    """Gathers what targets are recommended by, from a forecast of a workspace's sales.

    Parameters
    ----------
    workspace : Workspace
        Its section "sales" says what is forecast.
    fitted : SalesForecaster
        Fitted on monthly money; its hierarchy has a level at least.
    as_of : Timestamp
        Only earlier orders count.
    first : str, optional
        The first month of the plan, as ``2027-01``; by default the first that is forecast. Earlier ones are over.
    months : int, default 12
        How many months the plan has, at most 12.
    version : str, optional
        As in `PlanFacts`.

    Returns
    -------
    PlanFacts

    Raises
    ------
    OutOfRangeError
        If the plan ends after the forecast or begins before the history, or nothing is to be sold in it.
    SettingsError
        If sales are not monthly money of a tree.
    """
    settings = workspace.sales
    for name, found, wanted in (
        ("frequency", settings.frequency, "month"),
        ("measure", settings.measure, "money"),
    ):
        if found != wanted:
            fault = f"sales.{name} is {found}, and targets are of {wanted}; set it to {wanted}"
            raise SettingsError(fault, place="salescope.yaml")
    levels = plan_levels(fitted.hierarchy or {})
    if not levels:
        fault = "sales.hierarchy has no level that orders have, so that there is nobody to hand targets to; name one"
        raise SettingsError(fault, place="salescope.yaml")
    places, closed = _places(fitted, first=first, months=months)
    keys, gather = _leaves(fitted.prepared_.keys, levels=levels)
    names = tuple(f"{day:%Y-%m}" for day in _days(fitted)[places])
    grid = PlanGrid.of(keys, months=names)
    sold = gather @ np.nan_to_num(np.asarray(fitted.prepared_.panel.values))
    futures = Futures(grid=grid, paths=_paths(fitted, gather=gather, sold=sold, places=places), closed=closed)
    past = _past(fitted, gather=gather)
    fair, achievable = fair_shares(futures, past=past, peers=keys.iloc[:, 0].tolist() if len(levels) > 1 else None)
    before = places - 12
    last = np.where(before >= 0, sold[:, np.maximum(before, 0)], 0.0)
    return PlanFacts(
        futures=futures, keys=keys, last=last, fair=fair, past=past, potential=achievable, as_of=as_of, version=version
    )


def joint_paths(fitted: SalesForecaster, *, paths: int, seed: int = SEED) -> Floats:
    """Draws coherent futures of every series of a forecast.

    Parameters
    ----------
    fitted : SalesForecaster
        Fitted.
    paths : int
        How many.
    seed : int, default 5
        The same seed gives the same paths.

    Returns
    -------
    ndarray of float, shape (paths, n_series, horizon)
        In units of sales.
    """
    tree = fitted.tree_
    errors, _, _ = measured_errors(fitted.fitted_, fitted.panel_)
    mean = fitted.fitted_.mean[tree.bottom]
    return sample_paths(mean, errors=errors, tree=tree, paths=paths, seed=seed, floor=fitted.floor_)


def plan_levels(hierarchy: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Finds the attributes that targets are handed down by: those of the first branch of a tree.

    Parameters
    ----------
    hierarchy : mapping of str to sequence of str
        Each level below the total, the columns that make it.

    Returns
    -------
    tuple of str
        From the coarsest to the finest; levels that are no part of one another are other views of the same sales.

    Examples
    --------
    >>> plan_levels({"region": ["region"], "rep": ["region", "rep_id"], "category": ["category"]})
    ('region', 'rep_id')
    """
    chain: list[str] = []
    for columns in hierarchy.values():
        if set(chain) < set(columns):
            chain += [column for column in columns if column not in chain]
    return tuple(chain)


def fair_shares(futures: Futures, *, past: Floats, peers: Sequence[str] | None = None) -> tuple[Floats, Floats]:
    """Weighs what each leaf can be expected to sell by the season of its forecast.

    Parameters
    ----------
    futures : Futures
        Joint paths.
    past : ndarray of float, shape (n_leaves, n_years)
        As in `PlanFacts`; without years the forecast alone says what a leaf can sell.
    peers : sequence of str, shape (n_leaves,), optional
        The group of leaves that are alike, as their region.

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
        return fair_share(expected.sum(axis=1), season=expected), np.full(len(expected), np.nan)
    found = potential(LeafFacts(history=np.maximum(past, 0.0), peers=None if peers is None else list(peers)))
    achievable = np.asarray(found.achievable, dtype=np.float64)
    bearing = np.where(achievable > 0.0, achievable, expected.sum(axis=1))
    alive = bearing * (expected.sum(axis=1) > 0.0)
    return fair_share(alive if alive.any() else expected.sum(axis=1), season=expected), achievable


def _days(fitted: SalesForecaster) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(fitted.panel_.dates.append(fitted.dates_ahead()))


def _places(fitted: SalesForecaster, *, first: str | None, months: int) -> tuple[npt.NDArray[np.int64], int]:
    """Finds the plan's months among those of the history and those ahead, and how many of them are over."""
    days, over = _days(fitted), len(fitted.panel_.dates)
    known = [f"{day:%Y-%m}" for day in days]
    begins = known[over] if first is None else first
    if begins not in known:
        raise OutOfRangeError(begins, name="the first month", where="a plan", least=f"{known[0]}, at most {known[-1]}")
    start = known.index(begins)
    most = min(MOST_MONTHS, len(known) - start)
    if not 1 <= months <= most:
        least = f"1 and at most {most} (the forecast ends with {known[-1]}; sales.horizon says how far it goes)"
        raise OutOfRangeError(months, name="months", where=f"a plan from {begins}", least=least)
    places = np.arange(start, start + months, dtype=np.int64)
    return places, int((places < over).sum())


def _leaves(keys: pd.DataFrame, *, levels: Sequence[str]) -> tuple[pd.DataFrame, sparse.csr_array]:
    """Finds the leaves of the plan, and which series of the forecast are of each."""
    told = keys[list(levels)].astype(str)
    groups = told.groupby(list(levels), sort=True)
    codes = groups.ngroup().to_numpy(dtype=np.int64)
    found = told.assign(_leaf=codes).drop_duplicates("_leaf").sort_values("_leaf").drop(columns="_leaf")
    cells = (np.ones(len(codes)), (codes, np.arange(len(codes))))
    return found.reset_index(drop=True), sparse.csr_array(cells, shape=(len(found), len(codes)))


def _paths(fitted: SalesForecaster, *, gather: sparse.csr_array, sold: Floats, places: npt.NDArray[np.int64]) -> Floats:
    over = sold.shape[1]
    closed, steps = places[places < over], places[places >= over] - over
    count = max(1, min(MOST_PATHS, MOST_CELLS // (gather.shape[0] * len(places))))
    paths = np.empty((count, gather.shape[0], len(places)))
    paths[:, :, : len(closed)] = sold[:, closed]
    if len(steps):
        drawn = joint_paths(fitted, paths=count)[:, :, steps]
        for place, path in enumerate(drawn):
            paths[place, :, len(closed) :] = gather @ path
    return paths


def _past(fitted: SalesForecaster, *, gather: sparse.csr_array) -> Floats:
    """Adds the history of leaves up to years that end with it; NaN where a leaf had not begun."""
    told = np.asarray(fitted.prepared_.panel.values)
    if told.shape[1] < MOST_MONTHS:
        return np.empty((gather.shape[0], 0))
    begun = gather @ np.isfinite(told).astype(np.float64) > 0.0
    return years_of(np.where(begun, gather @ np.nan_to_num(told), np.nan))
