"""Forecasts of a workspace's sales: read, checked, forecast, and judged on the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from salescope.forecasting import Backtest, Explained, Panel, SalesForecaster, event_responses
from salescope.forecasting.backtest import backtest_history
from salescope.forecasting.history import History
from salescope.forecasting.windows import Windows, planned_cutoffs
from salescope.frames.errors import OutcomeError
from salescope.project import Workspace
from salescope.training.asked_sales import PUBLISHED_LEVELS, AskedSales, ask_sales, teller
from salescope.training.progress import Progress, Steps, silent
from salescope.training.promoted_sales import PromotedSales, drivers_of, measured_of, promoted_sales
from salescope.training.sales_overrides import overridden

__all__ = ["MEASURED_ON", "SalesForecast", "backtest_sales", "forecast_sales", "planned_steps", "windows_of"]

MEASURED_ON = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesForecast:
    """Holds the forecast of every node, and what was done with the rows.

    Parameters
    ----------
    forecast : DataFrame
        As of `salescope.forecasting.contributions`, with the intervals of the settings and those that are published.
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
    panel : Panel
        What every node sold until then.
    responses : DataFrame, shape (n_responses, 6)
        What events that are known ahead move, as of `salescope.forecasting.event_responses`.
    version : str or None
        The promoted model that had chosen how to forecast; None where that was chosen now.
    overrides : DataFrame or None
        As in `salescope.training.sales_overrides.Overridden`; None where nothing was overridden.
    fitted : SalesForecaster or None
        What forecast it; without people's numbers.
    """

    forecast: pd.DataFrame
    as_of: pd.Timestamp
    notes: pd.DataFrame
    figures: pd.DataFrame
    windows: pd.DataFrame
    quarantined: int
    panel: Panel
    responses: pd.DataFrame
    version: str | None = None
    overrides: pd.DataFrame | None = None
    fitted: SalesForecaster | None = None


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
    asked = ask_sales(workspace, as_of=as_of)
    steps = Steps(progress, total=1)
    history = asked.forecaster.read(asked.sales, as_of=asked.as_of, known=asked.earning(), tell=teller(steps))
    steps.expect(planned_steps(history, forecaster=asked.forecaster, windows=windows, fit=False))
    found = backtest_history(history, forecaster=asked.forecaster, windows=windows)
    steps.done()
    return found


def forecast_sales(
    workspace: Workspace,
    *,
    as_of: pd.Timestamp | None = None,
    anew: bool = False,
    overrides: pd.DataFrame | None = None,
    progress: Progress = silent,
) -> SalesForecast:
    """Forecasts every node of a workspace's sales, and says how well that went in the past.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "products" and "customers", where mapped, its section "sales", and the promoted model.
    as_of : Timestamp, optional
        Only earlier orders count; by default all, up to the last whole period.
    anew : bool, default False
        Whether members are chosen anew although a model was promoted.
    overrides : DataFrame, optional
        Numbers that people put in place of the machine's, see `salescope.training.sales_overrides.overridden`.
    progress : callable, optional
        Is told each step.

    Returns
    -------
    SalesForecast

    Raises
    ------
    BundleError
        If the promoted model is damaged.
    OutcomeError
        If there is no order, or no whole period of them.
    SourceError
        If a table cannot be read.

    Notes
    -----
    A promoted model keeps its members, their shares and the way of adding up: what a planner reads tonight differs from
    last night because sales did. It costs one cutoff. Without one, members are chosen and measured in windows of the
    past.
    """
    asked = ask_sales(workspace, as_of=as_of, levels=PUBLISHED_LEVELS)
    promoted = PromotedSales(card={}) if anew else promoted_sales(workspace, asked=asked)
    made = _chosen if promoted.model is None else _as_promoted
    return made(asked, promoted, overrides=overrides, progress=progress)


def windows_of(judged: Backtest) -> pd.DataFrame:
    """Says how much of the past figures come from.

    Parameters
    ----------
    judged : Backtest
        Its points.

    Returns
    -------
    DataFrame, shape (n_windows, 3)
        ``window`` (1 is the newest), ``cutoff`` and ``periods``, how many followed it.
    """
    seen = judged.points[judged.points["actual"].notna()].groupby("window")
    return seen.agg(cutoff=("cutoff", "first"), periods=("step", "max")).reset_index()


def _chosen(
    asked: AskedSales, promoted: PromotedSales, *, overrides: pd.DataFrame | None, progress: Progress
) -> SalesForecast:
    steps, earning = Steps(progress, total=1), asked.earning()
    history = asked.forecaster.read(asked.sales, as_of=asked.as_of, known=earning, tell=teller(steps))
    steps.expect(planned_steps(history, forecaster=asked.forecaster, windows=MEASURED_ON))
    fitted = asked.forecaster.fit_history(history)
    measured = _measured(history, forecaster=asked.forecaster)
    steps.done()
    drivers = earning.found_.sentences() if earning else ()
    told = _told(asked, fitted=fitted, measured=measured, promoted=promoted, drivers=drivers)
    return told if overrides is None else _overridden(told, fitted, overrides=overrides)


def _as_promoted(
    asked: AskedSales, promoted: PromotedSales, *, overrides: pd.DataFrame | None, progress: Progress
) -> SalesForecast:
    model = promoted.model
    assert model is not None  # noqa: S101 - the caller has looked
    steps = Steps(progress, total=len(model.forecaster.members or ()))
    known = drivers_of(promoted.card, known=asked.known)
    history = model.forecaster.read(asked.sales, as_of=asked.as_of, known=known, tell=teller(steps))
    fitted = model.again(history)
    steps.done()
    told = _told(asked, fitted=fitted, measured=measured_of(promoted.card), promoted=promoted)
    return told if overrides is None else _overridden(told, fitted, overrides=overrides)


def _told(
    asked: AskedSales,
    *,
    fitted: SalesForecaster,
    measured: tuple[pd.DataFrame, pd.DataFrame],
    promoted: PromotedSales,
    drivers: Sequence[str] = (),
) -> SalesForecast:
    figures, windows = measured
    explained = Explained.of(fitted)
    said = [("model", promoted.remark)] if promoted.remark else []
    said += [("known", remark) for remark in (*drivers, *_known(asked, explained))]
    remarks = pd.DataFrame([{"finding": name, "rows": 0, "series": 0, "detail": words} for name, words in said])
    notes = [part for part in (remarks, asked.notes, fitted.prepared_.notes) if len(part)]
    return SalesForecast(
        forecast=explained.table(),
        as_of=asked.as_of,
        notes=pd.concat(notes, ignore_index=True) if notes else fitted.prepared_.notes,
        figures=figures,
        windows=windows,
        quarantined=asked.recorded.quarantined,
        panel=fitted.panel_,
        responses=event_responses(explained),
        version=promoted.version,
        fitted=fitted,
    )


def _known(asked: AskedSales, explained: Explained) -> list[str]:
    """Says what of the days ahead may change, and whether what is known ahead has earned a place."""
    if asked.known is None:
        return []
    earned = "have a share of the forecast" if explained.effects.learned else "earned no share of the forecast"
    return [
        f"Members that know holidays, events and drivers {earned}.",
        *asked.known.notes(explained.forecaster.panel_),
    ]


def _overridden(told: SalesForecast, fitted: SalesForecaster, *, overrides: pd.DataFrame) -> SalesForecast:
    changed = overridden(fitted, told.forecast, overrides=overrides)
    holding, nodes = len(changed.table), changed.table["node"].nunique()
    said = f"Overrides that hold: {holding}; the machine's numbers stay beside them, and intervals are the machine's."
    if changed.passed:
        said += f" Of periods that are no longer ahead: {changed.passed}."
    note = pd.DataFrame([{"finding": "overrides", "rows": holding, "series": nodes, "detail": said}])
    notes = pd.concat([note, told.notes], ignore_index=True)
    return replace(told, forecast=changed.forecast, notes=notes, overrides=changed.table)


def _measured(history: History, *, forecaster: SalesForecaster) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judges the last windows together, and says how much of the past they are."""
    try:
        judged = backtest_history(history, forecaster=forecaster, windows=MEASURED_ON)
    except OutcomeError:
        nothing = pd.DataFrame({"window": [], "level": []})
        return nothing, pd.DataFrame({"window": [], "cutoff": [], "periods": []})
    return judged.figures[judged.figures["window"] == 0].reset_index(drop=True), windows_of(judged)


def planned_steps(history: History, *, forecaster: SalesForecaster, windows: int, fit: bool = True) -> int:
    """Counts what members will be asked, so that progress is told against a true total.

    Parameters
    ----------
    history : History
        What is forecast.
    forecaster : SalesForecaster
        Who does.
    windows : int
        At most so many windows are judged, a horizon apart.
    fit : bool, default True
        Whether what follows the history is forecast as well.

    Returns
    -------
    int
    """
    horizon, season = forecaster.horizon, history.origins.panel.frequency.season
    fitted, judged = Windows(count=forecaster.windows, step=horizon), Windows(count=windows, step=horizon)
    cutoffs = planned_cutoffs(history.end, horizon=horizon, season=season, windows=fitted, judged=judged, fit=fit)
    return len(cutoffs) * len(history.origins.members)
