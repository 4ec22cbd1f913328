"""Backtests: what a forecaster would have said at moments of the past, and how right it would have been."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.history import History, KnownOf
from salescope.forecasting.windows import Windows, judged_cutoffs
from salescope.frames.errors import OutcomeError

__all__ = ["Backtest", "backtest", "backtest_history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Holds what was forecast at moments of the past beside what happened.

    Parameters
    ----------
    points : DataFrame, shape (n_windows * n_nodes * horizon, n_columns)
        ``window`` (1 is the newest), ``cutoff`` (first day of the first period ahead), the columns of a forecast, and
        ``actual`` and ``scale``.
    figures : DataFrame, shape (n_windows * n_levels + n_levels, n_columns)
        ``window`` (0 for all together), ``level``, ``nodes``, ``mase``, ``rmsse``, ``wape``, ``bias``, the same of the
        baseline, ``skill`` (the share of the baseline's mase that is saved), and ``coverage_80``, ``width_80`` …

    Notes
    -----
    At each cutoff members, gate, reconciliation and intervals know only what was earlier.

    Examples
    --------
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> dates = pd.date_range("2020-01-01", periods=36, freq="MS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": np.arange(36.0)})
    >>> found = backtest(sales, forecaster=SalesForecaster(horizon=6, members=[SeasonalNaiveGrowth()]), windows=2)
    >>> found.figures[["window", "level", "nodes"]].to_numpy().tolist()[:2]
    [[0, 'all', 1], [0, 'bottom', 1]]
    >>> found.points.groupby("window")["cutoff"].first().dt.month.tolist()
    [7, 1]
    """

    points: pd.DataFrame
    figures: pd.DataFrame


def backtest(
    sales: pd.DataFrame,
    *,
    forecaster: SalesForecaster,
    windows: int = 3,
    step: int | None = None,
    as_of: pd.Timestamp | None = None,
    known: KnownOf | None = None,
    tell: Callable[[int, str], None] | None = None,
) -> Backtest:
    """Forecasts from rolling cutoffs and compares with what happened.

    Parameters
    ----------
    sales : DataFrame, shape (n_rows, n_columns)
        As of `SalesForecaster.fit`.
    forecaster : SalesForecaster
        What is judged; it is not changed.
    windows : int, default 3
        At most so many cutoffs; fewer where history is short.
    step : int, optional
        Periods between cutoffs; the horizon by default.
    as_of : Timestamp, optional
        Only earlier rows count.
    known : callable, optional
        Says what is known ahead of each node.
    tell : callable, optional
        Is told the cutoff and the member before each forecast.

    Returns
    -------
    Backtest

    Raises
    ------
    OutcomeError
        If not even one window fits into the history.

    Examples
    --------
    >>> dates = pd.date_range("2020-01-01", periods=48, freq="MS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": [float(1 + month % 12) for month in range(48)]})
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> from salescope.forecasting.smoothing import Smoothing
    >>> judged = SalesForecaster(horizon=6, members=[SeasonalNaiveGrowth(), Smoothing()])
    >>> found = backtest(sales, forecaster=judged, windows=2)
    >>> found.figures["mase"].round(6).unique()
    array([0.])
    """
    history = forecaster.read(sales, as_of=as_of, known=known, tell=tell)
    return backtest_history(history, forecaster=forecaster, windows=windows, step=step)


def backtest_history(
    history: History, *, forecaster: SalesForecaster, windows: int, step: int | None = None
) -> Backtest:
    """Backtests a forecaster on sales that were read, and shares what members forecast with a fit on the same.

    Parameters
    ----------
    history : History
        As `SalesForecaster.read` gives it.
    forecaster : SalesForecaster
        What is judged; it is not changed.
    windows : int
        At most so many cutoffs.
    step : int, optional
        Periods between cutoffs; the horizon by default.

    Returns
    -------
    Backtest

    Raises
    ------
    OutcomeError
        If not even one window fits into the history.

    Examples
    --------
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> dates = pd.date_range("2020-01-01", periods=36, freq="MS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": np.arange(36.0)})
    >>> forecaster = SalesForecaster(horizon=6, members=[SeasonalNaiveGrowth()])
    >>> history = forecaster.read(sales)
    >>> backtest_history(history, forecaster=forecaster, windows=2).figures["window"].unique().tolist()
    [0, 1, 2]
    """
    origins, end = history.origins, history.end
    asked = Windows(count=windows, step=step or origins.horizon)
    cutoffs = judged_cutoffs(end, horizon=origins.horizon, windows=asked)
    if not cutoffs:
        problem = f"{end} periods of sales are too few to judge a forecast by"
        raise OutcomeError(problem, remedy="Give more history.")
    parts = []
    for window, cutoff in enumerate(cutoffs, start=1):
        fitted = clone(forecaster).fit_tree(origins, tree=history.tree, cutoff=cutoff, floor=history.floor(cutoff))
        points = fitted.predict()
        points["actual"] = origins.actual(cutoff, known=end).ravel()
        points["scale"] = np.repeat(fitted.fitted_.scale, origins.horizon)
        points.insert(0, "window", window)
        points.insert(1, "cutoff", fitted.dates_ahead()[0])
        parts.append(points)
    points = pd.concat(parts, ignore_index=True)
    return Backtest(points=points, figures=figures_of(points, levels=tuple(forecaster.levels)))


def figures_of(points: pd.DataFrame, *, levels: Sequence[int]) -> pd.DataFrame:
    """Computes the figures of each window and level, and of all windows together.

    Parameters
    ----------
    points : DataFrame
        As in `Backtest`.
    levels : sequence of int
        Prediction intervals, in percent.

    Returns
    -------
    DataFrame
        As in `Backtest`.
    """
    seen = points[points["actual"].notna()]
    rows = []
    for window in (0, *sorted(seen["window"].unique())):
        part = seen if window == 0 else seen[seen["window"] == window]
        for level in dict.fromkeys(part["level"]):
            here = part[part["level"] == level]
            rows.append({"window": window, "level": level, "nodes": here["node"].nunique(), **_figures(here, levels)})
    return pd.DataFrame(rows)


def _figures(here: pd.DataFrame, levels: Sequence[int]) -> dict[str, float]:
    figures = {**_errors(here, "mean"), **{f"baseline_{name}": one for name, one in _errors(here, "baseline").items()}}
    base = figures["baseline_mase"]
    figures["skill"] = 1.0 - figures["mase"] / base if base > 0 else 0.0
    for level in levels:
        low, high = here[f"lo_{level}"], here[f"hi_{level}"]
        figures[f"coverage_{level}"] = float(((here["actual"] >= low) & (here["actual"] <= high)).mean())
        figures[f"width_{level}"] = float(((high - low) / here["scale"]).mean())
    return figures


def _errors(here: pd.DataFrame, column: str) -> dict[str, float]:
    error = here["actual"] - here[column]
    size = float(here["actual"].abs().sum())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        squared = (error / here["scale"]).pow(2).groupby([here["window"], here["node"]]).mean()
    return {
        "mase": float((error.abs() / here["scale"]).mean()),
        "rmsse": float(np.sqrt(squared).mean()),
        "wape": float(error.abs().sum() / size) if size else float("nan"),
        "bias": float(-error.sum() / size) if size else float("nan"),
    }
