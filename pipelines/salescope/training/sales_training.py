"""Trains the forecast of a workspace's sales: judged in windows of the past, registered, promoted if it may be."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from importlib.metadata import version as version_of
from typing import Any

import pandas as pd

from salescope.forecasting import Backtest, SalesForecaster
from salescope.forecasting.backtest import backtest_history
from salescope.forecasting.history import History
from salescope.forecasting.sales_model import SalesModel
from salescope.monitoring import sales_plots
from salescope.project import ModelName, Workspace
from salescope.registry.tracking import TrackedRun
from salescope.training.asked_sales import PUBLISHED_LEVELS, AskedSales, ask_sales, teller
from salescope.training.comparing import Champion
from salescope.training.customer_model import Shown
from salescope.training.decision import Decision
from salescope.training.progress import Progress, Steps, silent
from salescope.training.publishing import EXAMPLE_ROWS, plain
from salescope.training.running import TrainingOptions, TrainingResult, train_model
from salescope.training.sales import MEASURED_ON, planned_steps, windows_of
from salescope.training.sales_gate import against_published, decide_sales
from salescope.training.trained_model import TrainedModel

__all__ = ["train_sales"]

MORE_STEPS = 3
# What MLflow takes in no name of a metric.
NO_NAME = r"[^-\w. ]"
LIMITS = (
    "It carries on what sales did: their level, growth and season, and what it was told of events ahead. It cannot "
    "know a price, a competitor or a change of the market that no order has shown yet. Intervals are as wide as errors "
    "were in the windows below; where these are few, so is what is known of them."
)


def train_sales(
    workspace: Workspace, *, options: TrainingOptions | None = None, progress: Progress = silent
) -> TrainingResult:
    """Chooses how a workspace's sales are forecast, judges it, registers it, and promotes it if the gate lets it pass.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "products" and "customers", where mapped, and its section "sales".
    options : TrainingOptions, optional
        What differs in this training.
    progress : callable, optional
        Is told each step.

    Returns
    -------
    TrainingResult
        Also of a model that was not promoted.

    Raises
    ------
    OutcomeError
        If there is no order, or history is too short for one window to judge by.
    SalescopeError
        If the settings or the data cannot be used.
    """
    asked = ask_sales(workspace, as_of=None, levels=PUBLISHED_LEVELS)
    steps, earning = Steps(progress, total=1), asked.earning()
    history = asked.forecaster.read(asked.sales, as_of=asked.as_of, known=earning, tell=teller(steps))
    steps.expect(planned_steps(history, forecaster=asked.forecaster, windows=MEASURED_ON) + MORE_STEPS)
    drivers = earning.found_.sentences() if earning else ()
    unit = workspace.currency if asked.measure == "money" else "pieces"

    def find(champion: Champion | None, run: TrackedRun) -> TrainedModel:
        judged = backtest_history(history, forecaster=asked.forecaster, windows=MEASURED_ON)
        fitted = asked.forecaster.fit_history(history)
        steps("comparing")
        against = against_published(champion, asked=asked, history=history, judged=judged)
        decision = decide_sales(judged.points, against=against)
        _log(judged, run=run)
        found = _Found(asked=asked, fitted=fitted, judged=judged, decision=decision, drivers=drivers)
        return _recorded(found, history=history, unit=unit)

    tags = {"data_digest": asked.recorded.digest, "as_of": asked.as_of.isoformat()}
    return train_model(
        find,
        model=ModelName.SALES.value,
        tags=tags,
        workspace=workspace,
        options=options or TrainingOptions(),
        say=steps,
    )


def _log(judged: Backtest, *, run: TrackedRun) -> None:
    """Writes every window down: its figures as metrics of a step, everything as tables."""
    for name, table in (("figures", judged.figures), ("points", judged.points)):
        run.log_text(table.to_csv(index=False), name=f"backtest/{name}.csv")
    for window in range(1, int(judged.figures["window"].max()) + 1):
        run.log_metrics(_metrics(judged.figures[judged.figures["window"] == window], prefix="window/"), step=window)


def _metrics(figures: pd.DataFrame, *, prefix: str) -> dict[str, float]:
    """Names the figures of levels as MLflow takes names."""
    kept = [name for name in figures if name not in ("window", "level", "nodes")]
    found = {
        f"{prefix}{re.sub(NO_NAME, '_', row['level'])}/{name}": float(row[name])
        for row in figures.to_dict("records")
        for name in kept
    }
    return {name: value for name, value in found.items() if pd.notna(value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Is what a training found; `drivers` are sentences on what is known ahead."""

    asked: AskedSales
    fitted: SalesForecaster
    judged: Backtest
    decision: Decision
    drivers: tuple[str, ...]


