"""Existing and new business of a workspace: the forecast split by customers, its level weighed, growth of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from salescope.batch.new_and_existing import customer_sales, split_by_customers
from salescope.bundle import CARD, parse_json
from salescope.forecasting import frequency_named
from salescope.forecasting.cohorts import customer_days
from salescope.forecasting.new_and_existing import SplitSettings
from salescope.forecasting.tree import TOTAL
from salescope.frames.errors import NothingPublishedError, OutcomeError, SettingsError
from salescope.project import ModelName, Workspace
from salescope.registry import load_current
from salescope.store import Publication, Store, current_forecasts, forecast_columns

__all__ = ["Growth", "SalesToCome", "customers_error", "growth_sums", "published_sales", "read_growth", "total_error"]

# So that the sum of the customers stands alone: the forecast weighs as the inverse of the square of its error.
_ALONE = {"error_forecast": 1.0, "error_customers": 1e-9}
_PARTS = ("existing", "new")


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesToCome:
    """Holds a forecast of money that is to be split.

    Parameters
    ----------
    forecast : DataFrame, shape (n_rows, n_columns)
        ``node``, ``date`` and ``mean`` at least.
    as_of : Timestamp
        Only earlier orders counted; naive.
    frequency : str
        Its periods.
    error : float or None, default None
        The error of the total in windows of the past, as a share of what was sold; None where it is not known.
    cutoffs : tuple of Timestamp, default ()
        The first day ahead of each of those windows.
    publication : Publication, optional
        What it was published in.
    version : str or None, default None
        The model that had chosen how to forecast.
    """

    forecast: pd.DataFrame
    as_of: pd.Timestamp
    frequency: str
    error: float | None = None
    cutoffs: tuple[pd.Timestamp, ...] = ()
    publication: Publication | None = None
    version: str | None = None

    @property
    def horizon(self) -> int:
        """Is how many periods are ahead."""
        return int(self.forecast["date"].nunique())


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Holds what customers of today and those to come are to bring.

    Parameters
    ----------
    parts : DataFrame, shape (n_nodes * n_periods, 9)
        As of `salescope.forecasting.new_and_existing.split_forecast`.
    sums : DataFrame, shape (n_nodes, 10)
        As of `growth_sums`.
    settings : SplitSettings
        From when, and how the level was weighed.
    error_customers : float or None
        As of `customers_error`; None where the error of the forecast is not known either.
    moved : float
        By which share the total of all periods differs from its forecast, for its level was weighed against what the
        customers are expected to buy.
    days_later : int
        Of how many days after the moment of the forecast orders are known; 0 where it has seen all.
    """

    parts: pd.DataFrame
    sums: pd.DataFrame
    settings: SplitSettings
    error_customers: float | None
    moved: float
    days_later: int


def published_sales(workspace: Workspace, *, store: Store) -> SalesToCome | None:
    """Finds the forecast of money that is published.

    Parameters
    ----------
    workspace : Workspace
        Has the promoted model, whose card says how well it forecast the past.
    store : Store
        Has the published tables.

    Returns
    -------
    SalesToCome or None
        None where nothing was published, or quantities.

    Raises
    ------
    DamagedBundleError
        If the promoted model is damaged.
    StoreUnavailableError
        If the database does not answer.
    """
    published = current_forecasts(store)
    if published is None or published.about["unit"] != "money":
        return None
    columns = forecast_columns(store, published, names=("node", "level", "date", "step", "mean"))
    version = published.versions.get(ModelName.SALES.value)
    figures, windows = _measured(workspace, version=version)
    cutoffs = pd.to_datetime([window["cutoff"] for window in windows])
    return SalesToCome(
        forecast=pd.DataFrame(columns).assign(date=pd.to_datetime(columns["date"])),
        as_of=pd.Timestamp(published.as_of).tz_localize(None),
        frequency=str(published.about["frequency"]),
        error=total_error(figures),
        cutoffs=tuple(cutoffs),
        publication=published,
        version=version,
    )


def total_error(figures: pd.DataFrame) -> float | None:
    """Reads how far forecasts of the total were off in the past.

    Parameters
    ----------
    figures : DataFrame
        As in `salescope.forecasting.Backtest`, all windows together; may be empty.

    Returns
    -------
    float or None
        The sum of errors over the sum of sales; None where it was not measured.

    Examples
    --------
    >>> total_error(pd.DataFrame({"level": ["all", "region"], "wape": [0.1, 0.2]}))
    0.1
    """
    if not {"level", "wape"} <= set(figures):
        return None
    found = figures.loc[figures["level"] == TOTAL, "wape"].to_numpy(dtype=np.float64)
    error = float(found[0]) if len(found) else np.nan
    return error if 0 < error < np.inf else None


