"""The forecast of a workspace's sales, published as the table that the service answers from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import pandas as pd

from salescope.project import Workspace
from salescope.store import (
    FORECASTS,
    ForecastRow,
    NewPublication,
    Publication,
    Store,
    publish_forecasts,
    retire_publications,
)

__all__ = ["KEEP_FORECASTS", "ForecastEdition", "forecast_rows", "publish_sales_forecast"]

KEEP_FORECASTS = 400
CONTRIBUTIONS = ("trend", "season", "events", "price", "other")
BOUNDS = ("lo_80", "hi_80", "lo_95", "hi_95")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastEdition:
    """Says what a published forecast is of, and how well such forecasts went.

    Parameters
    ----------
    as_of : Timestamp
        Only earlier orders counted; naive.
    figures : DataFrame, shape (n_levels, n_columns)
        ``level``, and ``coverage_80``, ``coverage_95`` where they were measured; may be empty.
    windows : DataFrame, shape (n_windows, 3)
        What they were measured in: ``window``, ``cutoff`` and ``periods``; may be empty.
    versions : mapping of str to str, default {}
        The version of the model that chose how to forecast; empty where the forecast chose for itself.
    overrides : DataFrame, shape (n_overrides, 7), optional
        ``node``, ``level``, ``date``, ``value``, ``machine``, ``reason`` and ``author`` of numbers that people changed;
        they are published with the table, so that they can be judged later.
    responses : DataFrame, shape (n_responses, 6), optional
        As of `salescope.forecasting.event_responses`: what the service answers what-ifs of events from.
    """

    as_of: pd.Timestamp
    figures: pd.DataFrame
    windows: pd.DataFrame
    versions: Mapping[str, str] = field(default_factory=dict)
    overrides: pd.DataFrame | None = None
    responses: pd.DataFrame | None = None


def publish_sales_forecast(
    workspace: Workspace,
    forecast: pd.DataFrame,
    *,
    store: Store,
    edition: ForecastEdition,
    keep: int = KEEP_FORECASTS,
) -> Publication:
    """Publishes the forecast of every node, which becomes current when all of it is written.

    Parameters
    ----------
    workspace : Workspace
        Its frequency, horizon, measure and currency are told with the table.
    forecast : DataFrame
        As of `salescope.forecasting.SalesForecaster.predict`, with the intervals of 80 and 95 %, and with columns
        ``trend``, ``season``, ``events``, ``price`` and ``other``, or some of them, where it is explained.
    store : Store
        Has the published tables.
    edition : ForecastEdition
        What it is of.
    keep : int, default 400
        So many published forecasts are kept, this one among them; the service answers from them as of then.

    Returns
    -------
    Publication

    Raises
    ------
    HostileValueError
        If a node's name or a number cannot be stored as it is; nothing of the table is readable then.
    OvertakenRunError
        If another run begins to publish forecasts meanwhile.
    StoreUnavailableError
        If the database does not answer.
    """
    new = NewPublication(
        name=FORECASTS,
        as_of=edition.as_of.to_pydatetime().replace(tzinfo=UTC),
        at=datetime.now(UTC),
        versions=dict(edition.versions),
        currency=workspace.currency,
    )
    about = _about(workspace, forecast, edition=edition)
    publication = publish_forecasts(store, forecast_rows(forecast, edition.responses), of=new, about=about)
    retire_publications(store, keep=keep, name=FORECASTS)
    return publication


def forecast_rows(forecast: pd.DataFrame, responses: pd.DataFrame | None = None) -> Iterator[ForecastRow]:
    """Reads a forecast as the store takes it, row by row.

    Parameters
    ----------
    forecast : DataFrame
        As `publish_sales_forecast` takes it.
    responses : DataFrame, optional
        As in `ForecastEdition`.

    Yields
    ------
    ForecastRow

    Examples
    --------
    >>> ends = {"lo_80": 8.0, "hi_80": 12.0, "lo_95": 7.0, "hi_95": 13.0}
    >>> row = {"node": "all", "level": "all", "date": pd.Timestamp("2026-03-01"), "step": 1, "mean": 10.0, **ends}
    >>> next(
    ...     forecast_rows(pd.DataFrame([{**row, "baseline": float("nan"), "trend": 9.5, "season": 0.5}]))
    ... ).contributions
    {'trend': 9.5, 'season': 0.5}
    """
    parts = [name for name in CONTRIBUTIONS if name in forecast]
    names = ["node", "level", "date", "step", "mean", *BOUNDS, "baseline", *parts]
    moved = _responses(responses)
    for cells in zip(*(forecast[name].tolist() for name in names), strict=True):
        row = dict(zip(names, cells, strict=True))
        told = {name: row.pop(name) for name in parts}
        baseline = row.pop("baseline")
        yield ForecastRow(
            **{**row, "date": row["date"].date()},
            baseline=baseline if isfinite(baseline) else None,
            contributions={name: value for name, value in told.items() if isfinite(value)},
            responses=moved.get((row["node"], row["step"]), {}),
        )


def _responses(told: pd.DataFrame | None) -> dict[tuple[str, int], dict[str, tuple[float, float]]]:
    found: dict[tuple[str, int], dict[str, tuple[float, float]]] = {}
    names = ("node", "step", "driver", "now", "per_unit")
    columns = [] if told is None else [told[name].tolist() for name in names]
    for node, step, driver, now, per_unit in zip(*columns, strict=True):
        found.setdefault((node, step), {})[driver] = (now, per_unit)
    return found


def _about(workspace: Workspace, forecast: pd.DataFrame, *, edition: ForecastEdition) -> dict[str, Any]:
    settings, levels = workspace.sales, [str(level) for level in dict.fromkeys(forecast["level"])]
    windows = [
        {"cutoff": f"{cutoff:%Y-%m-%d}", "periods": int(periods)}
        for cutoff, periods in zip(edition.windows["cutoff"], edition.windows["periods"], strict=True)
    ]
    return {
        "frequency": settings.frequency,
        "horizon": settings.horizon,
        "unit": settings.measure,
        "levels": levels,
        "coverage": {level: _coverage(edition.figures, level=level) for level in levels},
        "windows": windows,
        **({} if edition.overrides is None else {"overrides": _overrides(edition.overrides)}),
    }


def _overrides(table: pd.DataFrame) -> list[dict[str, Any]]:
    told = table[["node", "level", "date", "value", "machine", "reason", "author"]]
    days = told["date"].dt.strftime("%Y-%m-%d")
    return [{str(name): cell for name, cell in row.items()} for row in told.assign(date=days).to_dict("records")]


def _coverage(figures: pd.DataFrame, *, level: str) -> dict[str, float | None]:
    found = figures[figures["level"] == level]
    shares: dict[str, float | None] = {}
    for interval in ("80", "95"):
        column = f"coverage_{interval}"
        share = float(found[column].iloc[0]) if column in found and len(found) else float("nan")
        shares[interval] = share if isfinite(share) else None
    return shares
