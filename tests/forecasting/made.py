"""Sales of a small tree that tests make up, and a forecaster of it that costs little."""

# ruff: noqa: PD011 - `values` is a field of Panel, not of a frame

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from salescope.forecasting import Panel, SalesForecaster, frequency_named
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.calendar import Floats
from salescope.forecasting.statistical import Theta

__all__ = ["START", "Level", "made_forecaster", "made_panel", "made_sales", "made_values", "quarters"]

START = pd.Timestamp("2018-01-01")
REPS = {"1": "N", "2": "N", "3": "S", "4": "S"}
HIERARCHY = {"region": ["region"], "rep": ["region", "rep"]}


class Level:
    """Is a member that costs nothing and whose forecasts do not add up: the median of the same period in three years."""

    name, family = "level", "baseline"

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        season, length = panel.frequency.season, panel.values.shape[1]
        ahead = np.arange(horizon) % season
        years = [panel.values[:, length - season * back + ahead] for back in (1, 2, 3) if season * back <= length]
        naive = SeasonalNaive().forecast(panel, horizon=horizon)
        return np.asarray(np.median(np.nan_to_num(years), axis=0)) if years else naive


def made_values(*, series: int, periods: int, season: int = 4, seed: int = 0) -> Floats:
    """Makes sales with a level, a season, growth and noise, none negative."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(6, 0.5, (series, 1))
    swing = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(periods) / season + rng.random((series, 1))))
    return np.asarray(level * swing * 1.01 ** np.arange(periods) * rng.lognormal(0, 0.1, (series, periods)))


def made_panel(values: Floats, *, frequency: str = "quarter", alone: bool = False) -> Panel:
    """Lays values on a calendar; alone makes every series a level of its own."""
    pace = frequency_named(frequency)
    names = tuple(f"s{row}" for row in range(len(values)))
    group = np.arange(len(values)) if alone else None
    dates = pace.starts(START, count=values.shape[1])
    return Panel(series=names, values=values, dates=dates, frequency=pace, group=group)


def made_sales(values: Floats | None = None, *, periods: int = 24, reps: Mapping[str, str] = REPS) -> pd.DataFrame:
    """Writes sales as rows: four people in two regions; a period that is NaN has no row."""
    table = made_values(series=len(reps), periods=periods) if values is None else values
    dates = quarters(table.shape[1])
    parts = [
        pd.DataFrame({"region": region, "rep": rep, "date": dates, "y": row})
        for (rep, region), row in zip(reps.items(), table, strict=True)
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset="y").reset_index(drop=True)


def quarters(count: int) -> pd.DatetimeIndex:
    """Lists the first days of quarters."""
    return frequency_named("quarter").starts(START, count=count)


def made_forecaster(horizon: int = 4, **changes: Any) -> SalesForecaster:
    """Makes a forecaster of quarters whose members take milliseconds."""
    members = [SeasonalNaive(), SeasonalNaiveGrowth(), Theta()]
    settings = {"frequency": "quarter", "hierarchy": HIERARCHY, "members": members, "windows": 3} | changes
    return SalesForecaster(horizon, **settings)
