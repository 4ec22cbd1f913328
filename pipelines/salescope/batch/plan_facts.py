"""What targets are recommended and judged by: joint futures of a workspace's leaves, last year, and fair shares."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from salescope.batch.plan_accounts import plan_accounts
from salescope.batch.plan_force import TRAINED, plan_force
from salescope.batch.plan_leaves import plan_leaves, plan_levels
from salescope.batch.plan_shares import fair_shares, past_years
from salescope.forecasting import SalesForecaster
from salescope.forecasting.joint_paths import joint_paths
from salescope.forecasting.path_model import PathModel
from salescope.frames.errors import OutOfRangeError, SettingsError
from salescope.planning import Futures, PlanGrid
from salescope.planning.futures import MOST_CELLS, MOST_PATHS, SEED
from salescope.project import Workspace

__all__ = ["PlanFacts", "drawn", "plan_facts"]

Floats = npt.NDArray[np.float64]

MOST_MONTHS = 12
# Paths that are published themselves are at most 64 MB.
MOST_KEPT = 7_500_000


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
        What each leaf can be expected to sell in a year, as far as its representative is trained; NaN where history is
        too short to say.
    as_of : Timestamp
        Only earlier orders counted; naive.
    model : PathModel or None, default None
        What the paths were drawn from; None where months are over, or leaves are sums of what was forecast.
    version : str or None, default None
        The promoted model of sales that had chosen how to forecast.
    publication : int or None, default None
        What it was published in.
    ramp_up : ndarray of float, shape (n_leaves, n_months), or None
        What newcomers bring of what the trained do; None where no table tells of representatives.
    seniority : ndarray of float, shape (n_leaves,), or None
        Years in the trade of each leaf's representative; NaN where not known.
    """

    futures: Futures
    keys: pd.DataFrame
    last: Floats = field(repr=False)
    fair: Floats = field(repr=False)
    past: Floats = field(repr=False)
    potential: Floats = field(repr=False)
    as_of: pd.Timestamp
    model: PathModel | None = None
    version: str | None = None
    publication: int | None = None
    ramp_up: Floats | None = field(default=None, repr=False)
    seniority: Floats | None = field(default=None, repr=False)

    @property
    def newcomers(self) -> pd.DataFrame:
        """Is who is ramping up: ``rep_id``, and ``first``, ``last`` and ``mean`` of `ramp_up`, each 0 to 1."""
        brings = np.ones(self.futures.grid.shape) if self.ramp_up is None else self.ramp_up
        told = pd.DataFrame(
            {
                "rep_id": self.keys.iloc[:, -1].to_numpy(dtype=str),
                "first": brings[:, 0],
                "last": brings[:, -1],
                "mean": brings.mean(axis=1),
            }
        )
        young: pd.DataFrame = told[brings.min(axis=1) < TRAINED]
        return young.drop_duplicates("rep_id", ignore_index=True)

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
    places = _places(fitted, first=first, months=months)
    keys, gather = plan_leaves(fitted.prepared_.keys, levels=levels)
    names = tuple(f"{day:%Y-%m}" for day in _days(fitted)[places])
    grid = PlanGrid.of(keys, months=names)
    history = np.asarray(fitted.prepared_.panel.values)
    sold = gather @ np.nan_to_num(history)
    futures, model = _futures(fitted, grid=grid, gather=gather, sold=sold, places=places)
    begun = np.where(gather @ np.isfinite(history).astype(np.float64) > 0.0, sold, np.nan)
    past, before = past_years(begun), places - 12
    told = pd.DataFrame(begun, columns=[f"{day:%Y-%m}" for day in fitted.panel_.dates])
    force = plan_force(workspace, keys, months=names, past=told)
    peers = keys.iloc[:, 0].tolist() if len(levels) > 1 else None
    accounts = plan_accounts(workspace, keys, past=past, until=fitted.dates_ahead()[0])
    fair, achievable = fair_shares(futures, past=past, peers=peers, force=force, accounts=accounts)
    return PlanFacts(
        futures=futures,
        keys=keys,
        last=np.where(before >= 0, sold[:, np.maximum(before, 0)], 0.0),
        fair=fair,
        past=past,
        potential=achievable,
        as_of=as_of,
        model=model,
        version=version,
        ramp_up=None if force is None else force.ramp_up,
        seniority=None if force is None else force.seniority,
    )


def _days(fitted: SalesForecaster) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(fitted.panel_.dates.append(fitted.dates_ahead()))


def _places(fitted: SalesForecaster, *, first: str | None, months: int) -> npt.NDArray[np.int64]:
    """Finds the plan's months among those of the history and those ahead."""
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
    return np.arange(start, start + months, dtype=np.int64)


def drawn(model: PathModel, *, cells: int) -> Floats:
    """Draws the paths that a plan is judged by.

    Parameters
    ----------
    model : PathModel
        A recipe.
    cells : int
        Leaves times months: of very large plans fewer paths are drawn.

    Returns
    -------
    ndarray of float, shape (n_paths, n_series, n_steps)
        At most 1,000, the same every time.
    """
    return model.draw(max(1, min(MOST_PATHS, MOST_CELLS // cells)), seed=SEED)


def _futures(
    fitted: SalesForecaster, *, grid: PlanGrid, gather: sparse.csr_array, sold: Floats, places: npt.NDArray[np.int64]
) -> tuple[Futures, PathModel | None]:
    """Draws joint paths of the leaves; months that are over are in them as they were."""
    over, cells = sold.shape[1], grid.shape[0] * grid.shape[1]
    closed, steps = places[places < over], places[places >= over] - over
    model = joint_paths(fitted, horizon=int(steps[-1]) + 1) if len(steps) else None
    alike = gather.shape[0] == gather.shape[1] and (gather.indices == np.arange(gather.shape[1])).all()
    if model is not None and alike and len(steps) == len(places) and steps[0] == 0:
        return Futures(grid=grid, paths=drawn(model, cells=cells)), model
    count = max(1, min(MOST_PATHS, MOST_KEPT // cells))
    paths = np.empty((count, *grid.shape))
    paths[:, :, : len(closed)] = sold[:, closed]
    if model is not None:
        for place, path in enumerate(model.draw(count, seed=SEED)[:, :, steps]):
            paths[place, :, len(closed) :] = gather @ path
    return Futures(grid=grid, paths=paths, closed=len(closed)), None