def read_growth(workspace: Workspace, *, sales: SalesToCome, weigh: bool = False) -> Growth:
    """Splits what is to come by customers, and says how well either side did in the past.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders" and, where mapped, "customers" are read.
    sales : SalesToCome
        The forecast.
    weigh : bool, default False
        Whether the level is moved towards the sum over the customers, by the errors of both.

    Returns
    -------
    Growth

    Raises
    ------
    SettingsError
        If no table "orders" is mapped, or sales are not money.
    OutcomeError
        If no customer had ordered before the moment.

    Notes
    -----
    The sum over the customers is made in the windows in which the forecast was measured, each time of earlier orders
    only. Where either error is not known, or history is too short for last year's season, the forecast stays as it is.
    On made companies of three and four years a weighed level was no nearer to the truth than the forecast's own, for
    the sum over the customers was too low: so it is not weighed unless it is asked for.
    """
    if workspace.sales.measure != "money" and sales.publication is None:
        fault = f"sales.measure is {workspace.sales.measure}, and what customers bring is money; set it to money"
        raise SettingsError(fault, place="salescope.yaml")
    tables = customer_sales(workspace)
    theirs = None if sales.error is None else customers_error(tables, sales=sales)
    settings = SplitSettings(
        as_of=sales.as_of,
        frequency=sales.frequency,
        error_forecast=sales.error if weigh and theirs else None,
        error_customers=theirs if weigh else None,
    )
    parts = split_by_customers(tables, forecast=sales.forecast, settings=settings)
    was, now = (float(frame.loc[frame["node"] == TOTAL, "mean"].to_numpy().sum()) for frame in (sales.forecast, parts))
    later = tables["orders"]["ordered_at"].max() - sales.as_of
    return Growth(
        parts=parts,
        sums=growth_sums(parts),
        settings=settings,
        error_customers=theirs,
        moved=now / was - 1 if was else 0.0,
        days_later=max(-(-later // pd.Timedelta(days=1)), 0),
    )


def customers_error(tables: Mapping[str, pd.DataFrame], *, sales: SalesToCome) -> float | None:
    """Measures on the past how far the sum over the customers is off.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        "orders" and, where there are any, "customers".
    sales : SalesToCome
        Whose windows; only orders before its moment count.

    Returns
    -------
    float or None
        The sum of errors over periods, as a share of what customers bought; None where no window could be told.
    """
    pace = frequency_named(sales.frequency)
    days = customer_days(tables["orders"], as_of=sales.as_of, customers=tables.get("customers"))
    end = pace.floor(pd.DatetimeIndex([sales.as_of]))[0]
    told, sold = [], []
    for cutoff in sales.cutoffs:
        starts = pace.starts(cutoff, count=sales.horizon + 1)
        starts = starts[starts <= end]
        found = _customers_alone(tables, starts=starts[:-1], sales=sales) if len(starts) > 1 else None
        if found is not None:
            told += found
            sold += [days.between(start, stop) for start, stop in pairwise(starts)]
    error = float(np.abs(np.subtract(told, sold)).sum() / np.abs(sold).sum()) if np.any(sold) else 0.0
    return error or None


def growth_sums(parts: pd.DataFrame) -> pd.DataFrame:
    """Adds the periods of each node up.

    Parameters
    ----------
    parts : DataFrame, shape (n_nodes * n_periods, 9)
        As of `salescope.forecasting.new_and_existing.split_forecast`.

    Returns
    -------
    DataFrame, shape (n_nodes, 10)
        ``node``; ``mean`` and the parts of it, ``existing``, ``new`` and ``unnamed``; ``customers``, how many begin;
        ``before_existing`` and ``before_new``, the same parts a year ago; ``growth_existing`` and ``growth_new``, over
        the periods whose sales a year ago are known. What is not known is missing.

    Examples
    --------
    >>> parts = pd.DataFrame({"node": ["all"] * 2, "mean": [9.0, 11.0], "existing": [6.0, 9.0], "new": [3.0, 2.0]})
    >>> parts = parts.assign(unnamed=0.0, customers=1.0, growth_existing=[0.5, 0.0], growth_new=[0.5, np.nan])
    >>> growth_sums(parts)[["existing", "before_existing", "growth_existing", "before_new"]].round(
    ...     3
    ... ).to_numpy().tolist()
    [[15.0, 13.0, 0.154, 2.0]]
    """
    columns = {name: parts[name] for name in ("node", "mean", *_PARTS, "unnamed", "customers")}
    for part in _PARTS:
        known = parts[f"growth_{part}"].notna()
        columns[f"before_{part}"] = (parts[part] / (1 + parts[f"growth_{part}"])).where(known)
        columns[f"told_{part}"] = parts[part].where(known)
    sums = pd.DataFrame(columns).groupby("node", sort=False).sum(min_count=1).reset_index()
    for part in _PARTS:
        sums[f"growth_{part}"] = sums[f"told_{part}"] / sums[f"before_{part}"] - 1
    return sums.drop(columns=[f"told_{part}" for part in _PARTS])


def _customers_alone(
    tables: Mapping[str, pd.DataFrame], *, starts: pd.DatetimeIndex, sales: SalesToCome
) -> list[float] | None:
    """Says what customers were expected to bring, by orders before the first period; None where no season was known."""
    settings = SplitSettings(as_of=starts[0], frequency=sales.frequency, **_ALONE)
    nothing = pd.DataFrame({"node": TOTAL, "date": starts, "mean": 1.0})
    try:
        parts = split_by_customers(tables, forecast=nothing, settings=settings)
    except OutcomeError:
        return None
    if np.allclose(parts["mean"], nothing["mean"]):
        return None
    return list((parts["existing"] + parts["new"]).astype(float))


def _measured(workspace: Workspace, *, version: str | None) -> tuple[pd.DataFrame, Sequence[Mapping[str, str]]]:
    """Reads from the promoted model's card how the version that forecast did in the past."""
    nothing = pd.DataFrame({"level": [], "wape": []})
    try:
        published, files = load_current(workspace.published_of(ModelName.SALES))
    except NothingPublishedError:
        return nothing, ()
    if published.version != version:
        return nothing, ()
    measured = parse_json(files[CARD], file=CARD)["measured"]
    return pd.DataFrame(measured["figures"]), measured["windows"]
