"""``salescope train …``: train, judge and promote a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.exits import Exit
from salescope.cli.output import JsonOption, WorkspaceOption, emit, progress, table
from salescope.project import Workspace, load_workspace

if TYPE_CHECKING:
    from salescope.training import TrainingResult

__all__ = ["app", "result_for_people", "trained"]

app = typer.Typer(help="Train, judge and promote a model.", no_args_is_help=True)


@app.callback()
def _train() -> None:
    """Train, judge and promote a model."""


TrialsOption = Annotated[int | None, typer.Option(help="Search better trees with so many trials.", min=0)]
PromoteOption = Annotated[bool, typer.Option("--promote/--no-promote", help="Let a model that passes serve.")]


@app.command("leads")
def leads(
    *,
    workspace: WorkspaceOption = ".",
    trials: TrialsOption = None,
    promote: PromoteOption = True,
    as_json: JsonOption = False,
) -> None:
    """Train a lead scorer on the closed leads.

    Exits with 3 when it was not promoted (no signal, calibration, or the champion is better) and with 4 when the
    leakage audit blocks.
    """
    from salescope.training import train_leads

    result = trained(train_leads, workspace=load_workspace(workspace), trials=trials, promote=promote)
    _tell(result, name="Leads", promote=promote, as_json=as_json)


@app.command("churn")
def churn(
    *,
    workspace: WorkspaceOption = ".",
    trials: TrialsOption = None,
    promote: PromoteOption = True,
    as_json: JsonOption = False,
) -> None:
    """Train a scorer of customers who may leave, on how they ordered.

    Exits with 3 when it was not promoted (no signal, calibration, or the champion is better) and with 4 when the
    leakage audit blocks.
    """
    from salescope.training import train_churn

    result = trained(train_churn, workspace=load_workspace(workspace), trials=trials, promote=promote)
    _tell(result, name="Churn", promote=promote, as_json=as_json)


def trained(
    train: Callable[..., TrainingResult], *, workspace: Workspace, trials: int | None = None, promote: bool = True
) -> TrainingResult:
    """Trains a scorer with a progress bar on standard error.

    Parameters
    ----------
    train : callable
        `salescope.training.train_leads` or another of its kind.
    workspace : Workspace
        Where the rows come from.
    trials : int, optional
        Trials of the search; by default those of the settings.
    promote : bool, default True
        Whether a model that passes every gate serves.

    Returns
    -------
    TrainingResult
    """
    from salescope.training import TrainingOptions

    with progress() as bar:
        task = bar.add_task("training", total=None)

        def tell(step: str, done: int, total: int) -> None:  # architecture: allow positional
            bar.update(task, description=step, completed=done, total=total)

        return train(workspace, options=TrainingOptions(trials=trials, promote=promote), progress=tell)


def _tell(result: TrainingResult, *, name: str, promote: bool, as_json: bool) -> None:
    document = {
        "run_id": result.run_id,
        "version": result.version,
        "promoted": result.promoted,
        "decision": asdict(result.decision),
        "card": result.card,
    }
    emit(document, as_json=as_json, people=result_for_people(result, name=name))
    if promote and not result.promoted:
        raise typer.Exit(Exit.NOT_PROMOTED)


def result_for_people(result: TrainingResult, *, name: str) -> Iterable[object]:
    """Lays out what came of a training.

    Parameters
    ----------
    result : TrainingResult
        What came of it.
    name : str
        What was trained, as "Leads".

    Yields
    ------
    object
        Tables and sentences.
    """
    figures = result.card["figures"]
    columns = ["on", "#outcomes", "#AUC", "#log loss", "#calibration error", "#lift at 10 %"]
    keys = ("auc", "log_loss", "calibration_error", "lift_at_10")
    rows = [(row["label"], f"{row['n']:,}", *(_number(row[key]) for key in keys)) for row in figures["table"]]
    yield table(f"{name}, version {result.version}", columns=columns, rows=rows)
    yield figures["remark"]
    yield f"Calibrated on the newest outcomes: {result.card['calibration']['message']}"
    hints = [finding for finding in result.card["audit"] if not finding["blocking"]]
    if hints:
        yield table("Hints of the leakage audit", columns=["columns", "evidence"], rows=[_hint(hint) for hint in hints])
    colour = "green" if result.promoted else "yellow"
    yield f"[bold {colour}]{'Promoted' if result.promoted else 'Not promoted'}.[/] {result.decision.message}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _hint(hint: dict[str, Any]) -> tuple[str, str]:
    return ", ".join(hint["columns"]) or hint["kind"].replace("_", " "), hint["evidence"]
