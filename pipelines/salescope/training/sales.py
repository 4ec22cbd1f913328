"""Forecasts of a workspace's sales: read, checked, forecast, and judged on the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from salescope.forecasting import Backtest, SalesForecaster, backtest, sales_of_orders
from salescope.forecasting.backtest import backtest_history
from salescope.forecasting.history import History
from salescope.frames.errors import OutcomeError, listed
from salescope.project import Workspace
from salescope.sources import read_table, write_quarantine
from salescope.training.progress import Progress, Steps, silent

__all__ = ["SalesForecast", "backtest_sales", "forecast_sales"]

READ = ("orders", "products", "customers")
MEASURED_ON = 3
# What a published table has columns for, whatever else is asked for.
PUBLISHED_LEVELS = (80, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesForecast:
    """Holds the forecast of every node, and what was done with the rows.

    Parameters
    ----------
    forecast : DataFrame
        As of `SalesForecaster.predict`, with the intervals of the settings and those that are published.
    as_of : Timestamp
        Only earlier orders counted.
    notes : DataFrame, shape (n_findings, 4)
        ``finding``, ``rows``, ``series`` and ``detail``, a sentence; levels of the tree that were left out come first.
    figures : DataFrame
        The last windows of the past together, as in `Backtest`; empty where history is too short for one.
    windows : DataFrame, shape (n_windows, 3)
        What the figures come from: ``window`` (1 is the newest), ``cutoff`` and ``periods``, how many followed it.
    quarantined : int
        Rows of tables that were rejected.
    """

    forecast: pd.DataFrame
    as_of: pd.Timestamp
    notes: pd.DataFrame
    figures: pd.DataFrame
    windows: pd.DataFrame
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    sales: pd.DataFrame
    forecaster: SalesForecaster
    as_of: pd.Timestamp
    left_out: tuple[str, ...]
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
    asked = _asked(workspace, as_of=as_of, levels=workspace.sales.levels)
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
    levels = tuple(sorted({*PUBLISHED_LEVELS, *workspace.sales.levels}))
    asked = _asked(workspace, as_of=as_of, levels=levels)
    steps = _steps(asked, windows=MEASURED_ON + 1, progress=progress)
    history = asked.forecaster.read(asked.sales, as_of=asked.as_of, tell=_teller(steps))
    fitted = asked.forecaster.fit_history(history)
    figures, windows = _measured(history, forecaster=asked.forecaster)
    steps.done()
    return SalesForecast(
        forecast=fitted.predict(),
        as_of=asked.as_of,
        notes=pd.concat([_left_out(asked), history.prepared.notes], ignore_index=True),
        figures=figures,
        windows=windows,
        quarantined=asked.quarantined,
    )


def _measured(history: History, *, forecaster: SalesForecaster) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judges the last windows together, and says how much of the past they are."""
    try:
        judged = backtest_history(history, forecaster=forecaster, windows=MEASURED_ON)
    except OutcomeError:
        nothing = pd.DataFrame({"window": [], "level": []})
        return nothing, pd.DataFrame({"window": [], "cutoff": [], "periods": []})
    seen = judged.points[judged.points["actual"].notna()].groupby("window")
    windows = seen.agg(cutoff=("cutoff", "first"), periods=("step", "max")).reset_index()
    return judged.figures[judged.figures["window"] == 0].reset_index(drop=True), windows


def _asked(workspace: Workspace, *, as_of: pd.Timestamp | None, levels: tuple[int, ...]) -> _Asked:
    tables = {name: read_table(workspace, name) for name in READ if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    frames = {name: table.frame for name, table in tables.items()}
    orders = frames.get("orders")
    if orders is None or not len(orders):
        raise OutcomeError("There is no order to forecast from", remedy="Map the table 'orders' in salescope.yaml.")
    settings = workspace.sales
    hierarchy, left_out = _hierarchy(workspace, present={str(column) for frame in frames.values() for column in frame})
    by = list(dict.fromkeys(column for columns in hierarchy.values() for column in columns))
    sales = sales_of_orders(
        orders, by=by, measure=settings.measure, products=frames.get("products"), customers=frames.get("customers")
    )
    forecaster = SalesForecaster(
        settings.horizon,
        frequency=settings.frequency,
        hierarchy=hierarchy,
        levels=levels,
        windows=settings.windows,
        seed=settings.seed,
    )
    # Without a moment, what comes after the last order is not known to be without orders.
    end = orders["ordered_at"].max().normalize() + pd.Timedelta(1, "D")
    rejected = sum(len(table.rejected) for table in tables.values())
    moment = as_of or end
    return _Asked(sales=sales, forecaster=forecaster, as_of=moment, left_out=left_out, quarantined=rejected)


def _hierarchy(workspace: Workspace, *, present: set[str]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Keeps what tables have of each level, and says what they have not."""
    found: dict[str, list[str]] = {}
    said = []
    for level, columns in workspace.sales.hierarchy.items():
        kept = [column for column in columns if column in present]
        missing = listed([column for column in columns if column not in present])
        same = next((name for name, others in found.items() if others == kept), None)
        if not kept:
            said.append(f"Level {level!r} was left out: no mapped table has {missing}.")
        elif same is not None:
            said.append(
                f"Level {level!r} was left out: without {missing or 'more columns'} it is level {same!r} again."
            )
        else:
            found[level] = kept
            if missing:
                said.append(f"Level {level!r} is made without {missing}, which no mapped table has.")
    return found, tuple(said)


def _left_out(asked: _Asked) -> pd.DataFrame:
    rows = [{"finding": "left_out", "rows": 0, "series": 0, "detail": said} for said in asked.left_out]
    return pd.DataFrame(rows, columns=["finding", "rows", "series", "detail"])


def _steps(asked: _Asked, *, windows: int, progress: Progress) -> Steps:
    cutoffs = windows + asked.forecaster.windows
    return Steps(progress, total=cutoffs * len(asked.forecaster.chosen_members()))


def _teller(steps: Steps) -> Callable[[int, str], None]:
    def tell(cutoff: int, member: str) -> None:  # architecture: allow positional
        steps(f"{member} from period {cutoff}")

    return tell
