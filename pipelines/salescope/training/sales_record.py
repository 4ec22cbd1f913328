"""The track record of published forecasts: how right they were, and whether people's numbers were better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from salescope.forecasting import Panel, value_added
from salescope.forecasting.backtest import figures_of
from salescope.forecasting.calendar import frequency_named
from salescope.forecasting.intervals import series_scale
from salescope.project import Workspace
from salescope.store import FORECASTS, Publication, Store, forecast_columns, publications
from salescope.training.asked_sales import PUBLISHED_LEVELS, ask_sales

__all__ = ["SalesRecord", "sales_record"]

MOST_EDITIONS = 24
READ = ("node", "level", "date", "step", "mean", "baseline", "lo_80", "hi_80", "lo_95", "hi_95")


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesRecord:
    """Holds what published forecasts said beside what was sold.

    Parameters
    ----------
    editions : DataFrame, shape (n_editions, 5)
        ``window`` (1 is the newest), ``cutoff`` (first day of the first period ahead), ``publication``, ``as_of`` and
        ``periods``, how many have passed.
    figures : DataFrame
        As in `salescope.forecasting.Backtest`; empty where no published period has passed.
    overrides : DataFrame
        As of `salescope.forecasting.value_added`; empty where nobody has overridden anything.
    """

    editions: pd.DataFrame
    figures: pd.DataFrame
    overrides: pd.DataFrame


def sales_record(
    workspace: Workspace, *, store: Store, since: datetime | None = None, most: int = MOST_EDITIONS
) -> SalesRecord:
    """Judges published forecasts by what has happened since.

    Parameters
    ----------
    workspace : Workspace
        Its orders, and its section "sales".
    store : Store
        Has the published forecasts.
    since : datetime, optional
        Only what was published of this instant or later is judged, aware; all by default.
    most : int, default 24
        At most so many are judged: of each first period ahead the one that was said last.

    Returns
    -------
    SalesRecord

    Raises
    ------
    OutcomeError
        If there is no order.
    SourceError
        If a table cannot be read.

    Notes
    -----
    Errors are those of the published numbers, overrides included; scales are of the history before each. Orders that
    were booked later than they were made count as they are known today.
    """
    asked = ask_sales(workspace, as_of=None)
    panel = asked.forecaster.read(asked.sales, as_of=asked.as_of).origins.panel
    parts, editions, said = [], [], []
    chosen = _chosen(workspace, store=store, panel=panel, since=since)[:most]
    for edition, (cutoff, publication) in enumerate(chosen, start=1):
        points = _points(pd.DataFrame(forecast_columns(store, publication, names=READ)), panel=panel, cutoff=cutoff)
        seen = int(points.loc[points["actual"].notna(), "step"].max()) if points["actual"].notna().any() else 0
        parts.append(points.assign(window=edition))
        said.append(pd.DataFrame(publication.about.get("overrides", [])))
        editions.append((edition, panel.dates[cutoff], publication.id, publication.as_of, seen))
    told = pd.DataFrame(editions, columns=["window", "cutoff", "publication", "as_of", "periods"])
    figures = figures_of(pd.concat(parts), levels=PUBLISHED_LEVELS) if parts else pd.DataFrame()
    return SalesRecord(editions=told, figures=figures, overrides=_judged([one for one in said if len(one)], panel))


def _chosen(
    workspace: Workspace, *, store: Store, panel: Panel, since: datetime | None
) -> list[tuple[int, Publication]]:
    """Finds the last publication of each first period ahead that has passed, the newest first; with its position."""
    settings, pace = workspace.sales, frequency_named(workspace.sales.frequency)
    last: dict[int, Publication] = {}
    for publication in publications(store, name=FORECASTS):
        alike = publication.about.get("frequency"), publication.about.get("unit")
        begins = pace.floor(pd.DatetimeIndex([publication.as_of.replace(tzinfo=None)]))[0]
        cutoff = int(panel.dates.searchsorted(begins))
        late = since is None or publication.as_of >= since
        if late and alike == (settings.frequency, settings.measure) and 0 < cutoff < len(panel.dates):
            last.setdefault(cutoff, publication)
    return sorted(last.items(), reverse=True)


def _points(told: pd.DataFrame, *, panel: Panel, cutoff: int) -> pd.DataFrame:
    """Sets beside a published forecast what was sold, and the scale of the history before it."""
    scale = series_scale(panel.values[:, :cutoff], season=panel.frequency.season)  # noqa: PD011 - an array
    node = pd.Index(panel.series).get_indexer(pd.Index(told["node"]))
    dates = pd.to_datetime(told["date"]).astype("datetime64[ns]")
    step = panel.dates.get_indexer(pd.DatetimeIndex(dates))
    known = (node >= 0) & (step >= 0)
    actual = np.where(known, np.asarray(panel.values)[node, step], np.nan)
    return told.assign(date=dates, actual=actual, scale=np.where(known, scale[node], np.nan))


def _judged(said: list[pd.DataFrame], panel: Panel) -> pd.DataFrame:
    """Judges overrides: of those for one node and period the one that was published last."""
    if not said:
        return pd.DataFrame()
    table = pd.concat(said).drop_duplicates(["node", "date"])
    table = table.assign(date=pd.to_datetime(table["date"]).astype("datetime64[ns]"))
    named = panel.dates.rename("date")
    values = pd.DataFrame(np.asarray(panel.values).T, index=named, columns=list(panel.series))
    actuals = values.reset_index().melt("date", var_name="node", value_name="y")
    return value_added(table, actuals=actuals)
