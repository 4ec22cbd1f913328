"""Forecasts of a workspace's sales: read, checked, forecast, and judged on the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from salescope.forecasting import Backtest, SalesForecaster, backtest, sales_of_orders
from salescope.forecasting.backtest import backtest_history
from salescope.frames.errors import OutcomeError
from salescope.project import Workspace
from salescope.sources import read_table, write_quarantine
from salescope.training.progress import Progress, Steps, silent

__all__ = ["SalesForecast", "backtest_sales", "forecast_sales"]

READ = ("orders", "products", "customers")
MEASURED_ON = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesForecast:
    """Holds the forecast of every node, and what was done with the rows.

    Parameters
    ----------
    forecast : DataFrame
        As of `SalesForecaster.predict`.
    notes : DataFrame, shape (n_findings, 4)
        ``finding``, ``rows``, ``series`` and ``detail``, a sentence.
    figures : DataFrame
        The last windows of the past together, as in `Backtest`; empty where history is too short for one.
    quarantined : int
        Rows of tables that were rejected.
    """

    forecast: pd.DataFrame
    notes: pd.DataFrame
    figures: pd.DataFrame
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    sales: pd.DataFrame
    forecaster: SalesForecaster
    as_of: pd.Timestamp
    quarantined: int


def backtest_sales(
    workspace: Workspace, *, windows: int = 3, as_of: pd.Timestamp | None = None, progress: Progress = silent
) -> Backtest:
    """Judges on the past how a workspace's sales are forecast.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "products" and "customers", where mapped, and its section "sales".
    windows : int, default 3
        At most so many cutoffs, a horizon apart; fewer where history is short.
    as_of : Timestamp, optional
        Only earlier orders count; by default all, up to the last whole period.
    progress : callable, optional
        Is told each step.

    Returns
    -------
    Backtest

    Raises
    ------
    OutcomeError
        If there is no order, or not even one window fits into the history.
    SourceError
        If a table cannot be read.
    """
    asked = _asked(workspace, as_of=as_of)
    steps = _steps(asked, windows=windows, progress=progress)
    found = backtest(asked.sales, forecaster=asked.forecaster, windows=windows, as_of=asked.as_of, tell=_teller(steps))
    steps.done()
    return found


def forecast_sales(
    workspace: Workspace, *, as_of: pd.Timestamp | None = None, progress: Progress = silent
) -> SalesForecast:
    """Forecasts every node of a workspace's sales, and says how well that went in the past.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "products" and "customers", where mapped, and its section "sales".
    as_of : Timestamp, optional
        Only earlier orders count; by default all, up to the last whole period.
    progress : callable, optional
        Is told each step.

    Returns
    -------
    SalesForecast

    Raises
    ------
    OutcomeError
        If there is no order, or no whole period of them.
    SourceError
        If a table cannot be read.
    """
    asked = _asked(workspace, as_of=as_of)
    steps = _steps(asked, windows=MEASURED_ON + 1, progress=progress)
    history = asked.forecaster.read(asked.sales, as_of=asked.as_of, tell=_teller(steps))
    fitted = asked.forecaster.fit_history(history)
    try:
        judged = backtest_history(history, forecaster=asked.forecaster, windows=MEASURED_ON).figures
        figures = judged[judged["window"] == 0].reset_index(drop=True)
    except OutcomeError:
        figures = pd.DataFrame({"window": [], "level": []})
    steps.done()
    return SalesForecast(
        forecast=fitted.predict(), notes=history.prepared.notes, figures=figures, quarantined=asked.quarantined
    )


def _asked(workspace: Workspace, *, as_of: pd.Timestamp | None) -> _Asked:
    tables = {name: read_table(workspace, name) for name in READ if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    frames = {name: table.frame for name, table in tables.items()}
    orders = frames.get("orders")
    if orders is None or not len(orders):
        raise OutcomeError("There is no order to forecast from", remedy="Map the table 'orders' in salescope.yaml.")
    settings = workspace.sales
    hierarchy = _hierarchy(workspace, present={str(column) for frame in frames.values() for column in frame})
    by = list(dict.fromkeys(column for columns in hierarchy.values() for column in columns))
    sales = sales_of_orders(
        orders, by=by, measure=settings.measure, products=frames.get("products"), customers=frames.get("customers")
    )
    forecaster = SalesForecaster(
        settings.horizon,
        frequency=settings.frequency,
        hierarchy=hierarchy,
        levels=settings.levels,
        windows=settings.windows,
        seed=settings.seed,
    )
    # Without a moment, what comes after the last order is not known to be without orders.
    end = orders["ordered_at"].max().normalize() + pd.Timedelta(1, "D")
    rejected = sum(len(table.rejected) for table in tables.values())
    return _Asked(sales=sales, forecaster=forecaster, as_of=as_of or end, quarantined=rejected)


def _hierarchy(workspace: Workspace, *, present: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for level, columns in workspace.sales.hierarchy.items():
        kept = [column for column in columns if column in present]
        if kept and kept not in found.values():
            found[level] = kept
    return found


def _steps(asked: _Asked, *, windows: int, progress: Progress) -> Steps:
    cutoffs = windows + asked.forecaster.windows
    return Steps(progress, total=cutoffs * len(asked.forecaster.chosen_members()))


def _teller(steps: Steps) -> Callable[[int, str], None]:
    def tell(cutoff: int, member: str) -> None:  # architecture: allow positional
        steps(f"{member} from period {cutoff}")

    return tell