def _recorded(found: _Found, *, history: History, unit: str) -> TrainedModel:
    model, figures = SalesModel.of(found.fitted, history=history), found.judged.figures
    rows = model.canary_rows()
    return TrainedModel(
        model=ModelName.SALES.value,
        fitted=model,
        card=_card(found),
        decision=found.decision,
        canary_rows=rows,
        example=pd.DataFrame(rows[:EXAMPLE_ROWS]),
        params={**found.asked.recipe, "reconciler": found.fitted.fitted_.reconciler},
        metrics=_metrics(figures[figures["window"] == 0], prefix=""),
        plots=sales_plots(found.fitted, figures=figures, unit=unit),
    )


def _card(found: _Found) -> dict[str, Any]:
    asked, fitted, judged = found.asked, found.fitted, found.judged
    windows, figures = windows_of(judged), judged.figures
    together = figures[figures["window"] == 0].reset_index(drop=True)
    total, end = together.iloc[0], asked.as_of.isoformat()
    prepared, recorded = fitted.prepared_, asked.recorded
    provisional = () if asked.known is None else asked.known.notes(fitted.panel_)
    tiles = [("error of the total, in scales", total["mase"]), ("saved against the baseline", total["skill"])]
    tiles += [(f"held in {level} %", total[f"coverage_{level}"]) for level in fitted.levels]
    card: dict[str, Any] = plain(
        {
            "name": ModelName.SALES.value,
            "made_with": f"salescope {version_of('salescope')}",
            "data": {"digest": recorded.digest, "as_of": end, "trained_through": end},
            "learned_from": [
                ("order lines", len(recorded.frames["orders"])),
                ("series", len(prepared.keys)),
                (f"{fitted.frequency}s", len(prepared.panel.dates)),
                ("quarantined rows", recorded.quarantined),
            ],
            "verdict": {"message": _verdict(total, windows=windows, fitted=fitted)},
            "decision": asdict(found.decision),
            "figures": {
                "newest": dict(together.mean(numeric_only=True)),
                "tiles": tiles,
                "tables": [asdict(table) for table in _tables(judged, fitted=fitted)],
            },
            "measured": {
                "figures": together.to_dict("records"),
                "by_window": figures[figures["window"] > 0].to_dict("records"),
                "windows": windows.assign(cutoff=windows["cutoff"].dt.strftime("%Y-%m-%d")).to_dict("records"),
            },
            "notes": [*asked.left_out, *found.drivers, *provisional, *prepared.notes["detail"]],
            "drivers": sorted(fitted.panel_.known.values),
            "recipe": asked.recipe,
            "limits": LIMITS,
        }
    )
    return card


def _verdict(total: pd.Series, *, windows: pd.DataFrame, fitted: SalesForecaster) -> str:
    seen, count = int(windows["periods"].max()), len(windows)
    many = "one window" if count == 1 else f"{count} windows"
    long = f"{fitted.horizon} {fitted.frequency}s"
    length = long if seen >= fitted.horizon else f"{seen} of {long}"
    doubt = " One window says little." if count == 1 else ""
    return (
        f"In {many} of the past, {length} long, the total was {total['wape']:.1%} off a {fitted.frequency}, and "
        f"{total['skill']:+.0%} of the baseline's error was saved.{doubt}"
    )


def _tables(judged: Backtest, *, fitted: SalesForecaster) -> list[Shown]:
    named = ("mase", "baseline_mase", "skill", "bias", *(f"coverage_{level}" for level in fitted.levels))
    words = ("error", "error of the baseline", "saved", "bias", *(f"held in {level} %" for level in fitted.levels))
    figures = judged.figures
    together, apart = figures[figures["window"] == 0], figures[figures["window"] > 0]
    gate = fitted.fitted_.gate
    shares = [(level, *row) for level, row in zip(fitted.tree_.levels, gate.weights.tolist(), strict=True)]
    added = fitted.fitted_.reconciler.replace("_", " ")
    return [
        Shown(
            title="Forecasts of the past, all windows",
            columns=("level", "nodes", *words),
            rows=[(row["level"], row["nodes"], *(row[name] for name in named)) for row in together.to_dict("records")],
            remark="Errors are means of absolute errors over the mean change of each series from season to season.",
        ),
        Shown(
            title="Window by window, 1 the newest",
            columns=("level", "window", *words),
            rows=[(row["level"], row["window"], *(row[name] for name in named)) for row in apart.to_dict("records")],
        ),
        Shown(
            title="What is averaged",
            columns=("level", *(name.replace("_", " ") for name in gate.members)),
            rows=shares,
            remark=f"Shares of the members at each level; made to add up by {added}.",
        ),
    ]
